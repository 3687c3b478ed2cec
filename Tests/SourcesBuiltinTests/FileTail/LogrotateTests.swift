import Aggregator
import AggregatorTesting
import Foundation
import Testing

@testable import SourcesBuiltin

/// The real one, where it is installed.
@Suite("logrotate", .enabled(if: Logrotate.path != nil, "logrotate is not installed"))
struct LogrotateTests {
    @Test(
        "nothing is lost or read twice",
        arguments: [
            "create", "copytruncate", "nocreate", "create\n delaycompress\n compress", "copytruncate\n rotate 1",
            "copytruncate\n rotate 3", "copytruncate\n rotate 1\n compress",
        ], ["a.log", "a.log*"])
    func rotates(_ mode: String, _ include: String) async throws {
        let tail = try TailedScratch([include, "end.log"])
        let logrotate = try Logrotate(tail.scratch, mode: mode)
        tail.probe.start()
        for round in 0..<4 {
            for line in 0..<50 { try tail.write("a.log", "round \(round) line \(line)\n") }
            try await tail.settle()
            try await logrotate.run()
        }
        let lines = try await tail.finish()
        #expect(tail.difference(lines) == .none)
    }

    @Test(
        "nothing is lost or read twice when it runs while nobody follows, once or several times",
        arguments: ["create", "copytruncate", "nocreate", "create\n dateext\n dateformat -%Y%m%d-%s"],
        ["a.log", "a.log*"])
    func rotatesMeanwhile(_ mode: String, _ include: String) async throws {
        let tail = try RestartedTail([include])
        let logrotate = try Logrotate(tail.scratch, mode: mode)
        var written: [String] = []
        func write(_ count: Int) throws {
            for _ in 0..<count {
                written.append("line \(written.count)")
                try tail.scratch.append("a.log", written[written.count - 1] + "\n")
            }
        }
        try write(50)
        try await tail.run(50)
        for rotations in mode.contains("dateext") ? [1, 0] : [1, 3, 0] {
            try write(20)
            for _ in 0..<rotations {
                try await logrotate.run()
                try write(20)
            }
            try await tail.run(20 + rotations * 20)
        }
        #expect(tail.lines == written)
    }
}

/// A configuration of it, for one folder.
struct Logrotate {
    static let path = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].first(where: FileManager.default.isExecutableFile)

    private let arguments: [String]

    init(_ scratch: Scratch, mode: String) throws {
        let configuration = "\(scratch.at("a.log")) {\n rotate 9\n missingok\n \(mode)\n}\n"
        try scratch.append("logrotate.conf", configuration)
        try scratch.mode("logrotate.conf", 0o600)
        arguments = ["--force", "--state", scratch.at("state"), scratch.at("logrotate.conf")]
    }

    func run() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path ?? "")
        process.arguments = arguments
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        #expect(status == 0)
    }
}
