import Aggregator
import AggregatorTesting
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("exec")
struct ExecTests {
    private func json(_ events: [Event]) -> [String] {
        events.map { if case .json(let bytes) = $0.data { String(decoding: bytes, as: UTF8.self) } else { "?" } }
    }

    /// Runs a shell's text to its end.
    private func lines(_ script: String, _ options: String = "") async throws -> SourceProbe.Record {
        let exec = try Exec.make("{command: [sh, -c, '\(script)'], restart: never\(options)}")
        let probe = SourceProbe(exec, name: "mine")
        probe.start()
        let record = try await probe.wait { $0.ending != nil }
        await probe.stop()
        return record
    }

    @Test("each line is an event: a JSON object as it is, anything else as a message")
    func auto() async throws {
        let record = try await lines(
            #"echo "{\"a\": 1}"; echo plain; printf "\303\244 \377 last""#, ", type: t, subject: s")
        #expect(json(record.events) == [#"{"a": 1}"#, #"{"message":"plain"}"#, "{\"message\":\"ä \u{FFFD} last\"}"])
        #expect(record.events.allSatisfy { $0.type == "t" && $0.subject == "s" })
    }

    @Test("with json any value is data, and a line that is none is left out alone")
    func jsonOnly() async throws {
        #expect(json(try await lines("echo 7; echo seven; echo \"[8]\"", ", format: json").events) == ["7", "[8]"])
    }

    @Test("lines that are left out are counted, on either of its outputs")
    func leftOut() async throws {
        let exec = try Exec.make(
            "{command: [sh, -c, 'echo 1; echo x; yes | head -n 5000 >&2; echo y'], format: json, restart: never}")
        let probe = SourceProbe(exec)
        probe.start()
        let record = try await probe.wait { $0.ending != nil }
        await probe.stop()
        #expect(json(record.events) == ["1"] && probe.count("left_out_lines") == 2)
        #expect((1...4900).contains(probe.count("left_out_errors")))
    }

    @Test("with cloudevents a line is a whole event")
    func cloudEvents() async throws {
        let event = #"{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"data\":1}"#
        let found = try await lines("echo \"\(event)\"", ", format: cloudevents").events
        #expect(json(found) == ["1"])
        #expect(found[0].id == .given("i") && found[0].type == "t")
    }

    @Test("an exit code that is not 0 is a failure with the program's last words; 0 is the end", arguments: [0, 3])
    func exitCode(code: Int) async throws {
        let probe = SourceProbe(try Exec.make("{command: [sh, -c, 'echo \"<3>no sensor\" >&2; exit \(code)']}"))
        probe.start()
        let ending = try #require(try await probe.wait { $0.ending != nil }.ending)
        switch (ending, code) {
        case (.returned, 0): break
        case (.failed(let error), 3): #expect("\(error)" == "sh has ended with exit code 3: no sensor")
        default: Issue.record("\(ending)")
        }
    }

    @Test("a program that is not there is a failure that says so")
    func missing() async throws {
        let probe = SourceProbe(try Exec.make("{command: ./no-such-program}"))
        probe.start()
        let ending = try await probe.wait { $0.ending != nil }.ending
        guard case .failed(let error)? = ending else { Issue.record("\(String(describing: ending))"); return }
        #expect("\(error)".contains("could not start") && "\(error)".contains("No such file"))
    }

    @Test("stopping closes the program's standard input")
    func inputCloses() async throws {
        // It cares for nothing else: cat ends when its input does, and only then the file is written.
        let folder = try TemporaryFolder()
        let exec = try Exec.make(
            "{command: [sh, -c, 'trap \"\" TERM; echo ready; cat; echo over > \(folder.at("over"))'], grace: 60s}")
        let probe = SourceProbe(exec)
        probe.start()
        try await probe.events(atLeast: 1)
        await probe.stop()
        #expect(try String(contentsOfFile: folder.at("over"), encoding: .utf8) == "over\n")
    }

    @Test("a program that ignores all of that is killed after grace, with whatever it has started")
    func killed() async throws {
        let exec = try Exec.make(
            "{command: [sh, -c, 'trap \"\" TERM; sleep 1000 & echo $!; while :; do sleep 1000; done'], grace: 100ms}")
        let probe = SourceProbe(exec)
        probe.start()
        let text = json(try await probe.events(atLeast: 1))[0]
        await probe.stop()
        let child = try #require(text.firstMatch(of: /\d+/).flatMap { pid_t($0.output) } as pid_t?)
        #expect(await eventually { kill(child, 0) != 0 })
    }

    @Test("while the pipeline is full the program waits, and no line is lost")
    func backpressure() async throws {
        let probe = SourceProbe(try Exec.make("{command: [seq, \"50000\"], format: json}"))
        probe.hold()
        probe.start()
        try await probe.wait { $0.isWaiting }
        #expect(probe.events.count < 50_000)
        probe.release()
        let record = try await probe.wait { $0.ending != nil }
        #expect(json(record.events) == (1...50_000).map { "\($0)" })
        await probe.stop()
    }

    @Test(
        "what it writes to standard error goes to the log with its level",
        arguments: [
            ("<3>broken", Logger.Level.error, "broken"), ("<7>detail", .debug, "detail"), ("<8>odd", .info, "<8>odd"),
            ("WARNING: low", .warning, "WARNING: low"), ("[error] bad", .error, "[error] bad"),
            ("Errors: 0", .info, "Errors: 0"),
            ("Traceback (most recent call last):", .error, "Traceback (most recent call last):"), ("", .info, ""),
            ("hello", .info, "hello"),
        ])
    func levels(line: String, level: Logger.Level, text: String) {
        let found = ErrorLines.level(of: line)
        #expect(found.0 == level)
        #expect(found.1 == text)
    }

    @Test("it knows its name and its folder")
    func environment() async throws {
        let folder = try TemporaryFolder()
        let found = try await lines("echo $AGGREGATOR_SOURCE $X; pwd", ", env: {X: y}, cwd: \(folder.path)").events
        #expect(json(found) == [#"{"message":"mine y"}"#, #"{"message":"\#(folder.path)"}"#])
    }
}
