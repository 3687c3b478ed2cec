import CEventLoop
import Glibc
import TestSupport
import Testing

@Suite("Where the hub listens")
struct ListenerTests {
    private func scratch(_ name: String) -> String {
        "/tmp/aggregator-\(getpid())-\(name)-\(UInt32.random(in: 0...UInt32.max)).sock"
    }

    @Test("A port in use is an error that names it")
    func portInUse() async throws {
        try await TestHub.run { first in
            let second = try TestHub.make()
            let failure = #expect(throws: TestHub.StartFailed.self) { try second.listen(port: first.port) }
            #expect(failure?.description.contains("127.0.0.1:\(first.port)") == true)
            #expect(failure?.description.contains("in use") == true)
            await second.stop()
        }
    }

    @Test(
        "What is no address, and what is not this machine's, is an error that names it",
        arguments: ["nonsense", "192.0.2.1"])
    func wrongAddress(host: String) async throws {
        let hub = try TestHub.make()
        let failure = #expect(throws: TestHub.StartFailed.self) { try hub.listen(on: host) }
        #expect(failure?.description.contains(host) == true)
        await hub.stop()
    }

    @Test("Port 0 is one port for all loops, and all of them serve")
    func sharedPort() async throws {
        try await TestHub.run(TestHub.settings { $0.loops = 4 }) { hub in
            var connections: [RawConnection] = []
            for _ in 0..<64 {
                let connection = try await hub.connect()
                try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                connections.append(connection)
            }
            for connection in connections { #expect(try await connection.readResponse().status == 200) }
            #expect(hub.counters.connections_open == 64)
        }
    }

    @Test("IPv6 is served beside IPv4, on the same port too")
    func version6() async throws {
        try await TestHub.run { hub in
            let other = try TestHub.make()
            let port = try other.listen(on: "::1")
            try other.start()
            let connection = try await RawConnection.connect(to: .tcp(host: "::1", port: port))
            try await connection.send("GET /describe HTTP/1.1\r\nHost: [::1]:\(port)\r\n\r\n")
            #expect(try await connection.readResponse().text.contains("peer: ::1"))
            await other.stop()
        }
    }

    @Test("A unix socket serves on all loops, and its file goes at the end")
    func unixSocket() async throws {
        let path = scratch("serves")
        let hub = try TestHub.make()
        try hub.listen(unix: path)
        try hub.start()
        for _ in 0..<4 {
            let connection = try await RawConnection.connect(to: .unix(path: path))
            try await connection.send("GET /describe HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.readResponse().text.contains("peer: \nHOST"))
        }
        await hub.stop()
        #expect(access(path, F_OK) != 0)
    }

    @Test("A socket file that nobody answers on is replaced; one that is answered, or is no socket, is an error")
    func staleSocket() async throws {
        let path = scratch("stale")
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try bindUnix(stale, path)
        close(stale)
        let first = try TestHub.make()
        try first.listen(unix: path)
        try first.start()
        let second = try TestHub.make()
        let live = #expect(throws: TestHub.StartFailed.self) { try second.listen(unix: path) }
        #expect(live?.description.contains(path) == true)
        let connection = try await RawConnection.connect(to: .unix(path: path))
        try await connection.send("GET /still HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await connection.readResponse().text == "/still")
        await first.stop()
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: TestHub.StartFailed.self) { try second.listen(unix: path) }
        #expect(unlink(path) == 0)
        await second.stop()
    }

    private func bindUnix(_ descriptor: Int32, _ path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
    }

    @Test("Beyond the limit, some are served once and told so, and the rest are closed at once")
    func overLimit() async throws {
        try await TestHub.run(TestHub.settings { $0.connections = 2 }) { hub in
            var kept: [RawConnection] = []
            for _ in 0..<2 {
                let connection = try await hub.connect()
                try await connection.send("GET /describe HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.readResponse().text.contains("last: false"))
                kept.append(connection)
            }
            let over = try await hub.connect()
            try await over.send("GET /describe HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try await over.readResponse()
            #expect(response.text.contains("last: true") && response.closes)
            await over.close()
            try await hub.wait(for: "its end") { $0.counters.connections_open == 2 }
            for _ in 0..<64 { kept.append(try await hub.connect()) }
            try await hub.wait(for: "all of the slack") { $0.counters.connections_open == 66 }
            let beyond = try await hub.connect()
            _ = try await beyond.isReset()
            #expect(hub.counters.connections_refused == 66)
            #expect(hub.counters.connections_open == 66)
        }
    }
}
