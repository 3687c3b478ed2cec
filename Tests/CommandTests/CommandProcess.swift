import Foundation
import TestSupport

/// `aggregator` with arguments, in a folder of its own that has a pipeline.yaml.
final class CommandProcess: Sendable {
    private let process = Process()
    private let folder: URL
    private let ended: AsyncStream<Int32>
    /// Whose folder it is in; nil: it has one of its own.
    private let former: CommandProcess?

    var output: String { written("output") }
    var errors: String { written("errors") }

    /// Whether one can run without root's rights.
    static var canRunAsNobody: Bool { geteuid() != 0 || FileManager.default.isExecutableFile(atPath: asNobody[0]) }

    private static let asNobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// - Parameters:
    ///   - files: more files of the folder, by name.
    ///   - time: when it is killed, in its own time, however busy the tests are; nil: by whoever made it.
    ///   - isNobody: whether it is to run without root's rights, if these tests have them.
    ///   - former: one that has ended, in whose folder this one goes on.
    init(
        _ arguments: [String], pipeline: String = "", files: [String: String] = [:], input: String = "",
        after former: CommandProcess? = nil, killedAfter time: Duration? = nil, isNobody: Bool = false
    ) throws {
        self.former = former
        folder =
            former?.folder ?? FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try pipeline.write(to: folder.appending(path: "pipeline.yaml"), atomically: true, encoding: .utf8)
        for (name, text) in files {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        ended = stream
        let launcher = isNobody && geteuid() == 0 ? Self.asNobody : []
        let killer = time.map { ["/usr/bin/timeout", "--signal=KILL", "\($0 / .seconds(1))"] } ?? []
        let command = killer + launcher + [try Self.executable().path] + arguments
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = folder
        process.terminationHandler = {
            continuation.yield($0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus)
            continuation.finish()
        }
        try input.write(to: folder.appending(path: "input"), atomically: true, encoding: .utf8)
        process.standardInput = try FileHandle(forReadingFrom: folder.appending(path: "input"))
        // Files, not pipes: what a process has written is whole when it has ended, whoever else holds a pipe's other end.
        process.standardOutput = try Self.file(folder.appending(path: "output"))
        process.standardError = try Self.file(folder.appending(path: "errors"))
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        if former == nil { try? FileManager.default.removeItem(at: folder) }
    }

    /// Beside the tests' own executable.
    static func executable() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "aggregator")
    }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// A file of the folder; empty if it is not there.
    func written(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    /// Writes a file of the folder; its own folder is made if it is not there.
    func write(_ name: String, _ text: String, isProgram: Bool = false) throws {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
        if isProgram { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path) }
    }

    /// Removes a file of the folder.
    func remove(_ name: String) throws { try FileManager.default.removeItem(at: folder.appending(path: name)) }

    struct NoPort: Error {
        var output: String
        /// How it has ended, if it has: an exit code, or a signal's number, negative.
        var code: Int32?
    }

    /// Waits until it says where it listens.
    func port() async throws -> UInt16 {
        _ = await eventually { output.contains("/channels/") || !process.isRunning }
        guard let port = portNow
        else { throw NoPort(output: output + errors, code: process.isRunning ? nil : await exitCode()) }
        return port
    }

    /// Where it listens; nil: it has not said so yet.
    private var portNow: UInt16? {
        output.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)\D/).flatMap { UInt16($0.1) }
    }

    /// Follows what it serves there, as soon as it listens.
    func record(_ target: String) -> StreamRecorder {
        StreamRecorder(of: target) { [weak self] in
            guard let self else { throw CancellationError() }
            if let port = portNow { return port }
            guard process.isRunning else { throw NoPort(output: output + errors, code: nil) }
            return nil
        }
    }

    var pid: pid_t { process.processIdentifier }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end; a signal's number is negative.
    func exitCode() async -> Int32? {
        for await code in ended {
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

/// Whether a process runs. A zombie does not: who takes its status is not our affair.
func isAlive(_ pid: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !text.contains(") Z ")
}
