import Foundation
import TestSupport
import Testing

extension Tag {
    /// About load: runs alone, against a release build (Scripts/load-tests).
    @Tag static var load: Self
}

/// What the tests about load run against.
enum Load {
    private static let environment = ProcessInfo.processInfo.environment

    /// Scripts/load-tests says so.
    static var isWanted: Bool { environment["AGGREGATOR_LOAD"] == "1" }

    /// The release build of a program of this package.
    static func tool(_ name: String) -> String { (environment["AGGREGATOR_RELEASE"] ?? ".build/release") + "/" + name }
}

/// The command `aggregator` in a process of its own, in a folder of its own, with a pipeline.
final class ServerProcess {
    let address: RawConnection.Address
    private let process = Process()
    private let folder: URL

    /// Starts it, and waits until it says where it listens. The pipeline must listen on 127.0.0.1:0.
    init(pipeline: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "aggregator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try pipeline.write(to: folder.appending(path: "pipeline.yaml"), atomically: true, encoding: .utf8)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Load.tool("aggregator"))
        process.arguments = ["run", "--log-level", "warning"]
        process.currentDirectoryURL = folder
        process.standardOutput = output
        try process.run()
        var said = ""
        while !said.contains("\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw StartProblem(said: said) }
            said += String(decoding: more, as: UTF8.self)
        }
        guard let port = said.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap({ UInt16($0.1) }) else {
            process.terminate()
            throw StartProblem(said: said)
        }
        address = .tcp(host: "127.0.0.1", port: port)
    }

    struct StartProblem: Error { var said: String }

    /// SIGTERM, and the exit code.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
        return process.terminationStatus
    }

    /// Resident set, bytes.
    var residentBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        return status.firstMatch(of: /VmRSS:\s+(\d+) kB/).flatMap { Int($0.1) }.map { $0 << 10 } ?? 0
    }

    /// User and system time so far, seconds.
    var cpuSeconds: Double {
        let stat = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A sum of /metrics: all samples of that name.
    func metric(_ name: String) async throws -> Double {
        let connection = try await RawConnection.connect(to: address)
        try await connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let text = String(decoding: try await connection.readResponse().body, as: UTF8.self)
        return text.split(separator: "\n").reduce(0) { sum, line in
            let rest = line.dropFirst(name.count)
            guard line.hasPrefix(name), rest.first == " " || rest.first == "{" else { return sum }
            return sum + (line.split(separator: " ").last.flatMap { Double($0) } ?? 0)
        }
    }
}
