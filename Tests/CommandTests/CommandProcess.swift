import Foundation
import Synchronization
import TestSupport

/// `aggregator` with arguments, in a folder of its own that has a pipeline.yaml.
final class CommandProcess: Sendable {
    // Started in `init`; after that only its pid and its end are asked for, which Foundation guards by a lock.
    nonisolated(unsafe) private let process = Process()
    private let folder: URL
    private let printed = Mutex("")
    private let complained = Mutex("")
    private let ended: AsyncStream<Int32>

    var output: String { printed.withLock { $0 } }
    var errors: String { complained.withLock { $0 } }

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
        output.fileHandleForReading.readabilityHandler = { [weak self] file in self?.take(file, \.printed) }
        errors.fileHandleForReading.readabilityHandler = { [weak self] file in self?.take(file, \.complained) }
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

    private func take(_ file: FileHandle, _ text: KeyPath<CommandProcess, Mutex<String>>) {
        let data = file.availableData
        if data.isEmpty { file.readabilityHandler = nil }
        self[keyPath: text].withLock { $0 += String(decoding: data, as: UTF8.self) }
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

    /// Waits for the end; a signal's number is negative.
    func exitCode() async -> Int32? {
        for await code in ended { return code }
        return nil
    }

    /// The pids of its children now.
    func children() -> [pid_t] {
        let path = "/proc/\(process.processIdentifier)/task/\(process.processIdentifier)/children"
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/task")) ?? []
        return all.flatMap { thread in
            let text = try? String(contentsOfFile: path.replacing("task/\(process.processIdentifier)", with: "task/\(thread)"), encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { pid_t($0) }
        }
    }
}
