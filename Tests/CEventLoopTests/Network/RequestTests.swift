import CEventLoop
import TestSupport
import Testing

@Suite("Requests and answers")
struct RequestTests {
    @Test("A connection serves one request after the other, and says nothing about it on HTTP/1.1")
    func keepAlive() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for path in ["/a", "/b", "/c"] {
                try await connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = try await connection.readResponse()
                #expect(response.status == 200 && response.text == path)
                #expect(response.field("connection") == nil)
                #expect(response.field("date")?.hasSuffix(" GMT") == true)
                #expect(response.field("content-length") == "2")
            }
            #expect(hub.counters.connections_accepted == 1)
            #expect(hub.counters.requests == 3)
        }
    }

    @Test(
        "Who asks for the end of the connection gets it",
        arguments: [
            "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n",
            "GET /close HTTP/1.1\r\nHost: x\r\n\r\n",
        ])
    func closes(request: String) async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send(request)
            let response = try await connection.readResponse()
            #expect(response.status == 200 && response.closes)
            #expect(try await connection.isReset() == false)
        }
    }

    @Test("HTTP/1.0 is kept alive when it asks for it")
    func keepAliveOfOld() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for _ in 0..<2 {
                try await connection.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try await connection.readResponse().field("connection") == "keep-alive")
            }
        }
    }

    static let pipelined =
        "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n" + "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
        + "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n" + "GET /thread HTTP/1.1\r\nHost: x\r\n\r\n"
        + "HEAD /four HTTP/1.1\r\nHost: x\r\n\r\n" + "GET /last HTTP/1.1\r\nHost: x\r\n\r\n"

    private func expectAnswers(_ connection: RawConnection) async throws {
        #expect(try await connection.readResponse().text == "/a")
        #expect(try await connection.readResponse().text == "hello")
        #expect(try await connection.readResponse().text == "abcde")
        #expect(try await connection.readResponse().text == "from a thread")
        #expect(try await connection.readResponse(toHead: true).field("content-length") == "5")
        #expect(try await connection.readResponse().text == "/last")
    }

    @Test("Requests sent all at once are answered in their order")
    func pipelining() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send(Self.pipelined)
            try await expectAnswers(connection)
        }
    }

    @Test("Wherever the network splits requests, the answers are the same")
    func splitting() async throws {
        try await TestHub.run { hub in
            let bytes = Array(Self.pipelined.utf8)
            for split in 1..<bytes.count {
                let connection = try await hub.connect()
                try await connection.send(Array(bytes[..<split]))
                try await connection.send(Array(bytes[split...]))
                try await expectAnswers(connection)
                await connection.close()
            }
        }
    }

    @Test("Requests that come byte by byte are answered too")
    func byteByByte() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            for byte in Array(Self.pipelined.utf8) { try await connection.send([byte]) }
            try await expectAnswers(connection)
        }
    }

    @Test("Thousands of requests at once, more than is read in one go, are all answered")
    func manyPipelined() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            let count = Pace.load(5000)
            async let sent: Void = connection.send(
                String(
                    repeating: "GET /thread HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", count: count
                ))
            try await sent
            for _ in 0..<count {
                let first = try await connection.readResponse().text
                let second = try await connection.readResponse().text
                try #require(first == "from a thread" && second == "/b")
            }
        }
    }

    @Test("HEAD has the same head as GET, and no body")
    func head() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("GET /abc HTTP/1.1\r\nHost: x\r\n\r\n")
            let get = try await connection.readResponse()
            try await connection.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n")
            let head = try await connection.readResponse(toHead: true)
            #expect(head.fields.map(\.name) == get.fields.map(\.name))
            #expect(head.field("content-length") == "4")
            #expect(try await connection.readResponse().text == "/next")
        }
    }

    @Test("204 has neither a body nor a length")
    func noContent() async throws {
        try await TestHub.run { hub in
            let response = try await hub.get("/empty")
            #expect(response.status == 204 && response.field("content-length") == nil)
        }
    }

    @Test("A body is asked for with 100 Continue only when the handler wants it")
    func expectation() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            let fields = "Host: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            try await connection.send("POST /echo HTTP/1.1\r\n" + fields)
            #expect(try await connection.readResponse().status == 100)
            try await connection.send("hello")
            #expect(try await connection.readResponse().text == "hello")
            try await connection.send("POST /other HTTP/1.1\r\n" + fields)
            let refused = try await connection.readResponse()
            #expect(refused.status == 200 && refused.closes)
        }
    }

    @Test("A body that nobody asked for is read past, and the connection goes on")
    func unreadBody() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            let chunked = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            try await connection.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
            try await connection.send("POST /b HTTP/1.1\r\nHost: x\r\n" + chunked)
            try await connection.send("GET /c HTTP/1.1\r\nHost: x\r\n\r\n")
            for path in ["/a", "/b", "/c"] { #expect(try await connection.readResponse().text == path) }
        }
    }

    @Test("What the handler sees of a request is what was sent")
    func description() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send(
                "PUT /describe?q=%20 HTTP/1.1\r\nHost: a.example:80\r\nX-List:  one \r\nx-LIST: two\r\n"
                    + "Cookie: a=1\r\nCookie: b=2\r\nX-Empty:\r\n\r\n")
            let lines = try await connection.readResponse().text.split(separator: "\n")
            #expect(
                lines == [
                    "PUT", "/describe?q=%20", "last: false", "loopback: true", "peer: 127.0.0.1",
                    "HOST: a.example:80", "x-list: one, two", "cookie: a=1; b=2",
                ])
        }
    }

    @Test(
        "An absolute target is a path, and its authority takes the place of Host",
        arguments: [
            ("http://b.example/describe", "/describe"), ("HTTPS://b.example/describe?x", "/describe?x"),
        ])
    func absolute(target: String, path: String) async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("GET \(target) HTTP/1.1\r\nHost: a.example\r\n\r\n")
            let lines = try await connection.readResponse().text.split(separator: "\n")
            #expect(lines.dropFirst().first.map(String.init) == path)
            #expect(lines.contains("HOST: b.example"))
        }
    }

    @Test(
        "Targets in every allowed form reach the handler as paths",
        arguments: [
            ("GET http://b.example", "/"), ("GET http://b.example?x", "/"), ("OPTIONS *", "*"),
            ("OPTIONS http://b.example", "*"), ("GET /a%2Fb", "/a%2Fb"),
        ])
    func forms(line: String, path: String) async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send("\(line) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.readResponse().text == path)
        }
    }

    @Test("An Upgrade that nobody knows is ignored")
    func upgrade() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send(
                "GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                    + "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            for text in ["/a", "x", "/b"] { #expect(try await connection.readResponse().text == text) }
        }
    }

    @Test("A large answer arrives whole, also at a slow reader")
    func large() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect(receiveBuffer: 4096)
            try await connection.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.readResponse().body.count == 16 << 20)
            #expect(try await connection.readResponse().text == "/b")
        }
    }

    @Test("A file is sent whole, and its head alone for HEAD")
    func file() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect(receiveBuffer: 65536)
            try await connection.send("HEAD /file HTTP/1.1\r\nHost: x\r\n\r\nGET /file HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.readResponse(toHead: true).field("content-length") == "\(4 << 20)")
            let body = try await connection.readResponse().body
            #expect(body.count == 4 << 20 && body.allSatisfy { $0 == 0x66 })
        }
    }

    @Test("A handler that answers twice is heard once; one that does not answer is a 500")
    func handlers() async throws {
        try await TestHub.run { hub in
            let twice = try await hub.get("/twice")
            let nothing = try await hub.get("/nothing")
            #expect(twice.text == "first" && nothing.status == 500)
        }
    }
}
