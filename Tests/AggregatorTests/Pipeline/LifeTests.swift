import TestSupport
import Testing

@testable import Aggregator

@Suite("An aggregator")
struct LifeTests {
    private func pipeline(_ text: String) throws -> Pipeline {
        try Pipeline(
            text: text, path: "pipeline.yaml", sources: [Puppet.self], filters: builtinFilters, environment: [:])
    }

    /// Emits `events` in a pipeline with this channel, and reads what a newcomer is replayed.
    private func streamed(
        _ channel: String, query: String = "", _ events: [Event]
    ) async throws -> [String] {
        let strings = Strings()
        let aggregator = Aggregator(
            try pipeline(
                """
                server: {listen: 127.0.0.1:0, drain: 20s}
                sources: {market: {puppet: {script: \(Puppet.script(strings.script))}}}
                channels: {prices: \(channel)}
                """), log: .silent)
        try await aggregator.start()
        try await strings.pull().emit(events)
        guard case .tcp(let host, let port)? = aggregator.addresses.first else { return [] }
        let connection = try await RawConnection.connect(to: .tcp(host: host, port: UInt16(port)))
        try await connection.send("GET /channels/prices\(query) HTTP/1.0\r\nHost: localhost\r\n\r\n")
        _ = try await connection.readHead()
        var blocks: [String] = []
        while blocks.count <= events.count, let block = try await connection.readBlock() { blocks.append(block) }
        await connection.close()
        await aggregator.stop()
        // The first block is the stream's own; each `id:` is the hub's.
        return blocks.dropFirst().map { block in
            block.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("id:") }
                .joined(separator: "\n").trimmingEnd()
        }
    }

    private static let time = Timestamp(rfc3339: "2026-01-02T03:04:05.25Z") ?? .now()

    private func event(_ type: String, _ data: EventData) -> Event {
        Event(id: .given("e\"1"), type: type, subject: "A", time: Self.time, data: data)
    }

    @Test("JSON goes out as it came, text bare, bytes as base64, nothing as one empty line")
    func data() async throws {
        let blocks = try await streamed(
            "{from: [market], replay: all}",
            [
                event("trade", .json(Array(#"{"n" : 1.0}"#.utf8))), event("message", .text("one\ntwo")),
                event("raw", .bytes([0, 255, 16, 7])), event("raw", .bytes([1])), event("none", .none),
            ])
        #expect(
            blocks == [
                "event: trade\ndata: {\"n\" : 1.0}", "data: one\ndata: two", "event: raw\ndata: AP8QBw==",
                "event: raw\ndata: AQ==", "event: none\ndata:",
            ])
    }

    @Test("a channel's `event` is the field of all its events; `message` leaves it out")
    func field() async throws {
        let events = [event("trade", .text("x"))]
        #expect(try await streamed("{from: [market], replay: all, event: tick}", events) == ["event: tick\ndata: x"])
        #expect(try await streamed("{from: [market], replay: all, event: message}", events) == ["data: x"])
    }

    @Test("an enveloped stream carries each whole event as CloudEvents JSON")
    func envelope() async throws {
        let blocks = try await streamed(
            "{from: [market], replay: all, envelope: cloudevents}",
            [
                event("trade", .json(Array("{\"n\":\r\n1}".utf8))), event("note", .text("a\r\nb\"")),
                event("raw", .bytes([1])), event("none", .none),
            ])
        func expected(_ type: String, _ data: String) -> String {
            let head = #"{"specversion":"1.0","id":"e\"1","source":"market","type":"\#(type)","subject":"A","#
            return "event: \(type)\ndata: " + head + #""time":"2026-01-02T03:04:05.25Z","channel":"prices"\#(data)}"#
        }
        #expect(
            blocks == [
                expected("trade", #","datacontenttype":"application/json","data":{"n": 1}"#),
                expected("note", #","datacontenttype":"text/plain","data":"a\r\nb\"""#),
                expected("raw", #","datacontenttype":"application/octet-stream","data_base64":"AQ==""#),
                expected("none", ""),
            ])
    }

    @Test("the envelope has the producer's own content type, as long as the data can be called so")
    func contentType() async throws {
        let cases: [(EventData, String)] = [
            (.json(Array("[1]".utf8)), "application/vnd.x+json"), (.bytes([1]), "image/png"), (.text("a"), "text/csv"),
            (.json(Array("[1]".utf8)), "text/csv"),
        ]
        let events = cases.map { data, type in
            var event = event("t", data)
            event.dataContentType = type
            return event
        }
        let blocks = try await streamed("{from: [market], replay: all, envelope: cloudevents}", events)
        for (block, type) in zip(blocks, ["application/vnd.x+json", "image/png", "text/csv", "application/json"]) {
            #expect(block.ranges(of: "datacontenttype").count == 1)
            #expect(block.contains(#""datacontenttype":"\#(type)""#), "\(block)")
        }
        #expect(blocks.count == 4)
    }

    @Test("emits of one source keep their order in each channel, through filters and beside them")
    func order() async throws {
        let numbers = (0..<500).map { event("n", .json(Array("\($0)".utf8))) }
        let blocks = try await streamed("{from: [market], replay: all, event: message}", numbers)
        #expect(blocks == (0..<500).map { "data: \($0)" })
    }

    @Test("an address in use is an error that names it, and nothing runs then")
    func inUse() async throws {
        let text = "{server: {listen: 127.0.0.1:0}, sources: {s: {puppet: {}}}, channels: {c: {from: [s]}}}"
        let first = Aggregator(try pipeline(text), log: .silent)
        try await first.start()
        let taken = try #require(first.addresses.first)
        guard case .tcp(_, let port) = taken, port != 0 else { return #expect(Bool(false), "a real port") }
        let second = Aggregator(try pipeline(text), listen: [taken], log: .silent)
        do {
            try await second.start()
            Issue.record("two servers on one port")
        } catch {
            #expect("\(error)".contains("127.0.0.1:\(port)"))
        }
        #expect(second.addresses.isEmpty)
        await first.stop()
        await first.stop()
        let third = Aggregator(try pipeline(text), listen: [taken], log: .silent)
        try await third.start()
        await third.stop()
    }

    @Test("it lets go of everything when it has stopped")
    func released() async throws {
        weak var hub: Hub?
        do {
            let aggregator = Aggregator(
                try pipeline("{server: {listen: 127.0.0.1:0}, sources: {s: {puppet: {}}}, channels: {c: {from: [s]}}}"),
                log: .silent)
            try await aggregator.start()
            hub = aggregator.hub
            #expect(hub != nil)
            await aggregator.stop()
        }
        #expect(await eventually { hub == nil })
    }

    @Test("`run` goes on until its task is cancelled, and ends streams and sources then")
    func run() async throws {
        let strings = Strings()
        let aggregator = Aggregator(
            try pipeline(
                """
                {server: {listen: 127.0.0.1:0}, sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}},
                 channels: {c: {from: [s]}}}
                """), log: .silent)
        let task = Task { try await aggregator.run() }
        try await strings.pull().emit(Event(type: "x", data: .text("last words")))
        guard case .tcp(let host, let port)? = aggregator.addresses.first else { return }
        let connection = try await RawConnection.connect(to: .tcp(host: host, port: UInt16(port)))
        try await connection.send("GET /channels/c?replay=all HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await connection.readHead()
        _ = try await connection.readBlock()
        #expect(try await connection.readBlock()?.contains("data: last words") == true)
        task.cancel()
        // The stream's last chunk (RFC 9112, section 7.1).
        #expect(String(decoding: try await connection.readToEnd(), as: UTF8.self) == "0\r\n\r\n")
        await connection.close()
        try await task.value
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
