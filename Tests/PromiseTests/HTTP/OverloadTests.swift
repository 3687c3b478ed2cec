import Aggregator
import TestSupport
import Testing

struct OverloadTests {
    private static let file = """
        sources: {notes: {notes: {}}}
        channels: {all: {from: [notes], replay: all}}
        """

    @Test("Over the limit of connections a browser's stream is told to come back, anybody else to try again")
    func tooMany() async throws {
        try await Server.run("server: {limits: {connections: 1}}\n" + Self.file) { server in
            let (head, stream) = try await server.follow("/channels/all")
            #expect(head.status == 200)
            _ = try await stream.readBlock()
            let sentAway = try await server.ask("GET /channels/all", ["Accept: text/event-stream"])
            #expect(sentAway.status == 200)
            #expect(sentAway.field("content-type") == "text/event-stream")
            #expect(sentAway.text == "retry: 30000\n\n")
            #expect(sentAway.closes)
            for request in ["GET /channels/all", "POST /notes/x", "GET /"] {
                let refused = try await server.ask(request)
                #expect(refused.status == 503)
                #expect(refused.field("retry-after") == "30")
            }
            // Who looks after the server must still see it.
            #expect(try await server.ask("GET /health/live").status == 200)
            #expect(try await server.ask("GET /metrics").status == 200)
        }
    }

    @Test("While the server drains, streams end, what is under way is answered, and new work is sent elsewhere")
    func draining() async throws {
        let drain = "\(Pace.patience(2).components.seconds)s"
        try await Server.run("server: {drain: \(drain)}\n" + Self.file) { server in
            #expect(try await server.post("x").status == 202)
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock()?.hasSuffix("data: x") == true)
            let slow = try await RawConnection.connect(to: server.address)
            try await slow.send(Server.text("GET /asked/slow", []))
            let never = try await RawConnection.connect(to: server.address)
            try await never.send(Server.text("GET /asked/never", []))
            // The next answer on another connection shows that the hub has had time to see those requests' bytes.
            _ = try await server.ask("GET /metrics") { $0.text.contains("aggregator_connections 4\n") }
            async let stopped: Void = server.aggregator.stop()
            #expect(try await stream.readBlock() == nil)
            // What comes within the drain time is waited for, the rest is cancelled in time for its own last words.
            #expect(try await slow.readResponse().status == 200)
            #expect(try await never.readResponse().status == 503)
            await stopped
        }
    }

    @Test("What comes in whole only after the streams have ended is not accepted: nobody would get it")
    func tooLate() async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.post("x").status == 202)
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock()?.hasSuffix("data: x") == true)
            let late = try await RawConnection.connect(to: server.address)
            try await late.send("POST /notes/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nla")
            // The next answer on another connection shows that the hub has had time to see that request's bytes.
            _ = try await server.ask("GET /metrics") { $0.text.contains("aggregator_connections 3\n") }
            async let stopped: Void = server.aggregator.stop()
            #expect(try await stream.readBlock() == nil)
            try await late.send("te")
            let answer = try await late.readResponse()
            #expect(answer.status == 503 && answer.field("retry-after") == "30")
            await stopped
        }
    }
}
