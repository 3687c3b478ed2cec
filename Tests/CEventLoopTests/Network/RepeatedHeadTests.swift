import CEventLoop
import TestSupport
import Testing

/// Clients say the same head again and again; it is read once.
@Suite("Heads that come again")
struct RepeatedHeadTests {
    private static func post(_ target: String, _ fields: String, _ body: String) -> (head: String, body: String) {
        ("POST \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n", body)
    }

    private static let requests = [
        post("/echo", "Content-Length: 5", "hello"),
        post("/echo", "Content-Length: 70000", String(repeating: "0123456789", count: 7000)),
        post("/echo", "Content-Length: 0", ""),
        post("/echo", "Transfer-Encoding: chunked", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n"),
        post("/a", "Content-Length: 5", "apple"),
        post("/describe", "X-List: a\r\nCookie: a=b\r\nx-list: c\r\ncookie: d=e\r\nContent-Length: 0", ""),
        ("GET http://other.example/describe HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ("GET http://other.example?query HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ("GET /thread HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", ""),
    ]

    @Test("A request is answered every time as it was the first time", arguments: requests)
    func same(request: (head: String, body: String)) async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            var answers: [String] = []
            for split in [false, false, true, false] {
                try await connection.send(split ? request.head : request.head + request.body)
                if split, !request.body.isEmpty { try await connection.send(request.body) }
                let response = try await connection.readResponse()
                let fields = response.fields.filter { $0.name.lowercased() != "date" }
                answers.append("\(response.status) \(fields) \(response.text)")
            }
            #expect(Set(answers).count == 1, "\(answers)")
        }
    }

    @Test("Under one head every body is its own, also when the loop knows more heads than it remembers")
    func bodies() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for round in 0..<60 {
                let text = String(format2: round)
                let name = round % 3 == 0 ? "X-Same: 1" : "X-Other: \(round)"
                let request = Self.post("/echo", "\(name)\r\nContent-Length: 2", text)
                try await connection.send(request.head + request.body)
                #expect(try await connection.readResponse().text == text)
            }
        }
    }

    @Test("Heads that differ in their Content-Length alone each have a body of that length")
    func lengths() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for length in [5, 9, 0, 7, 10, 99, 42, 100, 5] {
                let body = String(repeating: "x", count: length)
                let request = Self.post("/describe", "Content-Length: \(length)", body)
                try await connection.send(request.head + request.body)
                #expect(try await connection.readResponse().text.hasPrefix("POST\n/describe\n"))
                let echo = Self.post("/echo", "Content-Length: \(length)", body)
                try await connection.send(echo.head + echo.body)
                #expect(try await connection.readResponse().text == body)
            }
            // A plus is no digit: not the same head, and none at all.
            let wrong = Self.post("/echo", "Content-Length: +5", "hello")
            try await connection.send(wrong.head + wrong.body)
            #expect(try await connection.readResponse().status == 400)
        }
    }

    @Test("Whoever waits for 100 Continue is told to go on every time")
    func goOn() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for _ in 0..<3 {
                let request = Self.post("/echo", "Expect: 100-continue\r\nContent-Length: 5", "hello")
                try await connection.send(request.head)
                #expect(try await connection.readResponse(toHead: true).status == 100)
                try await connection.send(request.body)
                #expect(try await connection.readResponse().text == "hello")
            }
        }
    }

    @Test("A body that is too long is refused also under a head that was taken before")
    func tooLong() async throws {
        try await TestHub.run { hub in
            for _ in 0..<3 {
                let connection = try await hub.connect()
                let request = Self.post("/ten", "Content-Length: 11", "hello world")
                try await connection.send(request.head + request.body)
                #expect(try await connection.readResponse().status == 413)
            }
        }
    }

    @Test("What the handler has made of a head is there when it comes again, and let go at the latest with the hub")
    func context() async throws {
        let hub = try await TestHub.run { hub in
            let connection = try await hub.connect()
            for (field, expected) in [("a", "new"), ("a", "known"), ("b", "new"), ("a", "known"), ("b", "known")] {
                try await connection.send("GET /context HTTP/1.1\r\nHost: x\r\nX: \(field)\r\n\r\n")
                #expect(try await connection.readResponse().text == expected)
            }
            #expect(hub.releasedContexts == 0)
            return hub
        }
        #expect(hub.releasedContexts == 2)
    }

    @Test("A loop remembers a few heads, and lets go of those it has not seen for the longest time")
    func few() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for number in 0..<40 {
                try await connection.send("GET /context HTTP/1.1\r\nHost: x\r\nX: \(number)\r\n\r\n")
                #expect(try await connection.readResponse().text == "new")
            }
            #expect(hub.releasedContexts >= 20)
        }
    }
}

extension String {
    /// Two digits.
    fileprivate init(format2 number: Int) { self = number < 10 ? "0\(number)" : "\(number)" }
}
