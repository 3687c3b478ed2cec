import Foundation
import Synchronization
import TestSupport

/// `aggregator` with arguments, in a folder of its own that has a pipeline.yaml.
final class CommandProcess: Sendable {
    private let process = Process()
    private let folder: URL
    private let printed = Transcript()
    private let complained = Transcript()
    private let ended: AsyncStream<Int32>

    var output: String { printed.text }
    var errors: String { complained.text }

    init(_ arguments: [String], pipeline: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try pipeline.write(to: folder.appending(path: "pipeline.yaml"), atomically: true, encoding: .utf8)
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        ended = stream
        process.executableURL = try Self.executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.terminationHandler = {
            continuation.yield($0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus)
            continuation.finish()
        }
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        output.fileHandleForReading.readabilityHandler = { [printed] file in printed.take(file) }
        errors.fileHandleForReading.readabilityHandler = { [complained] file in complained.take(file) }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Beside the tests' own executable.
    private static func executable() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "aggregator")
    }

    struct NoPort: Error { var output: String }

    /// Waits until it says where it listens.
    func port() async throws -> UInt16 {
        _ = await eventually { output.contains("/channels/") || !process.isRunning }
        guard let port = output.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).flatMap({ UInt16($0.1) })
        else { throw NoPort(output: output + errors) }
        return port
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end, and for the last of what it wrote; a signal's number is negative.
    func exitCode() async -> Int32? {
        for await code in ended {
            _ = await eventually { printed.isWhole && complained.isWhole }
            return code
        }
        return nil
    }

    /// The pids of its children now.
    func children() -> [pid_t] {
        let threads = "/proc/\(process.processIdentifier)/task"
        return ((try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []).flatMap { thread in
            let text = try? String(contentsOfFile: "\(threads)/\(thread)/children", encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { pid_t($0) }
        }
    }
}

/// What a process has written so far.
private final class Transcript: Sendable {
    private let stored = Mutex((text: "", isWhole: false))

    var text: String { stored.withLock { $0.text } }
    var isWhole: Bool { stored.withLock { $0.isWhole } }

    func take(_ file: FileHandle) {
        let data = file.availableData
        if data.isEmpty { file.readabilityHandler = nil }
        stored.withLock { $0 = ($0.text + String(decoding: data, as: UTF8.self), data.isEmpty) }
    }
}
