import Aggregator
import AggregatorTesting
import Logging

@testable import SourcesBuiltin

/// A folder, a `file_tail` on it, and the lines that have been written to it: each is to come out exactly once.
final class TailedScratch {
    /// One for all tests: the kernel gives a user no more than 128 or so.
    static let watcher = FileWatcher()

    let scratch: Scratch
    let probe: SourceProbe
    private(set) var written: [String] = []
    private var begun: [String: String] = [:]

    /// Follows from the beginning, with short times, unless `change` says otherwise.
    init(
        _ include: [String] = ["*.log"], in scratch: Scratch? = nil, files: FileWatcher = TailedScratch.watcher,
        log: Logger? = nil, state: String? = nil, _ change: (inout FileTail) -> Void = { _ in }
    ) throws {
        let scratch = try scratch ?? Scratch()
        self.scratch = scratch
        var source = FileTail()
        source.include = include.map { PathOption(stringLiteral: scratch.at($0)) }
        source.from = .beginning
        source.poll = .milliseconds(50)
        source.grace = .seconds(4)
        change(&source)
        probe = SourceProbe(source, name: "tail", files: files, log: log, state: state)
    }

    /// Appends, and expects every line that thereby has its end. `writer`: a handle that is held.
    func write(_ name: String, _ text: String, writer: String? = nil) throws {
        if let writer { try scratch.put(writer, text) } else { try scratch.append(name, text) }
        expect(text, of: writer ?? name)
    }

    /// Counts the lines in what was written.
    func expect(_ text: String, of writer: String) {
        // By bytes: to Swift's characters CR LF is one.
        var lines = (begun[writer, default: ""] + text).utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        begun[writer] = lines.popLast().map { String(Substring($0)) }
        written += lines.map { String(Substring($0.last == 0x0D ? $0.dropLast() : $0)) }
    }

    /// What was begun there will not be completed: it is a line as it stands.
    func expectRest(of writer: String) {
        if let rest = begun.removeValue(forKey: writer), !rest.isEmpty { written.append(rest) }
    }

    /// Waits until as many lines have come out as were written.
    func settle() async throws { try await probe.events(atLeast: written.count, within: .seconds(30)) }

    /// What has come out.
    var lines: [String] { probe.events.map(Self.message) }

    /// The text of a `{"message": …}` without escapes; the data as it stands, of any other.
    static func message(_ event: Event) -> String {
        guard case .json(let bytes) = event.data else { return "" }
        let text = String(decoding: bytes, as: UTF8.self)
        let head = #"{"message":""#
        guard text.hasPrefix(head), text.hasSuffix("\"}") else { return text }
        return String(text.dropFirst(head.count).dropLast(2))
    }

    /// Lines that came too seldom or too often, so that a failure says which.
    struct Difference: Equatable {
        static let none = Difference()
        var missing: [String] = []
        var surplus: [String] = []
    }

    /// How these lines differ from those that were written, in whatever order.
    func difference(_ lines: [String]) -> Difference {
        var counts: [String: Int] = [:]
        for line in lines { counts[line, default: 0] += 1 }
        for line in written { counts[line, default: 0] -= 1 }
        return Difference(
            missing: counts.filter { $0.value < 0 }.keys.sorted(), surplus: counts.filter { $0.value > 0 }.keys.sorted()
        )
    }

    /// Waits for all, then for one more that is written last (so that what is due before it has come), and stops.
    func finish(_ marker: String = "end.log") async throws -> [String] {
        try await settle()
        try write(marker, "the end\n")
        try await settle()
        await probe.stop()
        return lines
    }
}
