import CEventLoop
import Glibc
import TestSupport
import Testing

@Suite("Bodies in pieces") struct PieceTests {
    private let head = "POST /pieces HTTP/1.1\r\nHost: x\r\n"

    @Test("A body far beyond any limit is handed over as it comes, and no more than 64 KiB of it at once")
    func long() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            let length = 8 << 20
            try await connection.send("\(head)Content-Length: \(length)\r\n\r\n")
            for _ in 0..<8 { try await connection.send([UInt8](repeating: 0x61, count: 1 << 20)) }
            let words = try await connection.readResponse().text.split(separator: " ").compactMap { Int($0) }
            #expect(words[0] == length && words[1] >= length >> 16 && words[2] <= 1 << 16)
            try await connection.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.readResponse().text == "/next")
        }
    }

    @Test(
        "However it is cut, it comes to the same",
        arguments: [
            ["Content-Length: 6\r\n\r\nabcdef"], ["Content-Length: 6\r\n\r\n", "abc", "def"],
            ["Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"],
            ["Transfer-Encoding: chunked\r\n\r\n3\r\na", "bc\r\n3\r\nd", "ef\r\n", "0\r\n\r\n"],
        ])
    func cuts(parts: [String]) async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for (index, part) in parts.enumerated() {
                try await connection.send((index == 0 ? head : "") + part)
                // So that the parts are not read as one.
                _ = try await hub.get("/between")
            }
            #expect(try await connection.readResponse().text.hasPrefix("6 "))
        }
    }

    @Test("One without a body has one piece, which is empty and the last")
    func none() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("\(head)\r\n")
            #expect(try await connection.readResponse().text == "0 1 0")
        }
    }

    @Test("An answer before the end ends it: of a short rest the connection lives on, of a long one it closes")
    func early() async throws {
        try await TestHub.run { hub in
            let short = try await hub.connect()
            try await short.send("\(head)Content-Length: 8\r\n\r\nstop")
            #expect(try await short.readResponse().status == 422)
            try await short.send("restGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await short.readResponse().text == "/next")
            let long = try await hub.connect()
            try await long.send("\(head)Content-Length: 1000000000\r\n\r\nstop")
            let answer = try await long.readResponse()
            #expect(answer.status == 422 && answer.closes)
        }
    }

    @Test("A piece that is held comes again, empty, until it is not held, and others are served between")
    func held() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("\(head)Content-Length: 4\r\n\r\nhold")
            // 100 times, as TestRoutes has it.
            #expect(try await connection.readResponse().text == "4 101 4")
        }
    }

    @Test("While there is no room nothing is read, and a body goes on where it was when there is some")
    func room() async throws {
        let path = "/tmp/aggregator-\(getpid())-pieces-\(UInt32.random(in: 0...UInt32.max)).sock"
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
        try await connections[1].send("\(head)Content-Length: 6\r\n\r\nabc")
        try await hub.wait(for: "the first piece") { $0.pieces == 1 }
        try await connections[1].send("def")
        try await connections[3].send("GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await connections[3].readResponse().text == "/after")
        #expect(hub.pieces == 1)
        hub.unblock()
        #expect(try await connections[1].readResponse().text == "6 2 3")
        await hub.stop()
    }

    @Test("What hangs on a body whose peer has gone is released with it, and not kept for a head that may come again")
    func gone() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("\(head)Content-Length: 600\r\n\r\nabc")
            try await hub.wait(for: "the first piece") { $0.pieces == 1 }
            await connection.close()
            try await hub.wait(for: "its release") { $0.releasedContexts == 1 }
        }
    }
}
