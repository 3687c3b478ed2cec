import Aggregator
import Testing

@testable import SourcesBuiltin

@Suite("tasks: reading output") struct OutputTests {
    @Test(
        "progress is read from percentages, n/m and JSON, and not from what only looks like it",
        arguments: [
            ("42%", 42), (" 42 ", nil), ("99.9%", 99), ("100%", 100), ("101%", nil), ("done: 7% (3/10)", 7),
            ("3/10", 30),
            ("[3/10] compiling", 30), ("step 10/10", 100), ("11/10", nil), ("0/0", nil), ("src/3/10", nil),
            ("2026/01/02", nil),
            ("1.2.3/4", nil), ("v50%", nil), ("5%%", 5), ("10% then 20%", 20), ("%", nil), ("/", nil), ("", nil),
            (#"{"progress": 12.7}"#, 12), (#"{"progress": 400}"#, 100), (#"{"progress": -1}"#, 0),
            (#"{"progress": "5"}"#, nil), (#"{"progress": 5"#, nil), (#"{"level":"info","message":"50%"}"#, nil),
            ("99999999999999999999%", nil),
        ] as [(String, Int?)])
    func progress(line: String, progress: Int?) {
        #expect(ProgressReader().read(Array(line.utf8)).progress == progress)
    }

    @Test(
        "a line is no log when it is nothing but progress",
        arguments: [
            ("42%", true), ("  3/10 ", true), ("42% done", false), (#"{"progress":1}"#, true), (#"{"a":1}"#, false),
        ])
    func onlyProgress(line: String, isOnly: Bool) {
        #expect(ProgressReader().read(Array(line.utf8)).isOnlyProgress == isOnly)
    }

    @Test("a job's own pattern says what progress is, as a percentage or as n of m")
    func patterns() throws {
        let one = ProgressReader(pattern: ProgressPattern(expression: try RegularExpression("at (\\d+) percent")))
        #expect(one.read(Array("now at 40 percent".utf8)).progress == 40)
        #expect(one.read(Array("50%".utf8)).progress == nil)
        let two = ProgressReader(pattern: ProgressPattern(expression: try RegularExpression("step (\\d+) of (\\d+)")))
        #expect(two.read(Array("step 1 of 3".utf8)).progress == 33)
        #expect(two.read(Array("step 4 of 3".utf8)).progress == nil)
        #expect(two.read(Array("".utf8)).progress == nil)
    }

    @Test("a `result` in so many words goes before a whole line of JSON")
    func results() {
        var report = TaskReport(TaskRecord(id: "x", job: "j", created: .now()), ProgressReader(), .init())
        for line in [#"{"a":1}"#, #"{"result":[1, 2]}"#, #"{"b":2}"#] {
            _ = report.take(Array((line + "\n").utf8), from: .output, at: .now(), uptime: .zero)
        }
        _ = report.take(Array("{\"result\":9}\n".utf8), from: .errors, at: .now(), uptime: .zero)
        #expect(report.result.map { String(decoding: $0, as: UTF8.self) } == "[1,2]")
    }

    @Test(
        "lines end with LF, CR or both, however the bytes are split; empty ones are left out",
        arguments: [
            ("a\nb\r\nc\rd", ["a", "b", "c", "d"]), ("\n\n\r\n", []), ("1%\r2%\r3%\n", ["1%", "2%", "3%"]),
            ("x", ["x"]), ("", []),
        ])
    func lines(text: String, lines: [String]) {
        for size in 1...4 {
            var splitter = OutputLines(limit: 100)
            var found: [OutputLines.Line] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                found += splitter.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            if let last = splitter.finish() { found.append(last) }
            #expect(found.map { String(decoding: $0.bytes, as: UTF8.self) } == lines)
        }
    }

    @Test("a line longer than the limit is cut there, one of exactly the limit is not")
    func cutting() {
        var splitter = OutputLines(limit: 4)
        let lines = splitter.append(Array("abcd\nabcde\nab".utf8)) + splitter.append(Array("cdef\nx\n".utf8))
        #expect(lines.map { String(decoding: $0.bytes, as: UTF8.self) } == ["abcd", "abcd", "abcd", "x"])
        #expect(lines.map(\.isCut) == [false, true, true, false])
    }

    @Test("a rate lets so many pass at once and then so many a second")
    func rates() {
        var allowance = Allowance(rate: 2, burst: 3)
        func passed(_ count: Int, at time: Double) -> Int {
            (0..<count).count { _ in allowance.take(at: .seconds(time)) }
        }
        #expect(passed(10, at: 0) == 3)
        #expect(passed(10, at: 0.4) == 0)
        #expect(passed(10, at: 1) == 2)
        #expect(passed(10, at: 100) == 3)
    }

    @Test("what is too long for an event is told without what the job said")
    func brief() {
        var record = TaskRecord(id: "i", job: "j", created: .now())
        record.message = String(repeating: "x", count: 100)
        record.result = Array(repeating: UInt8(ascii: "1"), count: 100)
        record.conclude(.failed("why", exitCode: 2), at: .now())
        #expect(
            record.event(at: .now(), isBrief: true).text
                == #"{"task_id":"i","job":"j","status":"failed","progress":0,"exit_code":2,"error":"why"}"#)
    }
}
