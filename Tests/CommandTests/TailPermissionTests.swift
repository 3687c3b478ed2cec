import Foundation
import TestSupport
import Testing

/// Permissions mean nothing to root: so the server runs as nobody, where the tests are root's.
@Suite("file_tail without permission", .enabled(if: CommandProcess.canRunAsNobody, "setpriv is not installed"))
struct TailPermissionTests {
    @Test(
        "what may not be read is told once, and read exactly once when it may: files and folders, at the start and later"
    )
    func regained() async throws {
        let folder = try TemporaryFolder()
        try folder.allowAll()
        for name in ["open", "closed"] {
            try FileManager.default.createDirectory(atPath: folder.at(name), withIntermediateDirectories: false)
        }
        try folder.append("open/a.log", "a 1\n")
        try folder.append("open/b.log", "b 1\n")
        try folder.append("closed/c.log", "c 1\n")
        try folder.mode("open/b.log", 0)
        try folder.mode("closed", 0)
        let server = try CommandProcess(
            ["run"],
            pipeline: """
                server: {listen: 127.0.0.1:0}
                sources:
                  log:
                    file_tail: {type: line, include: ['\(folder.path)/*/*.log'], from: beginning, poll: 100ms}
                channels: {all: {from: log, replay: all}}
                """, isNobody: true)
        let reader = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: server.port()))
        try await reader.send("GET /channels/all HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await reader.readHead()
        var lines = Lines(reader)
        #expect(try await lines.next() == "a 1")
        #expect(await eventually { server.errors.contains("closed may not be read by this user") })
        #expect(await eventually { server.errors.contains("b.log may not be read by this user") })
        try folder.mode("open/b.log", 0o644)
        #expect(try await lines.next() == "b 1")
        try folder.mode("closed", 0o755)
        #expect(try await lines.next() == "c 1")
        // Lost while it is followed: a folder, and the next generation of a file.
        try folder.mode("closed", 0)
        #expect(await eventually { server.errors.components(separatedBy: "closed may not be read").count == 3 })
        try folder.append("open/a.log", "a 2\n")
        #expect(try await lines.next() == "a 2")
        try FileManager.default.moveItem(atPath: folder.at("open/a.log"), toPath: folder.at("open/a.1"))
        try folder.append("open/next", "a 3\n")
        try folder.mode("open/next", 0)
        try FileManager.default.moveItem(atPath: folder.at("open/next"), toPath: folder.at("open/a.log"))
        #expect(await eventually { server.errors.contains("a.log may not be read by this user") })
        try folder.mode("open/a.log", 0o644)
        #expect(try await lines.next() == "a 3")
        try folder.mode("closed", 0o755)
        try folder.append("closed/c.log", "c 2\n")
        #expect(try await lines.next() == "c 2")
        for name in ["open/a.log", "open/b.log", "closed/c.log"] { try folder.append(name, "end\n") }
        for _ in 0..<3 { #expect(try await lines.next() == "end") }
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    /// The messages of a stream, one after another.
    private struct Lines {
        private let reader: RawConnection

        init(_ reader: RawConnection) { self.reader = reader }

        mutating func next() async throws -> String? {
            while let block = try await reader.readBlock() {
                guard let data = block.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }) else { continue }
                return data.firstMatch(of: /"message":"([^"]*)"/).map { String($0.1) }
            }
            return nil
        }
    }
}

extension TemporaryFolder {
    fileprivate func mode(_ name: String, _ mode: mode_t) throws {
        guard chmod(at(name), mode) == 0 else { throw POSIXError(.EPERM) }
    }

    fileprivate func allowAll() throws {
        guard chmod(path, 0o755) == 0 else { throw POSIXError(.EPERM) }
    }
}
