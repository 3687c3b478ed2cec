import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

@Suite("http_ingest") struct HTTPIngestTests {
    /// A probe of a running source, and a request to its only route.
    private func started(_ options: String) async throws -> SourceProbe {
        let probe = SourceProbe(try makeSource(HTTPIngest.self, options))
        probe.start()
        try await probe.wait { $0.isServing }
        return probe
    }

    private func post(
        _ probe: SourceProbe, _ parameters: [String: String] = [:], query: [(name: String, value: String)] = [],
        type: String? = nil, body: String = ""
    ) async -> RouteResponse {
        let headers = type.map { ["content-type": $0] } ?? [:]
        return await probe.request(
            RouteRequest(
                route: Route("POST", "/x"), parameters: parameters, query: query, headers: headers,
                body: Array(body.utf8)))
    }

    @Test("query parameters without a body are the data, and the path says the subject")
    func query() async throws {
        let probe = try await started(
            "path: /notifications/{subject}\ntype: notification\nanswer: {status: sent, n: [1, null]}")
        let answer = await post(probe, ["subject": "ann"], query: [("title", "Hi"), ("message", "You there")])
        #expect(answer.status == 202)
        #expect(answer.text == #"{"accepted":1,"status":"sent","n":[1,null]}"#)
        let events = probe.events
        #expect(events.map(\.text) == [#"{"title":"Hi","message":"You there"}"#])
        #expect(events.map(\.subject) == ["ann"] && events.map(\.type) == ["notification"])
        await probe.stop()
    }

    @Test("an array is as many events in their order, none of them is none")
    func arrays() async throws {
        let probe = try await started("path: /in")
        #expect(await post(probe, body: "[]").text == #"{"accepted":0}"#)
        #expect(await post(probe, type: "application/json", body: "[1,{\"a\":2}]").text == #"{"accepted":2}"#)
        #expect(probe.events.map(\.text) == ["1", #"{"a":2}"#])
        #expect(probe.events.allSatisfy { $0.type == "message" && $0.subject == nil })
        await probe.stop()
    }

    @Test("the path's {type} is the type, and other names go into the data")
    func path() async throws {
        let probe = try await started("path: /in/{type}/{host}/{subject}")
        let path = ["type": "cpu", "host": "web1", "subject": "s"]
        #expect(await post(probe, path, body: #"{"load":1}"#).status == 202)
        #expect(await post(probe, path).status == 202)
        #expect(await post(probe, path, type: "text/plain", body: "x").status == 422)
        #expect(probe.events.map(\.text) == [#"{"load":1,"host":"web1"}"#, #"{"host":"web1"}"#])
        #expect(probe.events.allSatisfy { $0.type == "cpu" && $0.subject == "s" })
        await probe.stop()
    }

    @Test("a batch with one bad line is refused whole, and nothing is emitted")
    func allOrNothing() async throws {
        let probe = try await started("path: /in")
        let answer = await post(probe, type: "application/x-ndjson", body: "1\n2\nx\n4")
        #expect(answer.status == 400 && answer.text.contains("Line 3"))
        #expect(probe.events.isEmpty)
        await probe.stop()
    }

    @Test("a subject or type that cannot be one is 422, and nothing is emitted")
    func impossible() async throws {
        let probe = try await started("path: /in/{type}/{subject}")
        #expect(await post(probe, ["type": "gap", "subject": "a"], body: "1").status == 422)
        let answer = await post(probe, ["type": "a", "subject": "a\nb"], body: "[1,2]")
        #expect(answer.status == 422 && answer.text.contains("/0"))
        #expect(probe.events.isEmpty)
        await probe.stop()
    }

    @Test("a request with nothing in it is a 400 that says what to send")
    func nothing() async throws {
        let probe = try await started("path: /in/{subject}")
        let answer = await post(probe, ["subject": "a"])
        #expect(answer.status == 400 && answer.text.contains("query parameters"))
        let unknown = await post(probe, ["subject": "a"], type: "image/png", body: "x")
        #expect(
            unknown.status == 415 && unknown.headers.contains { $0.name == "Accept" && $0.value == MediaType.known })
        await probe.stop()
    }

    @Test("the route has the method and the path of the file")
    func routes() throws {
        #expect(
            try makeSource(HTTPIngest.self, "path: /in").routes == [Route("POST", "/in", encodings: Inflater.codings)])
        #expect(
            try makeSource(HTTPIngest.self, "path: /in\nmethod: PUT").routes == [
                Route("PUT", "/in", encodings: Inflater.codings)
            ])
    }

    @Test(
        "what cannot be is a mistake of the file",
        arguments: [
            "type: x", "path: /in\ntype: gap", "path: /in\nanswer: {accepted: 1}", "path: /in\nmethod: GET",
            "path: /in\nstream: maybe", "path: /in\nbatch: 0",
        ])
    func refused(options: String) { #expect(mistakes(HTTPIngest.self, options) != nil) }
}
