import TestSupport
import Testing

/// Filters over much that is kept: evaluated beside the loops, once for all who wait.
struct FilteredHistoryTests {
    private static let file = """
        server: {loops: 1}
        sources: {posts: {http_ingest: {path: /posts, type: post}}}
        channels: {all: {from: [posts], keep: {events: 20000, bytes: 100MiB}}}
        """
    private static let events = 12_000
    /// `data.n % 1000 == 0`, the dear way.
    private static let target =
        "/channels/all?replay=all&where=%5B1,2,3,4,5,6,7,8,9%5D.all(x,x%3E0)%26%26data.n%251000==0"

    /// Runs a server that keeps `events` of them, numbered from 1.
    private static func run(_ body: @Sendable (Server) async throws -> Void) async throws {
        try await Server.run(file) { server in
            for start in stride(from: 1, to: events, by: 6000) {
                let lines = (start..<start + 6000).map { #"{"n":\#($0)}"# }.joined(separator: "\n")
                try await post(lines, server)
            }
            try await body(server)
        }
    }

    private static func post(_ lines: String, _ server: Server) async throws {
        let answer = try await server.ask("POST /posts", ["Content-Type: application/x-ndjson"], body: lines) {
            $0.status != 503
        }
        #expect(answer.status == 202)
    }

    private static func numbers(_ stream: RawConnection, _ count: Int) async throws -> [String] {
        var numbers: [String] = []
        while numbers.count < count, let block = try await stream.readBlock() {
            guard let data = block.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }) else { continue }
            numbers.append(String(data.dropFirst(11).dropLast()))
        }
        return numbers
    }

    @Test("Whoever filters waits for the evaluation; others are served meanwhile, and what comes then is not lost")
    func slices() async throws {
        try await Self.run { server in
            let (_, plain) = try await server.follow("/channels/all?replay=none")
            var waiting: [RawConnection] = []
            for _ in 0..<3 {
                let connection = try await RawConnection.connect(to: server.address)
                try await connection.send(Server.text("GET \(Self.target)", []))
                waiting.append(connection)
            }
            try await Self.post(#"{"n":99000}"#, server)
            #expect(try await Self.numbers(plain, 1) == ["99000"])
            #expect(try await server.ask("GET /health/live").status == 200)
            let expected = (1...12).map { "\($0 * 1000)" } + ["99000"]
            for connection in waiting {
                #expect(try await connection.readHead().status == 200)
                #expect(try await Self.numbers(connection, expected.count) == expected)
            }
            #expect(try await server.ask("GET /metrics").text.contains(#"aggregator_channel_filters{channel="all"} 1"#))
        }
    }

    @Test("A filter whose subscribers went away while it was evaluated goes, too")
    func gone() async throws {
        try await Self.run { server in
            for _ in 0..<4 {
                let connection = try await RawConnection.connect(to: server.address)
                try await connection.send(Server.text("GET \(Self.target)", []))
                await connection.close()
            }
            let isGone = await eventually {
                let metrics = try? await server.ask("GET /metrics").text
                return metrics?.contains(#"aggregator_channel_filters{channel="all"} 0"#) == true
            }
            #expect(isGone)
            let (head, stream) = try await server.follow(Self.target)
            #expect(head.status == 200)
            #expect(try await Self.numbers(stream, 12).last == "12000")
        }
    }

    @Test(
        "A filter that costs too much for what is kept is refused, soon when it is asked for again, and in nobody's way"
    )
    func tooDear() async throws {
        try await Server.run(Self.file) { server in
            let text = String(repeating: "ab", count: 300)
            for _ in 0..<2 {
                try await Self.post(Array(repeating: #"{"t":"\#(text)"}"#, count: 300).joined(separator: "\n"), server)
            }
            // data.t.matches('(([ab]?){30}){30}c')
            let dear = "/channels/all?where=data.t.matches(%27((%5Bab%5D%3F)%7B30%7D)%7B30%7Dc%27)"
            async let first = server.follow(dear)
            // Meanwhile those with cheap ones have their turns.
            #expect(try await server.follow("/channels/all?where=size(data.t)%3E3").head.status == 200)
            #expect(try await first.head.status == 400)
            let again = try await server.ask("GET \(dear)")
            #expect(again.status == 400 && again.text.contains("costs too much"), "\(again.text)")
            // The second time nothing was evaluated.
            let metrics = try await server.ask("GET /metrics").text
            #expect(metrics.contains("aggregator_channel_ended_filters_total{channel=\"all\"} 1\n"))
        }
    }
}
