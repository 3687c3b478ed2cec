import CEventLoop
import Glibc
import TestSupport
import Testing

@Suite("Answers that come later")
struct LaterTests {
    @Test("A deferred answer comes from any thread")
    func deferred() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
            try await hub.wait(for: "the request") { $0.heldCount == 1 }
            hub.answerHeld("at last")
            #expect(try await connection.readResponse().text == "at last")
            #expect(try await connection.readResponse().text == "/next")
        }
    }

    @Test("A deferred answer to a peer that has gone is dropped, and hurts nobody")
    func gone() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
            try await hub.wait(for: "the request") { $0.heldCount == 1 }
            await connection.close(abruptly: true)
            hub.answerHeld("too late")
            try await hub.wait(for: "the end of the connection") { $0.counters.connections_open == 0 }
            let after = try await hub.get("/after")
            #expect(after.text == "/after")
        }
    }

    @Test("A deferred answer may come after the hub has ended its loops")
    func afterTheEnd() async throws {
        let hub = try TestHub.make()
        let port = try hub.listen()
        try hub.start()
        let connection = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: port))
        try await connection.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
        try await hub.wait(for: "the request") { $0.heldCount == 1 }
        _ = await hub.finish(within: 0)
        hub.answerHeld("far too late")
        await hub.stop()
        #expect(try await connection.readToEnd() == [])
    }

    @Test("An answer that waits for room comes when mailboxes have some, and holds up nobody meanwhile")
    func whenRoom() async throws {
        let path = "/tmp/aggregator-\(getpid())-room-\(UInt32.random(in: 0...UInt32.max)).sock"
        let hub = try TestHub.make(TestHub.settings { $0.mailbox_events = 8 })
        try hub.listen(unix: path)  // its connections go to the two loops in turn
        try hub.start()
        var connections: [RawConnection] = []
        for _ in 0..<4 { connections.append(try await .connect(to: .unix(path: path))) }
        try await hub.wait(for: "all connections") { $0.counters.connections_open == 4 }
        try await connections[0].send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n")
        try await hub.wait(for: "a loop that empties no mailbox") { $0.counters.requests == 1 }
        for n in 0..<64 { hub.append("\(n)") }
        #expect(!el_has_room(hub.hub))
        try await connections[1].send("GET /room HTTP/1.1\r\nHost: x\r\n\r\n")
        try await hub.wait(for: "the request") { $0.counters.requests == 2 }
        try await connections[3].send("GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await connections[3].readResponse().text == "/after")
        #expect(await !connections[1].hasReceived())
        hub.unblock()
        #expect(try await connections[1].readResponse().text == "room")
        #expect(try await connections[0].readResponse().text == "unblocked")
        await hub.stop()
    }
}
