import Foundation
import Synchronization

/// What to start, and with what.
struct Launch: Sendable {
    var executable: String
    var arguments: [String]
    var environment: [String: String] = [:]
}

/// A server under test: started on its core, watched, and ended again whatever happens.
final class ServerProcess {
    let port: UInt16
    /// Its own; a contestant that splits into several has the others as descendants.
    private(set) var pid: pid_t = 0

    private let process = Process()
    private let folder: URL
    private var log: URL { folder.appending(path: "log") }

    /// Starts it, and waits until it answers requests.
    ///
    /// - Parameters:
    ///   - cores: as `taskset --cpu-list` writes them; nil leaves it to the system.
    ///   - wrapper: a program and its arguments that runs the server as its child and ends with it.
    ///   - launch: gets the port that it is to listen on and a folder of its own, which is removed at the end.
    /// - Throws: `VoidRun` when it ends or does not answer within 20 seconds.
    init(
        cores: String?, wrapper: [String] = [], launch: (_ port: UInt16, _ folder: URL) throws -> Launch
    ) throws {
        port = try Sockets.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let launch = try launch(port, folder)
        // taskset becomes the server: the process is the same.
        let pinning = cores.map { ["/usr/bin/taskset", "--cpu-list", $0] } ?? []
        let words = wrapper + pinning + [launch.executable] + launch.arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(launch.environment) { _, new in new }
        process.currentDirectoryURL = folder
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        RunningServers.add(process.processIdentifier)
        pid = process.processIdentifier
        do {
            try waitUntilItAnswers()
            if !wrapper.isEmpty { pid = try Processes.child(of: pid) }
        } catch {
            stop()
            throw error
        }
    }

    var isRunning: Bool { process.isRunning }

    private func waitUntilItAnswers() throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !Sockets.answers(port) {
            guard process.isRunning else { throw VoidRun("the server ended: \(lastWords)") }
            guard ContinuousClock.now < deadline else { throw VoidRun("the server does not answer: \(lastWords)") }
            usleep(2000)
        }
    }

    /// The end of what it printed.
    private var lastWords: String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.suffix(300).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// SIGTERM, and SIGKILL to one that is still there after five seconds.
    func stop() {
        defer {
            RunningServers.remove(process.processIdentifier)
            try? FileManager.default.removeItem(at: folder)
        }
        kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(5)
        while process.isRunning, ContinuousClock.now < deadline { usleep(1000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// The servers that are there now, so that an interrupted benchmark leaves none behind.
enum RunningServers {
    private static let pids = Mutex<Set<pid_t>>([])

    static func add(_ pid: pid_t) { pids.withLock { _ = $0.insert(pid) } }
    static func remove(_ pid: pid_t) { pids.withLock { _ = $0.remove(pid) } }

    /// From now on SIGINT, SIGTERM and SIGHUP end the servers first, then the benchmark.
    ///
    /// - Returns: what has to be kept for as long as that is to be so.
    static func endOnSignals() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                pids.withLock { for pid in $0 { kill(pid, SIGTERM) } }
                exit(128 + number)
            }
            source.activate()
            return source
        }
    }
}
