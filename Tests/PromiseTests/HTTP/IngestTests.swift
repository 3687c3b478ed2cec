import TestSupport
import Testing

/// What `http_ingest` promises about requests, over real connections.
struct IngestTests {
    @Test("A GitHub webhook becomes an event with its type and id, and a forged one nothing")
    func webhook() async throws {
        let file = """
            sources:
              hooks:
                http_ingest:
                  path: /hooks/github
                  verify: {github: "It's a Secret to Everybody"}
                  set: {type: '"github." + headers["x-github-event"]', id: 'headers["x-github-delivery"]'}
            channels:
              pushes: {from: [hooks], replay: all, event: type, envelope: cloudevents}
            """
        try await Server.run(file) { server in
            let fields = [
                "Content-Type: text/plain", "X-GitHub-Event: push", "X-GitHub-Delivery: d-1",
                "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            ]
            #expect(try await server.ask("POST /hooks/github", fields, body: "Hello, World?").status == 401)
            #expect(try await server.ask("POST /hooks/github", fields, body: "Hello, World!").status == 202)
            let (_, stream) = try await server.follow("/channels/pushes?replay=all&envelope=cloudevents")
            _ = try await stream.readBlock()
            let block = try #require(try await stream.readBlock())
            #expect(block.contains("event: github.push") && block.contains(#""id":"d-1""#))
            #expect(block.contains(#""data":"Hello, World!""#))
        }
    }

    @Test(
        "GitHub's default content type, a form with the JSON in `payload`, is that JSON; its signature is of the form")
    func webhookForm() async throws {
        let file = """
            sources:
              hooks:
                http_ingest:
                  path: /hooks/github
                  verify: {github: "It's a Secret to Everybody"}
                  set: {type: '"github." + headers["x-github-event"]', subject: string(data.hook_id)}
            channels: {pushes: {from: [hooks], replay: all}}
            """
        let body = "payload=%7B%22zen%22%3A%22Half+measures%22%2C%22hook_id%22%3A1%7D"
        let fields = ["Content-Type: application/x-www-form-urlencoded", "X-GitHub-Event: ping"]
        func signature(_ hex: String) -> String { "X-Hub-Signature-256: sha256=\(hex)" }
        // printf %s "$body" | openssl dgst -sha256 -hmac "It's a Secret to Everybody"
        let right = signature("38d15f073b4796f3eedd6e6815c9039ca38d80b5d2989b7b973f40c66575b43e")
        try await Server.run(file) { server in
            #expect(try await server.ask("POST /hooks/github", fields + [right], body: body + "x").status == 401)
            #expect(try await server.ask("POST /hooks/github", fields + [right], body: body).status == 202)
            let (_, stream) = try await server.follow("/channels/pushes/1")
            _ = try await stream.readBlock()
            let block = try #require(try await stream.readBlock())
            #expect(
                block.contains("event: github.ping") && block.contains(#"data: {"zen":"Half measures","hook_id":1}"#))
        }
    }

    @Test("A sender that asks whether it may send is told so, and at what rate; browsers' preflights are none of that")
    func handshake() async throws {
        let file = """
            server: {cors: {origins: ["https://app.example"]}}
            sources:
              some: {http_ingest: {path: /some, webhook_origins: [EventEmitter.example.com], rate: {limit: 2, every: 1s}}}
              any: {http_ingest: {path: "/any/{subject}", webhook_origins: ["*"]}}
              none: {http_ingest: {path: /none}}
            channels: {all: {from: [some, any, none], path: /some}}
            """
        let asks = ["WebHook-Request-Origin: eventemitter.example.com", "WebHook-Request-Rate: 120"]
        try await Server.run(file) { server in
            let some = try await server.ask("OPTIONS /some", asks) { $0.status != 503 }
            #expect(some.status == 200 && some.field("webhook-allowed-origin") == "eventemitter.example.com")
            #expect(some.field("webhook-allowed-rate") == "120" && some.field("allow") == "GET, HEAD, OPTIONS, POST")
            let any = try await server.ask("OPTIONS /any/x", asks)
            #expect(any.field("webhook-allowed-origin") != nil && any.field("webhook-allowed-rate") == "*")
            let other = try await server.ask("OPTIONS /some", ["WebHook-Request-Origin: evil.example"])
            #expect(other.status == 403 && other.field("webhook-allowed-origin") == nil)
            #expect(try await server.ask("OPTIONS /none", asks).field("webhook-allowed-origin") == nil)

            let preflight = ["Origin: https://app.example", "Access-Control-Request-Method: POST"]
            for path in ["/some", "/none"] {
                let answer = try await server.ask("OPTIONS \(path)", preflight + asks)
                #expect(answer.status == 204 && answer.field("access-control-allow-methods")?.contains("POST") == true)
                #expect(answer.field("webhook-allowed-origin") == nil)
                let plain = try await server.ask("OPTIONS \(path)")
                #expect(plain.status == 204 && plain.field("allow")?.contains("OPTIONS, POST") == true)
            }
        }
    }

    @Test(
        "A CloudEvent comes out of the envelope as it went in, extensions and all, but for its source and the channel")
    func cloudEvent() async throws {
        let file = """
            sources: {events: {http_ingest: {path: /in}}}
            channels: {all: {from: [events], replay: all, envelope: cloudevents}}
            """
        try await Server.run(file) { server in
            let fields = [
                "ce-specversion: 1.0", "ce-id: 1", "ce-source: /s", "ce-type: t", "ce-subject: a%20b",
                "ce-time: 2026-11-23T13:12:15.25Z", "ce-traceparent: 00-ab-cd-01", "ce-dataschema: urn:x",
                "Content-Type: application/json", "ce-channel: forged",
            ]
            #expect(try await server.ask("POST /in", fields, body: #"{"n":1}"#).status == 202)
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            let data = try #require(try await stream.readBlock()?.split(separator: "data: ").last)
            #expect(
                data == #"{"specversion":"1.0","id":"1","source":"events","type":"t","subject":"a b","#
                    + #""time":"2026-11-23T13:12:15.25Z","channel":"all","dataschema":"urn:x","#
                    + #""traceparent":"00-ab-cd-01","datacontenttype":"application/json","data":{"n":1}}"#)
        }
    }

    @Test("A sender above its rate is answered 429 with Retry-After, whichever connections it uses")
    func rate() async throws {
        let file = """
            sources:
              notes: {http_ingest: {path: /in, rate: {limit: 3, every: 1h}}}
            channels: {all: {from: [notes]}}
            """
        try await Server.run(file) { server in
            for _ in 0..<3 { #expect(try await server.ask("POST /in", body: "1").status == 202) }
            let refused = try await server.ask("POST /in", body: "1")
            #expect(refused.status == 429)
            let pause = try #require(refused.field("retry-after").flatMap { Int($0) })
            #expect(600...1200 ~= pause)
            #expect(refused.field("content-type") == "application/problem+json")
        }
    }

    @Test("A source may ask for a password or a token of its own")
    func ownSecrets() async throws {
        let file = """
            auth: {tokens: [{name: ann, token: of-the-hub}]}
            sources:
              basic: {http_ingest: {path: /basic, access: public, verify: {basic: {ann: secret}}}}
              token: {http_ingest: {path: /token, access: public, verify: {token: of-the-source}}}
            channels: {all: {from: [basic, token], access: public}}
            """
        try await Server.run(file) { server in
            // ann:secret
            let right = try await server.ask("POST /basic", ["Authorization: Basic YW5uOnNlY3JldA=="], body: "1")
            #expect(right.status == 202)
            let none = try await server.ask("POST /basic", body: "1")
            #expect(none.status == 401 && none.field("www-authenticate")?.hasPrefix("Basic") == true)
            let own = try await server.ask("POST /token", ["Authorization: Bearer of-the-source"], body: "1")
            #expect(own.status == 202)
            #expect(try await server.ask("POST /token?token=of-the-source", body: "1").status == 202)
            #expect(try await server.ask("POST /token?token=of-the-hub", body: "1").status == 401)
        }
    }

    @Test("A compressed body is taken apart, up to limits.body, and other codings are 415")
    func compressed() async throws {
        let file = """
            server: {limits: {body: 64KiB}}
            sources: {notes: {http_ingest: {path: /in}}}
            channels: {all: {from: [notes]}}
            """
        // python3 -c 'import gzip; gzip.compress(b"[1,2]", mtime=0)'
        let small: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 139, 54, 212, 49, 138, 5, 0, 191, 80, 139, 8, 5, 0, 0, 0,
        ]
        try await Server.run(file) { server in
            let connection = try await RawConnection.connect(to: server.address)
            let head = "POST /in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: gzip\r\nContent-Length: "
            try await connection.send(Array("\(head)\(small.count)\r\n\r\n".utf8) + small)
            let answer = try await connection.readResponse()
            #expect(answer.status == 202 && answer.text.contains(#""accepted":2"#))
            let other = try await server.ask("POST /in", ["Content-Encoding: br"], body: "1")
            #expect(other.status == 415 && other.field("accept-encoding")?.contains("gzip") == true)
        }
    }

    @Test("Only the methods of a path are answered, and the others are named")
    func methods() async throws {
        let file = """
            sources: {notes: {http_ingest: {path: /in, method: PUT}}}
            channels: {all: {from: [notes]}}
            """
        try await Server.run(file) { server in
            #expect(try await server.ask("PUT /in", body: "1").status == 202)
            for method in ["POST", "GET", "HEAD", "DELETE"] {
                let answer = try await server.ask("\(method) /in")
                #expect(answer.status == 405 && answer.field("allow") == "OPTIONS, PUT", "\(method)")
            }
            let options = try await server.ask("OPTIONS /in")
            #expect(options.status == 204 && options.field("allow") == "OPTIONS, PUT")
        }
    }

    @Test(
        "NDJSON of any length goes through a server whose memory does not grow with it, and a bad line says where it was"
    )
    func stream() async throws {
        let file = """
            server: {limits: {body: 16KiB}}
            sources:
              lines: {http_ingest: {path: /in, stream: true}}
              plain: {http_ingest: {path: /plain}}
            channels: {all: {from: [lines, plain], keep: 10}}
            """
        let lines = (0..<100_000).map { "{\"n\":\($0)}\n" }.joined()
        let type = "Content-Type: application/x-ndjson"
        try await Server.run(file) { server in
            #expect(try await server.ask("POST /plain", [type], body: lines).status == 413)
            #expect(try await server.ask("POST /in", body: lines).status == 413)
            let whole = try await server.ask("POST /in", [type], body: lines)
            #expect(whole.status == 202 && whole.text == #"{"accepted":100000}"#)
            let chunked = try await RawConnection.connect(to: server.address)
            let chunk = String(lines.utf8.count, radix: 16)
            try await chunked.send(
                "POST /in HTTP/1.1\r\nHost: 127.0.0.1\r\n\(type)\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "\(chunk)\r\n\(lines)\r\n2\r\n{x\r\n0\r\n\r\n")
            let refused = try await chunked.readResponse()
            #expect(refused.status == 422 && refused.text.contains("Line 100001"))
            #expect(refused.text.contains(#""accepted":100000"#))
            // The same head, but for digits: what fits is still all or nothing.
            let short = try await server.ask("POST /in", [type], body: "1\n2\nx")
            #expect(short.status == 400)
            let (_, stream) = try await server.follow("/channels/all?replay=all")
            var blocks: [String] = []
            while blocks.count < 11, let block = try await stream.readBlock() { blocks.append(block) }
            #expect(blocks.last?.contains(#"{"n":99999}"#) == true)
        }
    }

    @Test(
        "Answers that the loop gives by itself are as safe, and as readable for other sites, as the others",
        arguments: [
            ("", nil), ("cors: {origins: ['*']}", "*"), ("cors: {origins: ['https://a.example']}", "https://a.example"),
        ] as [(String, String?)])
    func refusals(cors: String, origin: String?) async throws {
        let file = """
            server: {limits: {body: 16B}, \(cors)}
            sources: {notes: {http_ingest: {path: /in}}}
            channels: {all: {from: [notes]}}
            """
        try await Server.run(file) { server in
            let long = try await server.ask("POST /in", body: "12345678901234567")
            #expect(long.status == 413 && long.field("content-type") == "application/problem+json")
            #expect(long.text.contains("16 bytes") && long.text.contains("server.limits.body"), "\(long.text)")
            let malformed = try await server.ask("GET /", ["Host: a", "Host: b"])
            #expect(malformed.status == 400)
            for answer in [long, malformed] {
                #expect(answer.field("x-content-type-options") == "nosniff")
                #expect(answer.field("access-control-allow-origin") == origin)
                #expect(answer.field("vary") == (origin == nil ? nil : "Origin"))
            }
        }
    }
}
