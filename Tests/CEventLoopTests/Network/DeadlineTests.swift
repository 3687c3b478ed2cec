import CEventLoop
import TestSupport
import Testing

@Suite("Nobody waits for a peer for ever")
struct DeadlineTests {
    @Test("A head that does not come to its end is 408 at head_time")
    func slowHead() async throws {
        try await TestHub.run(TestHub.settings { $0.head_time = 200 }) { hub in
            let connection = try await hub.connect(sending: "GET / HTTP/1.1\r\nHost: x\r\n")
            #expect(try await connection.readResponse().status == 408)
            #expect(try await connection.isReset() == false)
            #expect(hub.counters.timeouts == 1)
        }
    }

    @Test("Bytes that trickle in do not move the deadline")
    func trickle() async throws {
        try await TestHub.run(TestHub.settings { $0.head_time = 300 }) { hub in
            let connection = try await hub.connect()
            let trickle = Task {
                try await connection.send("GET / HTTP/1.1\r\n")
                while !Task.isCancelled {
                    try await connection.send("A: b\r\n")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            try await hub.wait(for: "a timeout") { $0.counters.timeouts == 1 }
            trickle.cancel()
        }
    }

    @Test("A body that does not come is 408 at body_time")
    func slowBody() async throws {
        try await TestHub.run(TestHub.settings { $0.body_time = 200 }) { hub in
            let connection = try await hub.connect()
            try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel")
            #expect(try await connection.readResponse().status == 408)
            #expect(hub.counters.timeouts == 1)
        }
    }

    @Test("Who sends nothing is closed at idle_time, before the first request and after it", arguments: [false, true])
    func idle(afterRequest: Bool) async throws {
        try await TestHub.run(TestHub.settings { $0.idle_time = 500 }) { hub in
            let connection = try await hub.connect(sending: afterRequest ? "GET /a HTTP/1.1\r\nHost: x\r\n\r\n" : "")
            if afterRequest { #expect(try await connection.readResponse().status == 200) }
            #expect(try await connection.isReset() == false)
            #expect(hub.counters.timeouts == 1)
        }
    }

    @Test("Who takes none of an answer is closed at stall_time")
    func stalledAnswer() async throws {
        try await TestHub.run(TestHub.settings { $0.stall_time = 300 }) { hub in
            let connection = try await hub.connect(receiveBuffer: 4096)
            try await connection.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
            try await hub.wait(for: "the end of the connection") {
                $0.counters.requests == 1 && $0.counters.connections_open == 0
            }
            #expect(try await connection.isReset())
        }
    }
}
