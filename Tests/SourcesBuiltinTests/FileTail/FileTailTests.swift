import Aggregator
import AggregatorTesting
import Glibc
import Testing

@testable import SourcesBuiltin

@Suite("file_tail")
struct FileTailTests {
    @Test("an event has the type, the path as matched, and the line as its message")
    func eventOfALine() async throws {
        let tail = try TailedScratch { $0.type = "access" }
        try tail.write("a.log", "GET \"/\"\t200 \\ \u{1} caf\u{E9}\n")
        tail.probe.start()
        let event = try #require(try await tail.probe.events(atLeast: 1).first)
        #expect(event.source == "tail" && event.type == "access" && event.subject == tail.scratch.at("a.log"))
        #expect(event.data == .json(Array(#"{"message":"GET \"/\"\t200 \\ \u0001 café"}"#.utf8)))
        await tail.probe.stop()
    }

    @Test("what is there at the start is passed over, and what comes later is not")
    func fromTheEnd() async throws {
        let tail = try TailedScratch { $0.from = .end }
        try tail.scratch.append("a.log", "old\n")
        tail.probe.start()
        // When the first look has been is not to be seen from here, so lines are written until one comes out.
        var count = 0
        while tail.probe.events.isEmpty {
            count += 1
            try tail.scratch.append("a.log", "new \(count)\n")
            await Task.yield()
        }
        try tail.scratch.append("b.log", "first of b\n")
        try await tail.probe.wait { $0.events.last.map(TailedScratch.message) == "first of b" }
        await tail.probe.stop()
        let lines = tail.lines.filter { $0.hasPrefix("new") }
        #expect(!tail.lines.contains("old"))
        #expect(lines == (0..<lines.count).map { "new \(count - lines.count + 1 + $0)" })
    }

    @Test("JSON lines are taken as they stand, others say what is wrong, blank ones say nothing")
    func jsonLines() async throws {
        let tail = try TailedScratch { $0.format = .json }
        try tail.scratch.append("a.log", "{\"a\": [1, 2.5e3]}\n\n  \n[1,]\n\"text\"\r\nnull\n")
        tail.probe.start()
        let events = try await tail.probe.events(atLeast: 4)
        await tail.probe.stop()
        let problem = try #require(JSON.validate(Array("[1,]".utf8)))
        #expect(
            events.map(\.data)
                == [
                    #"{"a": [1, 2.5e3]}"#, #"{"message":"[1,]","error":"\#(problem)"}"#, #""text""#, "null",
                ].map { .json(Array($0.utf8)) })
    }

    @Test("a line of 20 MB is cut, marked, and does not stay in memory")
    func longLine() async throws {
        let tail = try TailedScratch { $0.maxLine = ByteSize(bytes: 1000) }
        try tail.scratch.append("a.log", [UInt8](repeating: 0x78, count: 20 << 20))
        try tail.scratch.append("a.log", "\nnext\n")
        tail.probe.start()
        let events = try await tail.probe.events(atLeast: 2)
        await tail.probe.stop()
        let cut = #"{"message":"\#(String(repeating: "x", count: 1000))","truncated":true}"#
        #expect(events.map(\.data) == [cut, #"{"message":"next"}"#].map { .json(Array($0.utf8)) })
    }

    @Test(
        "a line fills an event and no more, whatever its escapes and characters make of it",
        arguments: ["x", "\u{1}", "é"])
    func lineOfTheSizeOfAnEvent(_ letter: String) async throws {
        let tail = try TailedScratch()
        try tail.scratch.append("a.log", String(repeating: letter, count: 2 << 20) + "\nnext\n")
        tail.probe.start()
        let events = try await tail.probe.events(atLeast: 2)
        await tail.probe.stop()
        guard case .json(let data) = events[0].data else { return #expect(Bool(false), "no JSON") }
        let size = data.count + events[0].type.utf8.count + (events[0].subject?.utf8.count ?? 0)
        #expect((1_048_000...1_048_576).contains(size))
        #expect(JSON.validate(data) == nil && data.suffix(18).elementsEqual(#","truncated":true}"#.utf8))
        #expect(TailedScratch.message(events[1]) == "next")
    }

    @Test("without room for a line it is dropped, or cut to what fits, and dropped all the same when nothing fits")
    func noRoom() {
        func result(_ text: String, _ room: Int, _ longLines: LongLines) -> LineEncoder.Result {
            Array(text.utf8).withUnsafeBytes {
                LineEncoder(format: .text, longLines: longLines)
                    .data(LineSplitter.Line(bytes: $0, isCut: false), within: room)
            }
        }
        #expect(result("hello", 19, .drop) == .data(.json(Array(#"{"message":"hello"}"#.utf8))))
        #expect(result("hello", 18, .drop) == .tooLong && result("hello", 18, .cut) == .tooLong)
        #expect(result("hello", -7, .cut) == .tooLong)
        #expect(
            result(String(repeating: "ab", count: 30), 33, .cut)
                == .cut(.json(Array(#"{"message":"ab","truncated":true}"#.utf8))))
    }

    @Test("a line that is too long is dropped where that was asked for")
    func droppedLine() async throws {
        let tail = try TailedScratch {
            $0.maxLine = ByteSize(bytes: 64)
            $0.longLines = .drop
        }
        try tail.scratch.append(
            "a.log", String(repeating: "x", count: 65) + "\n" + String(repeating: "y", count: 64) + "\n")
        tail.probe.start()
        try await tail.probe.events(atLeast: 1)
        await tail.probe.stop()
        #expect(tail.lines == [String(repeating: "y", count: 64)])
    }

    @Test("while the pipeline is full nothing more is read")
    func backpressure() async throws {
        let tail = try TailedScratch()
        let line = String(repeating: "x", count: 99) + "\n"
        for _ in 0..<10 { try tail.write("a.log", String(repeating: line, count: 10_000)) }
        tail.probe.hold()
        tail.probe.start()
        let held = try await tail.probe.wait { $0.isWaiting }
        #expect(held.events.count <= TailedFile.linesPerTurn)
        tail.probe.release()
        try await tail.settle()
        await tail.probe.stop()
        #expect(tail.lines == tail.written)
    }

    @Test("one file that is written without end does not keep the others from being read")
    func fairness() async throws {
        let tail = try TailedScratch()
        try tail.scratch.append("a.log", String(repeating: "busy\n", count: 200_000))
        try tail.scratch.append("z.log", "quiet\n")
        tail.probe.start()
        let events = try await tail.probe.wait { $0.events.contains { TailedScratch.message($0) == "quiet" } }.events
        await tail.probe.stop()
        let place = try #require(events.firstIndex { TailedScratch.message($0) == "quiet" })
        #expect(place <= 2 * TailedFile.linesPerTurn)
    }

    @Test("more files than may be open are followed all the same, also when they are rotated")
    func fewHandles() async throws {
        let tail = try TailedScratch { $0.openLimit = 4 }
        tail.probe.start()
        for round in 0..<3 {
            for file in 0..<30 { try tail.write("f\(file).log", "\(round) of \(file)\n") }
            try await tail.settle()
            for file in 0..<10 { try tail.scratch.rename("f\(file).log", "f\(file).\(round)") }
        }
        #expect(try await tail.finish().sorted() == tail.written.sorted())
    }

    @Test("a last line without end is emitted after the time that was asked for, its rest is a line of its own")
    func flush() async throws {
        let tail = try TailedScratch { $0.flush = .milliseconds(100) }
        try tail.scratch.append("a.log", "begun")
        tail.probe.start()
        try await tail.probe.events(atLeast: 1)
        try tail.scratch.append("a.log", " and ended\n")
        try await tail.probe.events(atLeast: 2)
        await tail.probe.stop()
        #expect(tail.lines == ["begun", " and ended"])
    }

    @Test("excluded and hidden files are left alone")
    func exclude() async throws {
        let scratch = try Scratch()
        let tail = try TailedScratch(["**/*"], in: scratch) {
            $0.exclude = [PathOption(stringLiteral: scratch.at("*.gz"))]
        }
        tail.probe.start()
        try scratch.append("a.gz", "no\n")
        try scratch.append(".hidden", "no\n")
        try tail.write("a.log", "yes\n")
        #expect(try await tail.finish() == ["yes", "the end"])
    }

    @Test(
        "a file that may not be read is read from its beginning once it may",
        .enabled(if: geteuid() != 0, "root may all"))
    func permission() async throws {
        let tail = try TailedScratch()
        try tail.write("a.log", "1\n")
        try tail.scratch.mode("a.log", 0)
        tail.probe.start()
        try tail.write("b.log", "2\n")
        try await tail.probe.events(atLeast: 1)
        try tail.scratch.mode("a.log", 0o644)
        #expect(try await tail.finish() == ["2", "1", "the end"])
    }

    @Test("stopping ends it, also while it waits for room")
    func stops() async throws {
        let tail = try TailedScratch()
        try tail.write("a.log", "1\n")
        tail.probe.hold()
        tail.probe.start()
        try await tail.probe.wait { $0.isWaiting }
        let ending = await tail.probe.stop()
        guard case .stopped = ending else {
            Issue.record("ended otherwise: \(ending)")
            return
        }
    }

    @Test("bytes that are no UTF-8 become U+FFFD, zeros are kept")
    func strangeBytes() async throws {
        let tail = try TailedScratch()
        try tail.scratch.append("a.log", [0x61, 0xFF, 0x62, 0x00, 0x63, 0x0A])
        tail.probe.start()
        let event = try #require(try await tail.probe.events(atLeast: 1).first)
        await tail.probe.stop()
        #expect(event.data == .json(Array(#"{"message":"a\#u{FFFD}b\u0000c"}"#.utf8)))
    }
}
