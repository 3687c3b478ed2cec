import Aggregator
import Foundation
import TestSupport
import Testing

/// A program that writes numbered lines, and rotates its log as logrotate does, never looking who reads it.
private actor LogWriter {
    private let folder: TemporaryFolder
    private var random: SplitMix64
    private(set) var lines: [String] = []
    private var generation = 0
    private var isStopped = false
    private var isRotating = false

    init(_ folder: TemporaryFolder, seed: UInt64) {
        self.folder = folder
        random = SplitMix64(seed: seed)
    }

    func stop() { isStopped = true }
    func beginRotating() { isRotating = true }

    /// Until it is stopped: the pace is that of a busy log, not a wait for anything. A reader that is seconds behind would lose
    /// with the server what it has not read yet, which is not what is tested: so it is not faster than a debug build follows.
    func run() async throws {
        while !isStopped {
            let text = (0...(random.next() % 20)).map { _ in next() + "\n" }.joined()
            // In two pieces, so that a line is often there only in part.
            let bytes = Array(text.utf8)
            let cut = Int(random.next() % UInt64(bytes.count))
            try folder.append("a.log", Array(bytes[..<cut]))
            try folder.append("a.log", Array(bytes[cut...]))
            if isRotating, random.next() % 20 == 0 { rotate() }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func next() -> String {
        lines.append("\(generation) \(lines.count)")
        return lines[lines.count - 1]
    }

    private func rotate() {
        for number in (1...max(1, generation)).reversed() { rename("a.log.\(number)", "a.log.\(number + 1)") }
        rename("a.log", "a.log.1")
        generation += 1
    }

    private func rename(_ old: String, _ new: String) { _ = Foundation.rename(folder.at(old), folder.at(new)) }
}

@Suite("file_tail under kill -9")
struct FileTailKillTests {
    /// The lines that a stream has brought.
    private static func lines(_ recorder: StreamRecorder) -> [String] {
        recorder.blocks.compactMap { block in
            guard let data = block.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }),
                let value = try? Value(json: Array(data.dropFirst(6).utf8)), case .map(let members) = value,
                case .string(let message)? = members["message"]
            else { return nil }
            return message
        }
    }

    @Test(
        "whenever it is killed, and however the log is rotated meanwhile, every line comes, and each file's in order",
        arguments: [1, 2] as [UInt64])
    func everyLineComes(_ seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let pipeline = """
            server: {listen: 127.0.0.1:0, state: \(folder.at("state"))}
            sources: {log: {file_tail: {type: line, include: [\(folder.at("a.log"))]}}}
            channels: {all: {from: log, keep: {events: 1000000, bytes: 256MiB}}}
            """
        let checkpoint = folder.at("state/sources/log/checkpoint.json")
        let writer = LogWriter(folder, seed: seed)
        let writing = Task { try await writer.run() }
        var random = SplitMix64(seed: seed)
        var runs: [[String]] = []
        for run in 0..<6 {
            // What nobody follows is gone with the server: so somebody does, or it is killed before it saves a place.
            let isFollowed = run % 3 != 1
            // A random moment is what is tested; nothing is waited for.
            let moment = Duration.milliseconds(Int(random.next() % (isFollowed ? 6000 : 300)))
            let server = try CommandProcess(["run"], pipeline: pipeline, killedAfter: isFollowed ? nil : moment)
            guard isFollowed else {
                _ = await server.exitCode()
                continue
            }
            let recorder = server.record("/channels/all?replay=all")
            // A file that was rotated away before anybody has seen the log is none that was followed.
            if run == 0, await eventually({ FileManager.default.fileExists(atPath: checkpoint) }) {
                await writer.beginRotating()
            }
            try await Task.sleep(for: moment)
            // Once it lives long enough to save how far it has read; a place is saved seconds after it was reached.
            if run == 3 {
                let isSaved = await eventually {
                    (try? String(contentsOfFile: checkpoint, encoding: .utf8))?.contains(/"resume":[1-9]/) == true
                }
                #expect(isSaved)
            }
            server.signal(SIGKILL)
            _ = await server.exitCode()
            await recorder.end()
            runs.append(Self.lines(recorder))
        }
        await writer.stop()
        try await writing.value
        let written = await writer.lines
        let server = try CommandProcess(["run"], pipeline: pipeline)
        let recorder = server.record("/channels/all?replay=all")
        let seen = Set(runs.joined())
        _ = await eventually { Set(written).subtracting(seen).subtracting(Self.lines(recorder)).isEmpty }
        server.signal(SIGTERM)
        _ = await server.exitCode()
        await recorder.end()
        runs.append(Self.lines(recorder))
        let missing = Set(written).subtracting(runs.joined())
        #expect(missing.isEmpty, "\(missing.count) of \(written.count): \(missing.sorted().prefix(5))")
        for run in runs {
            let files = Dictionary(grouping: run) { $0.prefix { $0 != " " } }
            for file in files.values {
                let numbers = file.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
                #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            }
        }
        // It goes on, and does not begin again each time.
        #expect(try #require(runs.last).count < written.count)
    }
}
