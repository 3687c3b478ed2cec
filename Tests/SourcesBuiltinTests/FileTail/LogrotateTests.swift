import Aggregator
import Foundation
import Testing

@testable import SourcesBuiltin

/// The real one, where it is installed.
@Suite("logrotate", .enabled(if: Logrotate.path != nil, "logrotate is not installed"))
struct LogrotateTests {
    @Test(
        "nothing is lost or read twice",
        arguments: ["create", "copytruncate", "nocreate", "create\n delaycompress\n compress"])
    func rotates(_ mode: String) async throws {
        let tail = try TailedScratch()
        let logrotate = try Logrotate(tail.scratch, mode: mode)
        tail.probe.start()
        for round in 0..<4 {
            for line in 0..<50 { try tail.write("a.log", "round \(round) line \(line)\n") }
            try await tail.settle()
            try await logrotate.run()
        }
        #expect(try await tail.finish().sorted() == tail.written.sorted())
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
