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
        // The last fifth is for what is cancelled: enough also for a busy machine. A heartbeat would be a block.
        try await Server.run("server: {drain: 30s, heartbeat: 1h}\n" + Self.file) { server in
            #expect(try await server.post("x").status == 202)
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock()?.hasSuffix("data: x") == true)
            let before = try await server.requests()
            let slow = try await RawConnection.connect(to: server.address)
            try await slow.send(Server.text("GET /asked/slow", []))
            let never = try await RawConnection.connect(to: server.address)
            try await never.send(Server.text("GET /asked/never", []))
            try await server.waitForRequests(since: before, 2)
            async let stopped: Void = server.aggregator.stop()
            #expect(try await stream.readBlock() == nil)
            // What comes within the drain time is waited for, the rest is cancelled in time for its own last words.
            #expect(try await slow.readResponse().status == 200)
            #expect(try await never.readResponse(within: Pace.patience(60)).status == 503)
            await stopped
        }
    }

    @Test("While the server drains, also a request like one that was taken before is sent elsewhere")
    func drainingRepeated() async throws {
        try await Server.run("server: {drain: 10s}\n" + Self.file) { server in
            let post = "POST /notes/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nnote"
            let (poster, looker) = try await (
                RawConnection.connect(to: server.address), RawConnection.connect(to: server.address)
            )
            for _ in 0..<3 {
                try await poster.send(post)
                #expect(try await poster.readResponse().status == 202)
            }
            let before = try await server.requests()
            let slow = try await RawConnection.connect(to: server.address)
            try await slow.send(Server.text("GET /asked/never", []))
            try await server.waitForRequests(since: before, 1)
            let began = ContinuousClock.now
            async let stopped: Void = server.aggregator.stop()
            var isReady = true
            while isReady {
                try await looker.send("GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                // The drain may begin between the two: what was ready when it was asked is then told to close. On a busy
                // machine it may even be over by now, and the connection with it.
                let answer = try? await looker.readResponse()
                isReady = answer.map { $0.status == 200 && !$0.closes } ?? false
            }
            let answer = try? await {
                try await poster.send(post)
                return try await poster.readResponse()
            }()
            // The request that never ends keeps the drain going for 8 of its 10 seconds: before that there is an answer. After it,
            // on a very busy machine, the connection may be gone.
            #expect(answer.map { $0.status == 503 && $0.closes } ?? (began.duration(to: .now) >= .seconds(8)))
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
            let before = try await server.requests()
            let late = try await RawConnection.connect(to: server.address)
            try await late.send("POST /notes/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nla")
            try await server.waitForRequests(since: before, 1)
            async let stopped: Void = server.aggregator.stop()
            #expect(try await stream.readBlock() == nil)
            try await late.send("te")
            let answer = try await late.readResponse()
            #expect(answer.status == 503 && answer.field("retry-after") == "30")
            await stopped
        }
    }
}

extension Server {
    /// How many requests the loops have seen, this one among them.
    fileprivate func requests() async throws -> Int {
        let text = try await ask("GET /metrics").text
        return text.firstMatch(of: /\naggregator_requests_total (\d+)/).flatMap { Int($0.1) } ?? 0
    }

    /// Waits until the loops have seen so many more, beside those that ask.
    fileprivate func waitForRequests(since before: Int, _ count: Int) async throws {
        var asked = 0
        _ = try await eventually {
            asked += 1
            return try await requests() >= before + count + asked
        }
    }
}
