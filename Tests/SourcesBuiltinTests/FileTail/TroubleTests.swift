import Aggregator
import AggregatorTesting
import Glibc
import Logging
import Synchronization
import TestSupport
import Testing

@testable import SourcesBuiltin

/// A log that is remembered.
private final class Notebook: LogHandler, Sendable {
    private let written = Mutex<[String]>([])
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .notice }
        set {}
    }

    var logger: Logger { Logger(label: "test") { _ in self } }

    /// The lines in which that stands.
    func lines(with text: String) -> [String] { written.withLock { $0.filter { $0.contains(text) } } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { written.withLock { $0.append("\(event.message)") } }
}

@Suite("file_tail: trouble")
struct TroubleTests {
    @Test("a folder that is missing is told once, and followed once it is there")
    func missingFolder() async throws {
        let notebook = Notebook()
        let tail = try TailedScratch(["logs/*.log", "end.log"], log: notebook.logger)
        tail.probe.start()
        try tail.write("end.log", "1\n")
        try await tail.settle()
        #expect(notebook.lines(with: "no file matches").contains { $0.contains("there is no folder") })
        try tail.scratch.makeFolder("logs")
        try tail.write("logs/a.log", "2\n")
        #expect(try await tail.finish() == ["1", "2", "the end"])
        #expect(notebook.lines(with: "logs/*.log").count == 1)
    }

    @Test("a file whose name is no UTF-8 is told of once, and keeps nobody from being followed")
    func strangeName() async throws {
        let notebook = Notebook()
        let tail = try TailedScratch(log: notebook.logger)
        let name = Array(tail.scratch.path.utf8) + Array("/a\u{FF}.log".utf8.filter { $0 != 0xC3 }) + [0]
        let descriptor = name.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer {
            $0.baseAddress.map { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) } ?? -1
        }
        #expect(descriptor >= 0)
        close(descriptor)
        try tail.write("b.log", "1\n")
        tail.probe.start()
        #expect(try await tail.finish() == ["1", "the end"])
        #expect(notebook.lines(with: "no UTF-8").count == 1)
    }

    @Test("what is in an old file is passed over, what comes then is not")
    func ignoreOlder() async throws {
        let tail = try TailedScratch { $0.ignoreOlder = .seconds(3600) }
        try tail.scratch.append("old.log", "old\n")
        var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000_000, tv_usec: 0)]
        #expect(utimes(tail.scratch.at("old.log"), &times) == 0)
        try tail.write("new.log", "new\n")
        tail.probe.start()
        try await tail.settle()
        try tail.write("old.log", "written now\n")
        #expect(try await tail.finish() == ["new", "written now", "the end"])
    }

    @Test("only what was seen and not read is called lost")
    func lostBytes() async throws {
        let notebook = Notebook()
        let state = try TemporaryFolder()
        let tail = try TailedScratch(log: notebook.logger, state: state.path) { $0.from = .checkpoint }
        tail.probe.start()
        for round in 0..<3 {
            try tail.write("a.log", "\(round)\n")
            try tail.write("b.log", "\(round)\n")
            try await tail.settle()
            try tail.scratch.truncate("a.log")
            try tail.scratch.remove("b.log")
        }
        #expect(try await tail.finish().count == 7)
        try tail.scratch.remove("a.log")
        let next = try TailedScratch(in: tail.scratch, log: notebook.logger, state: state.path) {
            $0.from = .checkpoint
        }
        next.probe.start()
        try next.write("c.log", "1\n")
        try await next.settle()
        #expect(notebook.lines(with: "lost").isEmpty)
        await next.probe.stop()
        // More than is read at once: the rest was seen to be there.
        try next.scratch.append("c.log", String(repeating: "x\n", count: 1 << 16))
        let last = try TailedScratch(in: tail.scratch, log: notebook.logger, state: state.path) {
            $0.from = .checkpoint
        }
        last.probe.hold()
        last.probe.start()
        try await last.probe.wait { $0.isWaiting && !$0.events.isEmpty }
        try last.scratch.truncate("c.log")
        try last.scratch.append("c.log", "2\n")
        last.probe.release()
        try await last.probe.wait { $0.events.last.map(TailedScratch.message) == "2" }
        #expect(notebook.lines(with: "are lost").count == 1 && notebook.lines(with: "c.log").count == 1)
        #expect(last.probe.count("lost_bytes") > 0 && last.probe.count("restarted_files") == 1)
        await last.probe.stop()
    }

    @Test("what an operator may have to look into is counted")
    func counters() async throws {
        let tail = try TailedScratch {
            ($0.format, $0.maxLine, $0.ignoreOlder) = (.json, ByteSize(bytes: 64), .seconds(3600))
        }
        try tail.scratch.append("old.log", "{}\n")
        var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000_000, tv_usec: 0)]
        #expect(utimes(tail.scratch.at("old.log"), &times) == 0)
        tail.probe.start()
        let text = "{}\nno JSON\n\"" + String(repeating: "x", count: 100) + "\"\n[1]\n"
        try tail.scratch.append("a.log", text)
        try await tail.probe.events(atLeast: 4)
        await tail.probe.stop()
        // A line that is cut is no JSON either.
        #expect(tail.probe.count("misfit_lines") == 2 && tail.probe.count("long_lines") == 1)
        #expect(tail.probe.count("old_files") == 1 && tail.probe.count("read_bytes") == UInt64(text.utf8.count))
    }

    @Test("a checkpoint that cannot be written is told of once, and lines come all the same")
    func noCheckpoint() async throws {
        let notebook = Notebook()
        let tail = try TailedScratch(log: notebook.logger, state: "/proc/self/no-such-folder") { $0.from = .checkpoint }
        tail.probe.start()
        for line in 0..<3 {
            try tail.write("\(line).log", "\(line)\n")
            try await tail.settle()
        }
        #expect(try await tail.finish() == ["0", "1", "2", "the end"])
        #expect(notebook.lines(with: "cannot write").count == 1)
    }

    @Test("thousands of files are followed with few handles")
    func thousands() async throws {
        let tail = try TailedScratch(["**/*.log"]) { $0.openLimit = 16 }
        for folder in 0..<20 {
            try tail.scratch.makeFolder("\(folder)")
            for file in 0..<100 { try tail.write("\(folder)/\(file).log", "\(folder) \(file)\n") }
        }
        tail.probe.start()
        try await tail.settle()
        for folder in 0..<20 {
            for file in 0..<100 { try tail.write("\(folder)/\(file).log", "again \(folder) \(file)\n") }
        }
        #expect(try await tail.finish().sorted() == tail.written.sorted())
    }

    @Test("the first of what should not be is told, and then each tenfold")
    func tally() {
        var tally = Tally()
        let told = (1...1000).filter { _ in tally.add(1) }
        #expect(told == [1, 10, 100, 1000])
        #expect(!tally.add(0) && tally.add(9999))
    }

    @Test(
        "names tell which files may be former generations",
        arguments: [
            ("a.log.1", "a.log", "1"), ("a.log-20260101", "a.log", "20260101"),
            ("a-2026-01-01.log", "a.log", "2026-01-01"),
            ("a.1.log", "a.log", "1"), ("a.1", "a.log", "1"), ("messages.1", "messages", "1"),
            ("a.log.old", "a.log", nil),
            ("a-worker.log", "a.log", nil), ("a.log", "a.log", nil), ("b.log.1", "a.log", nil),
            ("a.log1", "a.log", nil),
            ("a.log.1.gz", "a.log", nil),
        ])
    func tags(_ name: String, _ base: String, _ tag: String?) {
        #expect(RotatedName.tag(name, of: base).map(String.init) == tag)
    }

    @Test("compressed files are known by their ending", arguments: ["a.gz", "/x/a.log.1.zst", "a.xz", "a.bz2", "a.Z"])
    func compressed(_ path: String) {
        #expect(RotatedName.isCompressed(path) && !RotatedName.isCompressed(path + ".log"))
    }
}
