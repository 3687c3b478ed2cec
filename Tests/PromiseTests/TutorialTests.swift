import Aggregator
import Foundation
import SourcesBuiltin
import TestSupport
import Testing

/// Examples/tutorial: the eight systems of its page, as their browsers and curl would meet them.
@Suite("The tutorial's pipeline")
struct TutorialTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Examples/tutorial/pipeline.yaml").standardizedFileURL.path

    /// The file itself; only what takes long is shortened, and each test has a state of its own.
    private func run(_ body: @Sendable (Server) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let text = try String(contentsOfFile: Self.file, encoding: .utf8)
            .replacing("server:\n", with: "server:\n  state: \(folder.at("state"))\n")
            .replacing("heartbeat: 15s", with: "heartbeat: 300ms")
            .replacing("{simulate: {steps: 10, every: 1s}}", with: "{simulate: {steps: 4, every: 300ms}}")
        try await Server.run(text, path: Self.file, body)
    }

    /// The fields of a block: `id`, `event`, and `data` as an EventSource puts it together.
    private func fields(_ block: String?) -> [String: String] {
        var fields: [String: String] = [:]
        for line in (block ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, !parts[0].isEmpty else { continue }
            let value = String(parts[1].dropFirst())
            fields[String(parts[0]), default: ""] += fields[String(parts[0])] == nil ? value : "\n" + value
        }
        return fields
    }

    /// The next block that has data.
    private func event(_ stream: RawConnection) async throws -> [String: String] {
        let deadline = ContinuousClock.now + RawConnection.patience
        while let block = try await stream.readBlock(), ContinuousClock.now < deadline {
            let fields = fields(block)
            if fields["data"] != nil { return fields }
        }
        throw RawConnection.Failure.malformed("no event, and the end of the stream or of patience")
    }

    private func json(_ event: [String: String]) throws -> [String: Value] {
        guard case .map(let map) = try Value(json: Array((event["data"] ?? "").utf8)) else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: map.compactMap { key, value in
                if case .string(let name) = key.value { (name, value) } else { nil }
            })
    }

    @Test("1: a numbered message a second, as bare text for onmessage")
    func messages() async throws {
        try await run { server in
            let (head, stream) = try await server.follow("/events")
            #expect(head.field("content-type") == "text/event-stream")
            let first = try await event(stream)
            let second = try await event(stream)
            let number = first["data"].flatMap { Int($0.dropFirst("Message ".count)) } ?? 0
            #expect(number > 0)
            #expect(first["data"] == "Message \(number)" && first["event"] == nil)
            #expect(second["data"] == "Message \(number + 1)")
        }
    }

    @Test("2: the format: bare, of several lines, named, with ids and a retry interval")
    func format() async throws {
        try await run { server in
            let (_, stream) = try await server.follow("/format")
            let greeting = fields(try await stream.readBlock())
            #expect(greeting["retry"] == "3000" && greeting["id"]?.isEmpty == false)
            var seen: [[String: String]] = []
            while seen.count < 3 { seen.append(try await event(stream)) }
            #expect(seen.contains { $0["data"] == "A line of text" && $0["event"] == nil })
            #expect(seen.contains { $0["data"] == "The first line\nthe second\nand the third" })
            let named = try #require(seen.first { $0["event"] == "notification" })
            #expect(try json(named)["text"] == .string("An event with a name"))
            #expect(Set(seen.map { $0["id"] }).count == 3)
        }
    }

    @Test("3: any symbol's price, its own alone", arguments: ["AAPL", "BRK.B"])
    func stocks(symbol: String) async throws {
        try await run { server in
            let (_, other) = try await server.follow("/stocks/OTHER")
            _ = try await event(other)
            let (_, stream) = try await server.follow("/stocks/\(symbol)")
            for _ in 0..<2 {
                let price = try await event(stream)
                #expect(price["event"] == nil)
                let data = try json(price)
                #expect(Set(data.keys) == ["symbol", "price", "timestamp"])
                #expect(data["symbol"] == .string(symbol))
            }
        }
    }

    @Test("4: a task from pending to completed, then the end, and no coming back")
    func tasks() async throws {
        try await run { server in
            let started = try await server.ask("POST /tasks", body: "") { $0.status != 503 }
            #expect(started.status == 202)
            let id = try #require(started.text.firstMatch(of: /"task_id":"([^"]+)"/)?.1)
            let (_, stream) = try await server.follow("/tasks/\(id)/progress")
            var states: [String] = []
            var last = ""
            while let block = try await stream.readBlock() {
                let event = fields(block)
                if let position = event["id"] { last = position }
                guard event["data"] != nil else { continue }
                let data = try json(event)
                #expect(Set(data.keys) == ["progress", "status"] && event["event"] == nil)
                if case .string(let status)? = data["status"], states.last != status { states.append(status) }
            }
            #expect(states == ["pending", "processing", "completed"])
            let again = try await server.ask("GET /tasks/\(id)/progress", ["Last-Event-ID: \(last)"])
            #expect(again.status == 204)
            let unknown = try await server.ask("GET /tasks/none/progress")
            #expect(unknown.status == 404 && unknown.text.contains("Task not found"))
        }
    }

    @Test("5: the last entries of the log first, then live ones")
    func logs() async throws {
        try await run { server in
            let posted = try await server.ask("POST /logs?level=info&message=hello", body: "") { $0.status != 503 }
            #expect(posted.status == 202 && posted.text.contains(#""status":"ok""#))
            let (_, stream) = try await server.follow("/logs")
            let kept = try await event(stream)
            #expect(kept["event"] == nil)
            #expect(try json(kept)["message"] == .string("hello"))
            _ = try await server.ask("POST /logs?message=again", body: "")
            let live = try json(try await event(stream))
            #expect(Set(live.keys) == ["level", "message", "timestamp"])
            #expect(live["message"] == .string("again") && live["level"] == .string("info"))
        }
    }

    @Test("6: with the token only, from the query or the header")
    func secure() async throws {
        try await run { server in
            for (target, fields) in [
                ("/secure-events?token=valid_token", []), ("/secure-events", ["Authorization: Bearer valid_token"]),
            ] {
                let (head, stream) = try await server.follow(target, fields)
                #expect(head.status == 200)
                let event = try await event(stream)
                #expect(event["data"]?.contains("Secret") == true)
            }
            for target in ["/secure-events", "/secure-events?token=wrong"] {
                let refused = try await server.ask("GET \(target)")
                #expect(refused.status == 401 && refused.text.contains("Invalid token"))
                #expect(refused.field("www-authenticate")?.hasPrefix("Bearer") == true)
            }
        }
    }

    @Test("7: a comment where there is no event")
    func heartbeat() async throws {
        try await run { server in
            let (_, stream) = try await server.follow("/notifications/nobody")
            _ = try await stream.readBlock()
            #expect(try await stream.readBlock() == ": heartbeat")
        }
    }

    @Test("8: notifications to one, to everyone, and the page that shows them")
    func notifications() async throws {
        try await run { server in
            let (_, ada) = try await server.follow("/notifications/ada")
            let (_, bob) = try await server.follow("/notifications/bob")
            let sent = try await server.ask("POST /notifications/ada?title=Hi&message=Lunch%3F", body: "") {
                $0.status != 503
            }
            #expect(sent.status == 202)
            let all = try await server.ask("POST /notifications/broadcast?title=All&message=Cake", body: "") {
                $0.status != 503
            }
            #expect(all.status == 202)
            let own = try await event(ada)
            #expect(own["event"] == "notification" && own["id"] != nil)
            let data = try json(own)
            #expect(Set(data.keys) == ["id", "type", "title", "message", "timestamp"])
            #expect(data["title"] == .string("Hi") && data["message"] == .string("Lunch?"))
            #expect(try json(try await event(ada))["title"] == .string("All"))
            #expect(try json(try await event(bob))["title"] == .string("All"))
            let page = try await server.ask("GET /")
            #expect(page.field("content-type")?.hasPrefix("text/html") == true)
            #expect(page.text.contains("new EventSource"))
        }
    }
}
