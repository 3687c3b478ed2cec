import TestSupport
import Testing

struct AccessTests {
    private static let file = """
        auth: {tokens: [{name: wall, token: s3cret-token}]}
        sources:
          notes: {notes: {}}
          open: {notes: {path: "/open/{subject}", asked: "/ask-open/{what}", access: public}}
        channels:
          guarded: {from: [notes]}
          news: {from: [open], access: public}
        """

    @Test(
        "A token comes by header, query or cookie",
        arguments: [
            ("/channels/guarded", "Authorization: Bearer s3cret-token"),
            ("/channels/guarded?token=s3cret-token", "X: y"),
            ("/channels/guarded", "Cookie: a=b; token=s3cret-token"),
            ("/stream?channel=guarded&channel=news&token=s3cret-token", "X: y"),
        ])
    func accepted(target: String, field: String) async throws {
        try await Server.run(Self.file) { server in
            let (head, _) = try await server.follow(target, [field])
            #expect(head.status == 200)
        }
    }

    @Test(
        "What is not public needs a right token",
        arguments: [
            ("GET /channels/guarded", "X: y"), ("GET /channels/guarded?token=wrong", "X: y"),
            ("GET /channels/guarded/x?replay=nonsense", "X: y"),
            ("GET /channels/guarded", "Authorization: Bearer s3cret-toke"),
            ("GET /channels/guarded?token=s3cret-token", "Authorization: Bearer wrong"),
            ("GET /stream?channel=news&channel=guarded", "X: y"), ("POST /notes/x", "X: y"), ("GET /metrics", "X: y"),
            ("GET /channels/nope?token=wrong", "X: y"),
        ])
    func refused(request: String, field: String) async throws {
        try await Server.run(Self.file) { server in
            let answer = try await server.ask(request, [field])
            #expect(answer.status == 401)
            #expect(answer.field("www-authenticate") == "Bearer")
            #expect(answer.text.contains("Invalid token"))
        }
    }

    @Test("Each request of a connection is judged by its own token, however often the same ones come")
    func repeated() async throws {
        try await Server.run(Self.file) { server in
            let connection = try await RawConnection.connect(to: server.address)
            for (token, status) in [("s3cret-token", 202), ("wr0ng-token!", 401), ("s3cret-token", 202)] {
                for _ in 0..<3 {
                    try await connection.send(
                        "POST /notes/x HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
                            + "Content-Length: 4\r\n\r\nnote")
                    #expect(try await connection.readResponse().status == status)
                }
            }
        }
    }

    @Test(
        "What is public ignores a wrong token",
        arguments: ["/channels/news", "/health/live", "/health/ready", "/", "/channels", "/asked/anything"])
    func ignored(target: String) async throws {
        let file = """
            auth: {tokens: [{name: wall, token: s3cret-token}]}
            sources: {notes: {notes: {access: public}}}
            channels: {news: {from: [notes], access: public}}
            """
        try await Server.run(file) { server in
            let connection = try await RawConnection.connect(to: server.address)
            try await connection.send(Server.text("GET \(target)?token=wrong", ["Cookie: token=wrong"]))
            let status = try await connection.readHead().status
            #expect(status == 200 || status == 503)
        }
    }

    @Test("The list of channels, and the names in a 404, are those that the caller may read")
    func list() async throws {
        try await Server.run(Self.file) { server in
            let token = ["Authorization: Bearer s3cret-token"]
            let (anonymous, known) = (
                try await server.ask("GET /channels"), try await server.ask("GET /channels", token)
            )
            #expect(anonymous.text.contains("news") && !anonymous.text.contains("guarded"))
            #expect(known.text.contains("news") && known.text.contains("guarded"))
            let missing = try await server.ask("GET /channels/nope")
            #expect(missing.status == 404)
            #expect(missing.text.contains("news") && !missing.text.contains("guarded"))
            #expect(try await server.ask("GET /channels/nope", token).text.contains("guarded"))
        }
    }

    @Test("A source never sees the token, nor what else names the caller")
    func taken() async throws {
        try await Server.run(Self.file) { server in
            let answer = try await server.ask(
                "GET /asked/it?a=1&token=s3cret-token&b=%2526+",
                ["Authorization: Bearer s3cret-token", "Cookie: token=s3cret-token", "X-Two: 1", "x-two: 2"]
            ) { $0.status != 503 }
            #expect(answer.status == 200)
            #expect(!answer.text.contains("s3cret"))
            let lines = answer.text.split(separator: "\n")
            #expect(lines.contains("a=1") && lines.contains("b=%26 ") && lines.contains("x-two: 1, 2"))
        }
    }

    @Test("Every request is logged in one line, and no token ever")
    func logged() async throws {
        let lines = LogLines()
        try await Server.run(Self.file, log: lines.logger) { server in
            for target in ["/channels", "/channels/guarded", "/asked/it", "/nope", "/%zz"] {
                for token in ["s3cret-token", "s3cret-tokes"] {
                    let fields = ["Cookie: token=\(token)", "Authorization: Bearer \(token)"]
                    let connection = try await RawConnection.connect(to: server.address)
                    try await connection.send(Server.text("GET \(target)?a=1&token=\(token)", fields))
                    _ = try await connection.readHead()
                }
            }
        }
        let text = lines.all.joined(separator: "\n")
        #expect(lines.all.filter { $0.contains("GET /channels/guarded 401") }.count == 1)
        #expect(lines.all.filter { $0.contains("GET /channels/guarded 200") }.count == 1)
        #expect(!text.contains("s3cret"))
    }

    @Test("A loopback listener answers to no foreign name", arguments: ["evil.example", "127.0.0.1.evil.example:80"])
    func foreignHost(host: String) async throws {
        try await Server.run("server: {hosts: [live.example.com]}\n" + Self.file) { server in
            let answer = try await server.ask("GET /health/live", ["Host: \(host)"])
            #expect(answer.status == 403)
            #expect(answer.text.contains("server.hosts"))
            #expect(try await server.ask("GET /health/live", ["Host: live.example.com"]).status == 200)
        }
    }

    @Test("Another site's page cannot post, unless the file says so")
    func otherSites() async throws {
        let cors = "server: {cors: {origins: [\"https://app.example.com\"], credentials: true}}\n"
        try await Server.run(cors + Self.file) { server in
            let token = "Authorization: Bearer s3cret-token"
            let refused = try await server.post(
                "x", [token, "Sec-Fetch-Site: cross-site", "Origin: https://evil.example"])
            #expect(refused.status == 403)
            let taken = try await server.post(
                "x", [token, "Sec-Fetch-Site: cross-site", "Origin: https://app.example.com"])
            #expect(taken.status == 202)
            #expect(taken.field("access-control-allow-origin") == "https://app.example.com")
            #expect(taken.field("vary") == "Origin")
        }
    }

    @Test("A preflight tells a site that the file names what it may send, and any other nothing")
    func preflight() async throws {
        let cors = "server: {cors: {origins: [\"https://app.example.com\"]}}\n"
        try await Server.run(cors + Self.file) { server in
            let ask = "Access-Control-Request-Method: POST"
            let answer = try await server.ask("OPTIONS /notes/x", ["Origin: https://app.example.com", ask])
            #expect(answer.status == 204)
            #expect(answer.field("access-control-allow-headers") == "authorization, content-type, last-event-id")
            #expect(answer.field("access-control-allow-methods")?.contains("POST") == true)
            let other = try await server.ask("OPTIONS /notes/x", ["Origin: https://evil.example", ask])
            #expect(!other.fields.contains { $0.name.hasPrefix("access-control") })
            let (head, _) = try await server.follow("/channels/news", ["Origin: https://app.example.com"])
            #expect(head.field("access-control-allow-origin") == "https://app.example.com")
        }
    }
}

extension Server {
    fileprivate func post(_ text: String, _ fields: [String]) async throws -> RawResponse {
        try await post(text, to: "/notes/x", fields)
    }
}
