import CEventLoop
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

    @Test("An answer that waits for room comes when mailboxes have some")
    func whenRoom() async throws {
        try await TestHub.run(TestHub.settings { $0.mailbox_events = 8 }) { hub in
            for _ in 0..<50 {
                let connection = try await hub.connect()
                for n in 0..<64 { hub.append("\(n)") }
                try await connection.send("GET /room HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.readResponse().text == "room")
                await connection.close()
            }
        }
    }
}
