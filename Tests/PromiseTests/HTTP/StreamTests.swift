import TestSupport
import Testing

struct StreamTests {
    private static let file = """
        server: {retry: {after: 2s, jitter: 0}}
        sources:
          notes: {notes: {}}
          known: {notes: {path: "/known/{subject}", asked: "/ask-known/{what}", knows: [a]}}
        channels:
          all: {from: [notes], path: "/streams/{subject}/live", replay: all}
          whole: {from: [notes], path: /whole, replay: none, event: message}
          enveloped: {from: [notes], replay: all, envelope: cloudevents}
          known: {from: [known]}
          ending: {from: [notes], replay: all, end: 'event.type == "end"'}
          patient: {from: [notes], linger: 1s}
        """

    @Test("A stream is answered as EventSource and proxies want it, and begins with where it goes on")
    func head() async throws {
        try await Server.run(Self.file) { server in
            let (head, stream) = try await server.follow("/channels/all")
            #expect(head.status == 200)
            #expect(head.field("content-type") == "text/event-stream")
            #expect(head.field("cache-control") == "no-cache")
            #expect(head.field("connection") == "keep-alive")
            #expect(head.field("x-accel-buffering") == "no")
            #expect(head.field("access-control-allow-origin") == nil)
            #expect(head.field("vary") == nil)
            let first = try #require(try await stream.readBlock())
            let lines = first.split(separator: "\n").map(String.init)
            #expect(lines.contains("retry: 2000"))
            #expect(lines.contains { $0.hasPrefix("id: ") })
            #expect(!first.contains("data:"))
        }
    }

    @Test(
        "Each of a channel's URLs leads to it",
        arguments: [
            "/channels/all", "/channels/all/x", "/stream?channel=all", "/stream?channel=all/x&channel=known",
            "/streams/x/live",
            "/whole", "/channels/%61ll?_=1",
        ])
    func urls(target: String) async throws {
        try await Server.run(Self.file) { server in
            let (head, stream) = try await server.follow(target)
            #expect(head.status == 200)
            _ = try await stream.readBlock()
            #expect(try await server.post("hello").status == 202)
            let block = try #require(try await stream.readBlock())
            #expect(block.hasSuffix("data: hello"))
            #expect(block.contains("event: note") == !target.hasPrefix("/whole"))
        }
    }

    @Test("A subject is all that follows the channel, with its slashes, decoded once")
    func subjects() async throws {
        try await Server.run(Self.file) { server in
            let (_, stream) = try await server.follow("/channels/all/a/b%2Fc%20%2541")
            let (_, several) = try await server.follow("/stream?channel=all/a/b/c+%2541")
            for connection in [stream, several] { _ = try await connection.readBlock() }
            #expect(try await server.post("other", to: "/notes/a").status == 202)
            #expect(try await server.post("mine", to: "/notes/a%2Fb%2Fc%20%2541").status == 202)
            for connection in [stream, several] {
                #expect(try await connection.readBlock()?.hasSuffix("data: mine") == true)
            }
        }
    }

    @Test("What several parts of a stream would get comes once")
    func once() async throws {
        try await Server.run(Self.file) { server in
            for query in ["channel=all/x&channel=all/y", "channel=all/x&channel=all", "channel=all/x&channel=all/x"] {
                let (_, stream) = try await server.follow("/stream?replay=none&" + query)
                _ = try await stream.readBlock()
                #expect(try await server.post("for x").status == 202)
                #expect(try await server.post("for all", to: "/notes/x?bare").status == 202)
                #expect(try await server.post("the last").status == 202)
                for text in ["for x", "for all", "the last"] {
                    #expect(try await stream.readBlock()?.hasSuffix("data: \(text)") == true)
                }
            }
        }
    }

    @Test("A stream goes on after the position that the client names, wherever it names it")
    func resume() async throws {
        try await Server.run(Self.file) { server in
            for text in ["1", "2", "3"] { #expect(try await server.post(text).status == 202) }
            let (_, first) = try await server.follow("/channels/all")
            _ = try await first.readBlock()
            let block = try #require(try await first.readBlock())
            let id = try #require(block.split(separator: "\n").first { $0.hasPrefix("id: ") }?.dropFirst(4))
            for (target, fields) in [
                ("/channels/all?replay=none", ["Last-Event-ID: \(id)"]),
                ("/channels/all?last_event_id=\(id)&since=1h", []),
            ] {
                let (_, stream) = try await server.follow(target, fields)
                _ = try await stream.readBlock()
                #expect(try await stream.readBlock()?.hasSuffix("data: 2") == true)
                #expect(try await stream.readBlock()?.hasSuffix("data: 3") == true)
            }
        }
    }

    @Test(
        "What a newcomer asks for first is what comes first",
        arguments: [
            ("replay=2", "2"), ("replay=latest", "3"), ("since=1h", "1"), ("type=other", "2"), ("", "1"),
            ("last_event_id=&replay=latest", "3"),
        ])
    func replay(query: String, text: String) async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.post("1").status == 202)
            #expect(try await server.post("2", to: "/notes/x?type=other").status == 202)
            #expect(try await server.post("3").status == 202)
            let (_, stream) = try await server.follow("/channels/all?\(query)")
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock()?.hasSuffix("data: \(text)") == true)
        }
    }

    @Test(
        "A position that is none is told as a gap, and answered all the same", arguments: ["nonsense", "%FF%00", "a+b"])
    func gap(position: String) async throws {
        try await Server.run(Self.file) { server in
            let (head, stream) = try await server.follow("/channels/all?last_event_id=\(position)")
            #expect(head.status == 200)
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock()?.contains("event: gap") == true)
        }
    }

    @Test("A whole event is asked for, or is what the channel gives")
    func envelope() async throws {
        try await Server.run(Self.file) { server in
            #expect(try await server.post("1").status == 202)
            for target in [
                "/channels/all?envelope=cloudevents", "/channels/enveloped", "/channels/enveloped?envelope=none",
            ] {
                let (_, stream) = try await server.follow(target)
                _ = try await stream.readBlock()
                let isWhole = !target.hasSuffix("none")
                #expect(try await stream.readBlock()?.contains(#""specversion":"1.0""#) == isWhole)
            }
        }
    }

    @Test("Whoever has had all of a subject that has ended is told to stop coming back")
    func ended() async throws {
        try await Server.run(Self.file) { server in
            let (_, stream) = try await server.follow("/channels/ending/x")
            _ = try await stream.readBlock()
            #expect(try await server.post("last", to: "/notes/x?type=end").status == 202)
            let last = try #require(try await stream.readBlock())
            #expect(try await stream.readBlock() == nil)
            let id = try #require(last.split(separator: "\n").first { $0.hasPrefix("id: ") }?.dropFirst(4))
            #expect(try await server.ask("GET /channels/ending/x", ["Last-Event-ID: \(id)"]).status == 204)
            let again = try await server.ask("GET /channels/ending/x")
            #expect(again.status == 200)
            #expect(again.text.contains("data: last"))
        }
    }

    @Test("HEAD answers the head of a stream, and follows nothing")
    func headRequest() async throws {
        try await Server.run(Self.file) { server in
            let head = try await server.ask("HEAD /channels/all")
            #expect(head.status == 200)
            #expect(head.field("content-type") == "text/event-stream")
        }
    }

    @Test("Whatever a client accepts, a stream is what it gets")
    func accept() async throws {
        try await Server.run(Self.file) { server in
            let (head, _) = try await server.follow("/channels/all", ["Accept: application/json"])
            #expect(head.field("content-type") == "text/event-stream")
        }
    }

    @Test(
        "A mistake is answered with what would be right",
        arguments: [
            ("/channels/all?replay=some", "replay"), ("/channels/all?since=x", "since"), ("/channels/all/", "subject"),
            ("/channels/all/a%0Ab", "control"), ("/channels/all/\(String(repeating: "x", count: 257))", "256"),
            ("/stream", "channel"), ("/stream?\(String(repeating: "channel=all&", count: 65))", "64"),
            ("/channels/all?type=", "type"), ("/channels/%zz", "hexadecimal"),
        ])
    func mistakes(target: String, word: String) async throws {
        try await Server.run(Self.file) { server in
            let answer = try await server.ask("GET \(target)")
            #expect(answer.status == 400)
            #expect(answer.field("content-type") == "application/problem+json")
            #expect(answer.text.contains(word))
        }
    }

    @Test("The same request again starts where things stand by then, and with a pause of its own")
    func again() async throws {
        try await Server.run("server: {loops: 1, retry: {after: 1000s, jitter: 1}}\n" + Self.sameAgain) { server in
            var pauses: Set<String> = []
            for kept in 0..<4 {
                let (head, stream) = try await server.follow("/channels/all")
                #expect(head.status == 200)
                let first = try #require(try await stream.readBlock())
                pauses.insert(String(try #require(first.split(separator: "\n").first { $0.hasPrefix("retry:") })))
                for number in 0..<kept {
                    #expect(try #require(try await stream.readBlock()).hasSuffix("data: note \(number)"))
                }
                #expect(try await server.post("note \(kept)").status == 202)
                #expect(try #require(try await stream.readBlock()).hasSuffix("data: note \(kept)"))
            }
            #expect(pauses.count > 1)
        }
    }

    private static let sameAgain = """
        sources: {notes: {notes: {}}}
        channels: {all: {from: [notes], replay: all}}
        """

    @Test("A channel that lingers writes less often than events come, and writes them all")
    func linger() async throws {
        try await Server.run(Self.file) { server in
            let (_, stream) = try await server.follow("/channels/patient")
            _ = try await stream.readBlock()
            let before = try await Self.writes(server)
            for note in ["one", "two", "three", "four"] { #expect(try await server.post(note).status == 202) }
            for note in ["one", "two", "three", "four"] {
                #expect(try #require(try await stream.readBlock()).hasSuffix("data: \(note)"))
            }
            #expect(try await Self.writes(server) - before < 4)
        }
    }

    private static func writes(_ server: Server) async throws -> Int {
        let lines = try await server.ask("GET /metrics").text.split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("aggregator_writes_total ") })
        return try #require(Int(line.split(separator: " ")[1]))
    }

    @Test("A channel that is not there is answered with those that are")
    func unknown() async throws {
        try await Server.run(Self.file) { server in
            for target in ["/channels/nope", "/channels/nope/x", "/stream?channel=all&channel=nope", "/nope"] {
                let answer = try await server.ask("GET \(target)")
                #expect(answer.status == 404)
                #expect(answer.text.contains("all, whole, enveloped, known, ending, patient"))
            }
        }
    }

    @Test("A subject that its source rules out is answered with the source's words")
    func ruledOut() async throws {
        try await Server.run(Self.file) { server in
            // A source answers for its subjects from its first run on; it takes notes just after.
            #expect(try await server.post("x", to: "/known/a").status == 202)
            let answer = try await server.ask("GET /channels/known/b")
            #expect(answer.status == 404)
            #expect(answer.text.contains("No such note: b"))
            let (head, _) = try await server.follow("/channels/known/a")
            #expect(head.status == 200)
        }
    }

    @Test("No subject and no data can forge a line of a stream", arguments: ["%0A", "%0D", "%C2%85", "%00"])
    func forging(bytes: String) async throws {
        try await Server.run(Self.file) { server in
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            let refused = try await server.post("x", to: "/notes/a\(bytes)data:%20forged")
            #expect(refused.status == 422 || refused.status == 400)
            #expect(try await server.post("x", to: "/notes/a?type=b\(bytes)data:%20forged").status != 202)
            #expect(try await server.post("one\r\nevent: forged\r\rid: 1\n\ndata: two").status == 202)
            let block = try #require(try await stream.readBlock())
            let forged = block.split(separator: "\n").filter { !$0.hasPrefix("data:") && $0.contains("forged") }
            #expect(forged.isEmpty)
            #expect(!block.contains("\r"))
        }
    }
}
