import CEventLoop
import TestSupport
import Testing

@Suite("Streams on sockets")
struct StreamTests {
    private func subscribe(
        _ hub: TestHub, _ target: String = "/stream", version: String = "1.1", receiveBuffer: Int32? = nil
    ) async throws -> RawConnection {
        let connection = try await hub.connect(receiveBuffer: receiveBuffer)
        try await connection.send("GET \(target) HTTP/\(version)\r\nHost: x\r\n\r\n")
        let head = try await connection.readHead()
        #expect(head.status == 200 && head.field("content-type") == "text/event-stream")
        #expect(head.isChunked == (version == "1.1"))
        #expect(head.field("connection") == (version == "1.1" ? "keep-alive" : "close"))
        #expect(head.field("date") != nil)
        let first = try #require(try await connection.readBlock())
        #expect(first.contains("retry: 3000") && first.contains("id: testtest"))
        return connection
    }

    @Test(
        "A stream begins with its head and its first block, and goes on with what is appended",
        arguments: ["1.1", "1.0"])
    func live(version: String) async throws {
        try await TestHub.run { hub in
            let connection = try await subscribe(hub, version: version)
            for n in 0..<20 { hub.append("event \(n)") }
            for n in 0..<20 {
                let block = try #require(try await connection.readBlock())
                #expect(block.hasSuffix("data: event \(n)"))
            }
            // A write is counted after it was made.
            #expect(await eventually { hub.counters.delivered == 20 })
            #expect(hub.counters.subscribers == 1)
        }
    }

    @Test("Who had the answer to an append finds the event on every loop")
    func noSeam() async throws {
        try await TestHub.run(TestHub.settings { $0.loops = 4 }) { hub in
            for n in 0..<40 {
                hub.append("event \(n)")
                let connection = try await hub.connect()
                try await connection.send("GET /stream?all HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connection.readHead()
                _ = try await connection.readBlock()
                for m in 0...n {
                    let block = try #require(try await connection.readBlock())
                    #expect(block.hasSuffix("data: event \(m)"))
                }
                await connection.close()
            }
        }
    }

    @Test("HEAD on a stream answers its head, subscribes nobody, and the connection goes on")
    func head() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            let head = try await connection.readResponse(toHead: true)
            #expect(head.status == 200 && head.field("content-type") == "text/event-stream")
            #expect(try await connection.readResponse().text == "/b")
            #expect(hub.counters.subscribers == 0)
        }
    }

    @Test("An idle stream gets heartbeats")
    func heartbeat() async throws {
        try await TestHub.run(TestHub.settings { $0.heartbeat = 200 }) { hub in
            let connection = try await subscribe(hub)
            for _ in 0..<3 { #expect(try await connection.readBlock() == ": heartbeat") }
            #expect(hub.counters.heartbeats >= 3)
        }
    }

    @Test("A stream whose subject has ended is ended in good order", arguments: ["1.1", "1.0"])
    func end(version: String) async throws {
        try await TestHub.run { hub in
            let connection = try await subscribe(hub, "/stream?s=job", version: version)
            hub.append("last", subject: "job", ends: true)
            #expect(try await connection.readBlock()?.hasSuffix("data: last") == true)
            #expect(try await connection.readBlock() == nil)
            #expect(try await connection.isReset() == false)
            await connection.close()
            try await hub.wait(for: "its end") { $0.counters.connections_open == 0 && $0.counters.subscribers == 0 }
        }
    }

    @Test("A subscriber that goes is forgotten", arguments: [false, true])
    func leaves(abruptly: Bool) async throws {
        try await TestHub.run { hub in
            let connection = try await subscribe(hub)
            #expect(hub.counters.subscribers == 1)
            await connection.close(abruptly: abruptly)
            try await hub.wait(for: "its leaving") { $0.counters.subscribers == 0 && $0.counters.connections_open == 0 }
        }
    }

    @Test("What a subscriber sends is thrown away, but not without a bound")
    func chatter() async throws {
        try await TestHub.run { hub in
            let connection = try await subscribe(hub)
            try await connection.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            hub.append("one")
            #expect(try await connection.readBlock()?.hasSuffix("data: one") == true)
            try? await connection.send([UInt8](repeating: 0x61, count: 100_000))
            try await hub.wait(for: "its end") { $0.counters.subscribers == 0 }
        }
    }

    @Test("A reader that takes nothing is dropped at stall_time; its neighbour gets everything")
    func stalled() async throws {
        let settings = TestHub.settings {
            $0.stall_time = 500
            $0.send_buffer = 4096
        }
        try await TestHub.run(settings) { hub in
            let stalled = try await subscribe(hub, receiveBuffer: 4096)
            let neighbour = try await subscribe(hub)
            let data = String(repeating: "x", count: 10000)
            for n in 0..<100 {
                hub.append(data + " \(n)")
                #expect(try await neighbour.readBlock()?.hasSuffix("x \(n)") == true)
            }
            try await hub.wait(for: "the drop") { $0.counters.stalled == 1 && $0.counters.subscribers == 1 }
            #expect(try await stalled.isReset())
            #expect(hub.counters.blocked == 0)
        }
    }

    @Test("A slow reader gets everything that is kept, in order, as it makes room")
    func slow() async throws {
        try await TestHub.run(TestHub.settings { $0.send_buffer = 4096 }) { hub in
            let slow = try await subscribe(hub, receiveBuffer: 4096)
            let data = String(repeating: "y", count: 10000)
            for n in 0..<200 { hub.append(data + " \(n)") }
            try await hub.wait(for: "no room") { $0.counters.blocked == 1 }
            for n in 0..<200 { #expect(try await slow.readBlock()?.hasSuffix("y \(n)") == true) }
            #expect(hub.counters.gaps == 0 && hub.counters.blocked == 0)
        }
    }

    @Test("The end comes in order: what is pending, the streams' end, answers under way, then nothing is left")
    func finish() async throws {
        try await TestHub.run { hub in
            let stream = try await subscribe(hub)
            let idle = try await hub.connect()
            try await idle.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await idle.readResponse()
            let busy = try await hub.connect()
            try await busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
            try await hub.wait(for: "the request") { $0.heldCount == 1 }
            hub.append("pending")
            async let took = hub.finish(within: 20000)
            #expect(try await stream.readBlock()?.hasSuffix("data: pending") == true)
            #expect(try await stream.readBlock() == nil)
            #expect(try await idle.isReset() == false)
            await stream.close()
            hub.answerHeld("still answered")
            let answer = try await busy.readResponse()
            #expect(answer.text == "still answered" && answer.closes)
            await busy.close()
            #expect(await took < .seconds(15))
            await #expect(throws: RawConnection.Failure.self) { try await hub.connect() }
        }
    }

    @Test("The end does not wait for stalled readers longer than it may")
    func finishInTime() async throws {
        try await TestHub.run(TestHub.settings { $0.send_buffer = 4096 }) { hub in
            let stalled = try await subscribe(hub, receiveBuffer: 4096)
            for n in 0..<100 { hub.append(String(repeating: "z", count: 10000) + " \(n)") }
            try await hub.wait(for: "no room") { $0.counters.blocked == 1 }
            let took = await hub.finish(within: 300)
            #expect(took >= .milliseconds(250) && took < .seconds(10))
            #expect(hub.counters.connections_open == 0)
            _ = try await stalled.isReset()
        }
    }

    @Test("While listeners are closed, who is there is served, and told that it is the last time")
    func closeListeners() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await connection.readResponse()
            el_hub_close_listeners(hub.hub)
            await #expect(throws: RawConnection.Failure.self) { try await hub.connect() }
            try await connection.send("GET /describe HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try await connection.readResponse()
            #expect(response.text.contains("last: true") && response.closes)
        }
    }
}
