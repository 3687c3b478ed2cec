import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

@Suite("http_ingest: stream") struct IngestStreamTests {
    /// Over the limit of a probe, which is 1 MiB.
    private static let many = (0..<200_000).map { "{\"n\":\($0)}\n" }.joined()
    private static let lines = ["content-type": "application/x-ndjson"]

    private func ask(_ probe: IngestProbe, as headers: [String: String] = lines, _ body: [UInt8]) async -> RouteResponse
    {
        var request = RouteRequest(route: Route("POST", "/in"), headers: headers, body: body)
        request.isAhead = true
        return await probe.probe.request(request)
    }

    @Test("more than limits.body is taken line by line, in order and whole")
    func long() async throws {
        try await IngestProbe.run("stream: true") { probe in
            let answer = await ask(probe, Array(Self.many.utf8))
            #expect(answer.status == 202 && answer.text == #"{"accepted":200000}"#)
            #expect(probe.events.count == 200_000 && probe.events.last?.text == #"{"n":199999}"#)
            #expect(
                probe.events.indices.allSatisfy { probe.events[$0].id != probe.events[max(0, $0 - 1)].id || $0 == 0 })
        }
    }

    @Test(
        "a bad line ends it with 422, its number, and how many were accepted; what follows is not taken",
        arguments: ["x", "{", #"{"id":"gap"}"#])
    func badLine(line: String) async throws {
        try await IngestProbe.run("stream: true\nset: {type: 'has(data.id) ? data.id : \"t\"'}") { probe in
            let body = Self.many + "\n" + line + "\n" + "{\"after\":1}\n"
            let answer = await ask(probe, Array(body.utf8))
            #expect(answer.status == 422 && answer["line"] == .int(200_002) && answer["accepted"] == .int(200_000))
            #expect(answer.text.contains("Line 200002") && answer.text.contains("200000 events before it"))
            #expect(probe.events.count == 200_000)
        }
    }

    @Test("what ends within limits.body is all or nothing, also where its length was not announced")
    func short() async throws {
        try await IngestProbe.run("stream: true") { probe in
            #expect(await ask(probe, Array("1\n2\nx".utf8)).status == 400)
            #expect(probe.events.isEmpty)
            #expect(await ask(probe, Array("1\n2".utf8)).text == #"{"accepted":2}"#)
            #expect(await ask(probe, as: [:], Array("[3,4,5]".utf8)).text == #"{"accepted":3}"#)
            #expect(probe.events.count == 5)
        }
    }

    @Test("only NDJSON may be longer, and no line of it longer than an event")
    func tooLong() async throws {
        try await IngestProbe.run("stream: true") { probe in
            let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 3 << 20)
            #expect(await ask(probe, as: ["content-type": "text/plain"], zeros).status == 413)
            let line = await ask(probe, Array("1\n".utf8) + zeros)
            #expect(line.status == 422 && line["line"] == .int(2) && line["accepted"] == .int(1))
            #expect(probe.events.map(\.text) == ["1"])
        }
    }

    @Test("compressed it is taken as it is: in turns, so that a small piece cannot hold up a loop")
    func compressed() async throws {
        try await IngestProbe.run("stream: true") { probe in
            let headers = ["content-type": "application/x-ndjson", "content-encoding": "gzip"]
            let gzip = try LimitTests.gzip(Array(Self.many.utf8))
            #expect(await ask(probe, as: headers, gzip).text == #"{"accepted":200000}"#)
            #expect(probe.events.count == 200_000)
            let broken = await ask(probe, as: headers, gzip.dropLast(5))
            #expect(broken.status == 422 && broken["accepted"] != .int(0))
            let small = try LimitTests.gzip(Array("1\n2".utf8))
            #expect(await ask(probe, as: headers, small).text == #"{"accepted":2}"#)
        }
    }

    @Test("a full pipeline makes it wait: nothing more is read before there is room")
    func backpressure() async throws {
        try await IngestProbe.run("stream: true") { probe in
            probe.probe.hold()
            async let answer = ask(probe, Array(Self.many.utf8))
            try await probe.probe.wait { $0.isWaiting }
            #expect(probe.events.isEmpty)
            probe.probe.release()
            #expect(await answer.status == 202)
        }
    }

    @Test("a signature cannot be asked for of a stream")
    func signed() {
        let options = "path: /in\nstream: true\nverify: {github: s}"
        #expect(mistakes(HTTPIngest.self, options)?.contains("signature") == true)
        #expect(mistakes(HTTPIngest.self, "path: /in\nstream: true\nverify: {token: s}") == nil)
    }
}
