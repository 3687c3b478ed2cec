import TestSupport
import Testing

/// `where` and `type`: what a subscriber filters for himself.
struct FilteredStreamTests {
    private static let file = """
        server: {loops: 2}
        sources:
          notes: {notes: {}}
          posts: {http_ingest: {path: "/posts/{subject}", type: post}}
        channels:
          all: {from: [notes], path: "/streams/{subject}/live", replay: all}
          other: {from: [notes]}
          none: {from: [notes], keep: 0}
          last: {from: [notes], keep: 2, replay: latest}
          ending: {from: [notes], replay: all, end: 'event.type == "end"'}
          posts: {from: [posts], replay: all}
        """

    /// `data == 'b' || event.type == 'other'`, and others, as they stand in a query.
    private static func query(_ expression: String) -> String {
        "where="
            + expression.utf8.map { byte in
                let text = String(UnicodeScalar(byte))
                return text.first?.isLetter == true || text.first?.isNumber == true ? text : "%" + hex(byte)
            }.joined()
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    private static func texts(_ stream: RawConnection, _ count: Int) async throws -> [String] {
        var texts: [String] = []
        while texts.count < count {
            guard let block = try await stream.readBlock() else { break }
            if let data = block.split(separator: "\n").first(where: { $0.hasPrefix("data: ") }) {
                texts.append(String(data.dropFirst(6)))
            }
        }
        return texts
    }

    @Test(
        "Every URL of a channel takes a filter, for what is kept and for what comes, with no seam",
        arguments: [
            "/channels/all?", "/channels/all/x?", "/stream?channel=all&", "/stream?channel=all/x&channel=other/x&",
            "/streams/x/live?",
        ])
    func urls(target: String) async throws {
        try await Server.run(Self.file) { server in
            for number in 1...6 {
                #expect(try await server.post("\(number % 2 == 0 ? "even" : "odd") \(number)").status == 202)
            }
            let (head, stream) = try await server.follow(target + Self.query("data.startsWith('odd')"))
            #expect(head.status == 200)
            for number in 7...10 {
                #expect(try await server.post("\(number % 2 == 0 ? "even" : "odd") \(number)").status == 202)
            }
            let several = target.contains("other")
            let numbers = several ? [1, 3, 5, 7, 7, 9, 9] : [1, 3, 5, 7, 9]
            #expect(try await Self.texts(stream, numbers.count) == numbers.map { "odd \($0)" })
        }
    }

    @Test(
        "A filter sees the event as the pipeline does, live and kept alike",
        arguments: [
            ("event.type == 'other'", ["b"]), ("event.subject == 'y'", ["c"]),
            ("event.source == 'notes'", ["a", "b", "c"]),
            ("event.time > timestamp('2020-01-01T00:00:00Z') && data < 'c'", ["a", "b"]),
            ("size(event.id) > 0", ["a", "b", "c"]),
            ("event.datacontenttype == 'text/plain'", ["a", "b", "c"]), ("data.missing == 1", []), ("1 / 0 == 1", []),
            ("has(event.subject) && data != 'a'", ["b", "c"]),
        ] as [(String, [String])])
    func environment(expression: String, texts: [String]) async throws {
        try await Server.run(Self.file) { server in
            func post() async throws {
                #expect(try await server.post("a").status == 202)
                #expect(try await server.post("b", to: "/notes/x?type=other").status == 202)
                #expect(try await server.post("c", to: "/notes/y").status == 202)
            }
            try await post()
            let condition = "(\(expression)) || data == 'last'"
            let (_, stream) = try await server.follow("/channels/all?" + Self.query(condition))
            #expect(try await Self.texts(stream, texts.count) == texts)
            try await post()
            #expect(try await server.post("last").status == 202)
            #expect(try await Self.texts(stream, texts.count + 1) == texts + ["last"])
        }
    }

    @Test("Data in JSON is read by its fields, with numbers as they are")
    func json() async throws {
        try await Server.run(Self.file) { server in
            for price in ["1", "2.5", "40"] {
                let answer = try await server.ask(
                    "POST /posts/x", ["Content-Type: application/json"], body: #"{"n": {"price": \#(price)}}"#
                ) { $0.status != 503 }
                #expect(answer.status == 202)
            }
            let (_, stream) = try await server.follow("/channels/posts?" + Self.query("double(data.n.price) > 2.0"))
            #expect(try await Self.texts(stream, 2) == [#"{"n": {"price": 2.5}}"#, #"{"n": {"price": 40}}"#])
        }
    }

    @Test(
        "Where a stream starts is counted in what it gets",
        arguments: [
            ("replay=2", ["odd 3", "odd 5"]), ("replay=all", ["odd 1", "odd 3", "odd 5"]), ("replay=none", []),
            ("since=1h", ["odd 1", "odd 3", "odd 5"]), ("replay=2&type=note", ["odd 3", "odd 5"]),
            ("replay=all&type=other", []), ("type=other&type=note&replay=1", ["odd 5"]),
        ] as [(String, [String])])
    func starts(query: String, texts: [String]) async throws {
        try await Server.run(Self.file) { server in
            for number in 1...6 {
                #expect(try await server.post("\(number % 2 == 0 ? "even" : "odd") \(number)").status == 202)
            }
            let condition = Self.query("data.startsWith('odd') || data == 'last'")
            let (_, stream) = try await server.follow("/channels/all?\(query)&" + condition)
            #expect(try await Self.texts(stream, texts.count) == texts)
            for type in ["note", "other"] {
                #expect(try await server.post("last", to: "/notes/x?type=\(type)").status == 202)
            }
            #expect(try await Self.texts(stream, 1) == ["last"])
        }
    }

    @Test("A stream goes on after its last event, without those that are not for it")
    func resume() async throws {
        try await Server.run(Self.file) { server in
            for number in 1...6 {
                #expect(try await server.post("\(number % 2 == 0 ? "even" : "odd") \(number)").status == 202)
            }
            let target = "/channels/all?" + Self.query("data.startsWith('odd')")
            let (_, first) = try await server.follow(target)
            _ = try await first.readBlock()
            let block = try #require(try await first.readBlock())
            let id = try #require(block.split(separator: "\n").first { $0.hasPrefix("id: ") }?.dropFirst(4))
            for (target, fields) in [(target, ["Last-Event-ID: \(id)"]), (target + "&last_event_id=\(id)", [])] {
                let (_, stream) = try await server.follow(target, fields)
                #expect(try await Self.texts(stream, 2) == ["odd 3", "odd 5"])
            }
        }
    }

    @Test("A gap is told whatever the filter")
    func gap() async throws {
        try await Server.run(Self.file) { server in
            let (_, stream) = try await server.follow("/channels/all?last_event_id=foreign&" + Self.query("false"))
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock()?.contains("event: gap") == true)
        }
    }

    @Test("A subject's end ends its stream, also when the filter keeps the ending event back")
    func end() async throws {
        try await Server.run(Self.file) { server in
            let target = "/channels/ending/x?" + Self.query("event.type == 'note'")
            let (_, stream) = try await server.follow(target)
            _ = try await stream.readBlock()
            #expect(try await server.post("one").status == 202)
            #expect(try await server.post("over", to: "/notes/x?type=end").status == 202)
            #expect(try await Self.texts(stream, 1) == ["one"])
            let last = try #require(try await stream.readBlock())
            #expect(!last.contains("data:"))
            #expect(try await stream.readBlock() == nil)
            #expect(try await server.ask("GET \(target)", ["Last-Event-ID: \(last.dropFirst(4))"]).status == 204)
        }
    }

    @Test("Channels that keep nothing, or the last of each subject, are filtered alike")
    func otherKeeps() async throws {
        try await Server.run(Self.file) { server in
            for number in 1...6 {
                #expect(
                    try await server.post("\(number % 2 == 0 ? "even" : "odd")", to: "/notes/s\(number)").status == 202)
            }
            let (_, none) = try await server.follow("/channels/none?" + Self.query("data == 'odd'"))
            let (_, last) = try await server.follow(
                "/channels/last?envelope=cloudevents&" + Self.query("data == 'odd'"))
            for data in try await Self.texts(last, 3) { #expect(data.contains(#""data":"odd""#)) }
            _ = try await none.readBlock()
            for text in ["even", "odd"] { #expect(try await server.post(text).status == 202) }
            #expect(try await Self.texts(none, 1) == ["odd"])
        }
    }

    @Test(
        "A mistake is a 400 that shows its place",
        arguments: [
            ("dat == 1", ["1:1", "did you mean 'data'", "dat == 1\\n^~~"]),
            ("event.subjct == 'a'", ["did you mean 'subject'", #"\n      ^~~~~~"#]),
            ("data +", ["1:7"]), ("1 + 1", ["true or false"]), ("data.matches('(')", ["matches"]), ("", ["where"]),
            ("event.type == 1", ["string", "int"]),
        ] as [(String, [String])])
    func mistakes(expression: String, words: [String]) async throws {
        try await Server.run(Self.file) { server in
            for method in ["GET", "HEAD"] {
                let answer = try await server.ask("\(method) /channels/all?" + Self.query(expression))
                #expect(answer.status == 400)
                guard method == "GET" else { continue }
                #expect(answer.field("content-type") == "application/problem+json")
                for word in words { #expect(answer.text.contains(word), "\(answer.text)") }
            }
        }
    }

    @Test("A filter has at most 1 KiB, and stands there once")
    func size() async throws {
        try await Server.run(Self.file) { server in
            let longest = "data == '" + String(repeating: "x", count: 1024 - 10) + "'"
            #expect(try await server.follow("/channels/all?" + Self.query(longest)).head.status == 200)
            let tooLong = try await server.ask("GET /channels/all?" + Self.query(longest + " "))
            #expect(tooLong.status == 400 && tooLong.text.contains("1024"))
            let twice = try await server.ask("GET /channels/all?where=true&where=false")
            #expect(twice.status == 400 && twice.text.contains("once"))
        }
    }

    @Test(
        "A channel takes 64 different filters at a time, any number of streams with each, and the next when one has gone"
    )
    func limit() async throws {
        try await Server.run(Self.file) { server in
            var streams: [RawConnection] = []
            for number in 0..<65 {
                let target = "/channels/all?" + Self.query("data != '\(number % 64)'")
                let (head, stream) = try await server.follow(target)
                #expect(head.status == 200)
                streams.append(stream)
            }
            let another = "/channels/all?" + Self.query("data != '64'")
            let refused = try await server.ask("GET \(another)")
            #expect(refused.status == 503)
            #expect(refused.field("retry-after") != nil && refused.text.contains("64 different filters"))
            let (head, browser) = try await server.follow(another, ["Accept: text/event-stream"])
            #expect(head.status == 200)
            #expect(try await browser.readBlock()?.contains("retry: 30000") == true)
            #expect(try await server.follow("/channels/other?" + Self.query("data != '64'")).head.status == 200)
            #expect(
                try await server.ask("GET /metrics").text.contains(#"aggregator_channel_filters{channel="all"} 64"#))
            await streams[5].close()
            let answered = await eventually {
                guard let (head, _) = try? await server.follow(another) else { return false }
                return head.status == 200
            }
            #expect(answered)
        }
    }

    @Test("The same request again gets the same filter, as often as it comes")
    func again() async throws {
        try await Server.run("server: {loops: 1}\n" + Self.file.dropFirst(Self.file.prefix { $0 != "\n" }.count)) {
            server in
            for number in 1...4 {
                #expect(try await server.post("\(number % 2 == 0 ? "even" : "odd") \(number)").status == 202)
            }
            for round in 0..<4 {
                for parity in ["odd", "even"] {
                    let (_, stream) = try await server.follow(
                        "/channels/all?" + Self.query("data.startsWith('\(parity)')"))
                    let numbers = parity == "odd" ? [1, 3] : [2, 4]
                    #expect(try await Self.texts(stream, 2) == numbers.map { "\(parity) \($0)" }, "\(round)")
                    await stream.close()
                }
            }
        }
    }

    @Test("What a filter cannot be evaluated with is counted")
    func errors() async throws {
        try await Server.run(Self.file) { server in
            let (_, stream) = try await server.follow("/channels/all?" + Self.query("data.price > 3 || true == false"))
            _ = try await stream.readBlock()
            #expect(try await server.post("no object").status == 202)
            let metrics = try await server.ask("GET /metrics").text
            #expect(metrics.contains(#"aggregator_channel_filter_errors_total{channel="all"} 1"#))
        }
    }

    @Test("A filter on several channels may name what only one of them has; on one channel it may not")
    func severalTypes() async throws {
        let file = """
            types: {price: {price: number}, log: {level: string}}
            sources:
              prices: {http_ingest: {path: /prices, type: price}}
              logs: {http_ingest: {path: /logs, type: log}}
            channels: {prices: {from: prices}, logs: {from: logs}}
            """
        try await Server.run(file) { server in
            let condition = Self.query("event.type == 'price' && data.price > 3")
            let both = "/stream?channel=prices&channel=logs&replay=all&" + condition
            for path in ["/prices", "/logs"] {
                _ = try await server.ask("POST \(path)", ["Content-Type: application/json"], body: "{}") {
                    $0.status != 503
                }
            }
            let (_, stream) = try await server.follow(both)
            _ = try await stream.readBlock()
            for (path, body) in [
                ("/logs", #"{"level":"x"}"#), ("/prices", #"{"price":2}"#), ("/prices", #"{"price":4}"#),
            ] {
                let answer = try await server.ask("POST \(path)", ["Content-Type: application/json"], body: body)
                #expect(answer.status == 202)
            }
            #expect(try await Self.texts(stream, 1) == [#"{"price":4}"#])
            // The same text, while the other stream's filter is at work.
            #expect(try await server.ask("GET /channels/logs?" + condition).status == 400)
            #expect(try await server.ask("HEAD /channels/prices?" + condition).status == 200)
            let unknown = Self.query("event.type == 'price' && data.prise > 3")
            #expect(try await server.ask("GET /stream?channel=prices&channel=logs&" + unknown).status == 400)
        }
    }
}
