import Glibc
import TestSupport
import Testing

struct ResourceTests {
    private static let file = """
        server: {limits: {body: 1KiB}}
        sources: {notes: {notes: {}}}
        channels: {all: {from: [notes], replay: all}}
        """

    @Test(
        "A path answers to its methods, and names them to any other",
        arguments: [
            ("DELETE /channels/all", "GET, HEAD, OPTIONS"), ("GET /notes/x", "DELETE, OPTIONS, POST, PUT"),
            ("PATCH /asked/x", "GET, HEAD, OPTIONS, POST"), ("POST /metrics", "GET, HEAD, OPTIONS"),
        ])
    func methods(request: String, allow: String) async throws {
        try await Server.run(Self.file) { server in
            let refused = try await server.ask(request)
            #expect(refused.status == 405)
            #expect(refused.field("allow") == allow)
            let path = request.split(separator: " ")[1]
            let options = try await server.ask("OPTIONS \(path)")
            #expect(options.status == 204)
            #expect(options.field("allow") == allow)
        }
    }

    @Test("A body is bounded by its route, or by limits.body, and is taken as it is or not at all")
    func bodies() async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.post(String(repeating: "x", count: 1024)).status == 202)
            #expect(try await server.post(String(repeating: "x", count: 1025)).status == 413)
            #expect(try await server.ask("PUT /notes/x", body: "1234").status == 204)
            let own = try await server.ask("PUT /notes/x", body: "12345")
            #expect(own.status == 413 && own.text.contains("longer than the 4 bytes") && !own.text.contains("limits"))
            let packed = try await server.ask("POST /notes/x", ["Content-Encoding: gzip"], body: "x")
            #expect(packed.status == 415)
            #expect(packed.text.contains("gzip"))
            #expect(try await server.ask("POST /notes/x", ["Content-Encoding: identity"], body: "x").status == 202)
        }
    }

    @Test("A source may answer later, and nothing it says can forge a header")
    func sourceAnswers() async throws {
        try await Server.run(Self.file) { server in
            let later = try await server.ask("POST /asked/later", body: "abc") { $0.status != 503 }
            #expect(later.status == 201)
            #expect(later.text == "abc")
            let split = try await server.ask("GET /asked/split")
            #expect(split.text == "split")
            #expect(!split.fields.contains { $0.name.contains("forged") })
            #expect(split.field("x-split") == "a  X-Forged: 1")
        }
    }

    @Test("The list says what a channel keeps and who follows it")
    func list() async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.post("hello").status == 202)
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            let answer = try await server.ask("GET /channels") { $0.text.contains(#""subscribers":1"#) }
            #expect(answer.field("content-type") == "application/json")
            #expect(answer.text.contains(#""name":"all""#))
            #expect(answer.text.contains(#""keep":{"events":1000,"bytes":16777216,"age":null}"#))
            #expect(answer.text.contains(#""kept":{"events":1,"#))
        }
    }

    @Test("Health is told: alive, ready, and how each source does")
    func health() async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.ask("GET /health/live").status == 200)
            let ready = try await server.ask("GET /health/ready") { $0.status == 200 }
            #expect(ready.text.contains(#""status":"ready""#))
            #expect(ready.text.contains(#""name":"notes","state":"running""#))
        }
    }

    @Test("Metrics are Prometheus' text: described, typed, each value a number")
    func metrics() async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.post("hello").status == 202)
            let answer = try await server.ask("GET /metrics")
            #expect(answer.field("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
            var types: Set<Substring> = []
            for line in answer.text.split(separator: "\n") {
                let words = line.split(separator: " ")
                if line.hasPrefix("# TYPE ") { #expect(types.insert(words[2]).inserted, "\(words[2]) twice") }
                if line.hasPrefix("#") { continue }
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(types.contains(name), "\(name) has no type")
                #expect(words.last.flatMap { Double($0) } != nil, "\(line)")
            }
            for sample in [
                #"aggregator_source_events_total{source="notes"} 1"#,
                #"aggregator_channel_events_total{channel="all"} 1"#,
                #"aggregator_responses_total{status="2xx"}"#, "process_resident_memory_bytes ",
                "aggregator_wakes_total ",
            ] {
                #expect(answer.text.contains(sample))
            }
        }
    }

    @Test("The built-in page runs its own script alone, and needs nothing from elsewhere")
    func page() async throws {
        try await Server.run(Self.file) { server in
            let page = try await server.ask("GET /")
            #expect(page.status == 200)
            #expect(page.field("content-type") == "text/html; charset=utf-8")
            #expect(page.field("x-content-type-options") == "nosniff")
            let policy = try #require(page.field("content-security-policy"))
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            let nonce = try #require(policy.split(separator: "'nonce-").last?.prefix { $0 != "'" })
            #expect(page.text.contains("<script nonce=\"\(nonce)\">"))
            #expect(try await server.ask("GET /").field("content-security-policy") != policy)
            for word in ["http://", "https://", "innerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                #expect(!page.text.contains(word))
            }
        }
    }

    @Test("An unknown path is answered with what there is")
    func unknown() async throws {
        try await Server.run(Self.file) { server in
            for request in ["GET /nope", "POST /nope", "OPTIONS /nope", "GET /channels/", "GET //"] {
                let answer = try await server.ask(request)
                #expect(answer.status == 404, "\(request)")
                #expect(answer.field("content-type") == "application/problem+json")
                #expect(answer.text.contains("all"))
            }
        }
    }
}
