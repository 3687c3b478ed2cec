import Aggregator
import Testing

@testable import SourcesBuiltin

@Suite("http_ingest: CloudEvents") struct CloudEventTests {
    private let binary = [
        "ce-specversion": "1.0", "ce-id": "7", "ce-source": "/shop", "ce-type": "order.paid",
        "content-type": "application/json",
    ]

    @Test("binary mode: attributes from the headers, the body as data")
    func binaryMode() async throws {
        try await IngestProbe.run("") { probe in
            var headers = binary
            headers["ce-subject"] = "Euro%20%E2%82%AC%25 100%"
            headers["ce-time"] = "2026-11-23T13:12:15.5Z"
            #expect(await probe.post(headers, #"{"sum": 1.50}"#).status == 202)
            let event = try #require(probe.events.first)
            #expect(event.id == .given("7") && event.type == "order.paid" && event.subject == "Euro €% 100%")
            #expect(
                event.time.rfc3339 == "2026-11-23T13:12:15.5Z" && event.data == .json(Array(#"{"sum": 1.50}"#.utf8)))
        }
    }

    @Test(
        "binary mode: the content type says what the data is, and any will do",
        arguments: [
            ("application/vnd.x+json; charset=utf-8", "[1,2]", EventData.json(Array("[1,2]".utf8))),
            ("text/plain", "x", .text("x")), ("application/xml", "<a/>", .text("<a/>")),
            ("image/png", "x", .bytes(Array("x".utf8))), ("text/plain; charset=latin1", "x", .bytes(Array("x".utf8))),
            (nil, "[1]", .json(Array("[1]".utf8))), (nil, "x", .bytes(Array("x".utf8))), (nil, "", .none),
            ("application/x-www-form-urlencoded", "a=1", .json(Array(#"{"a":"1"}"#.utf8))),
        ] as [(String?, String, EventData)])
    func binaryData(type: String?, body: String, data: EventData) async throws {
        try await IngestProbe.run("") { probe in
            var headers = binary
            headers["content-type"] = type
            #expect(await probe.post(headers, body).status == 202)
            #expect(probe.events.map(\.data) == [data])
        }
    }

    @Test(
        "the producer's content type stays with the data, as far as it is the data's",
        arguments: [
            ("application/vnd.x+json", "[1]", "application/vnd.x+json"), ("image/png", "x", "image/png"),
            ("text/csv; charset=utf-8", "x", "text/csv; charset=utf-8"),
            ("application/x-www-form-urlencoded", "a=1", "application/json"), (nil, "x", "application/octet-stream"),
        ] as [(String?, String, String)])
    func contentType(type: String?, body: String, expected: String) async throws {
        try await IngestProbe.run("") { probe in
            var headers = binary
            headers["content-type"] = type
            #expect(await probe.post(headers, body).status == 202)
            let found = probe.events.map(\.dataContentType)
            #expect(found == [expected])
        }
    }

    @Test(
        "attributes with control characters are refused: they would stand in logs", arguments: ["id", "source", "ext"])
    func controlCharacters(name: String) async throws {
        try await IngestProbe.run("") { probe in
            var headers = binary
            headers["ce-\(name)"] = "a%0A2026-01-01 error: forged"
            let answer = await probe.post(headers)
            #expect(answer.status == 422 && answer.text.contains("'\(name)'"), "\(answer.text)")
            #expect(probe.events.isEmpty)
        }
    }

    @Test("header values may be quoted strings with backslashes, and are percent-decoded once")
    func quoted() async throws {
        try await IngestProbe.run("") { probe in
            var headers = binary
            headers["ce-subject"] = #""a \"b\" %2525""#
            #expect(await probe.post(headers).status == 202)
            #expect(probe.events.first?.subject == #"a "b" %25"#)
            headers["ce-subject"] = "%ff"
            #expect(await probe.post(headers).status == 400)
        }
    }

    @Test(
        "an event without one of its attributes, or of another version, is a 400 that names it",
        arguments: ["specversion", "id", "source", "type"])
    func missing(name: String) async throws {
        try await IngestProbe.run("") { probe in
            var headers = binary
            headers["ce-\(name)"] = nil
            let answer = await probe.post(headers)
            #expect(answer.status == 400 && answer.text.contains("'\(name)'"))
            headers["ce-\(name)"] = ""
            #expect(await probe.post(headers).status == 400)
            let members = ["specversion", "id", "source", "type"].filter { $0 != name }.map { "\"\($0)\":\"1.0\"" }
            let body = "{\(members.joined(separator: ","))}"
            let structured = await probe.post(["content-type": "application/cloudevents+json"], body)
            #expect(structured.status == 400 && structured.text.contains("'\(name)'"))
            #expect(probe.events.isEmpty)
        }
    }

    @Test("structured mode: data as it came, base64 as bytes or what the content type makes of them")
    func structured() async throws {
        let start = #"{"specversion":"1.0","id":"1","source":"s","type":"t","#
        let cases: [(String, EventData?)] = [
            (#""data": {"a" : 1.0}}"#, .json(Array(#"{"a" : 1.0}"#.utf8))),
            (#""data":"x"}"#, .json(Array(#""x""#.utf8))),
            (#""datacontenttype":"text/xml","data":"<a/>"}"#, .text("<a/>")),
            (#""datacontenttype":"text/xml","data":5}"#, .json(Array("5".utf8))),
            (#""data_base64":"AAH/"}"#, .bytes([0, 1, 255])),
            (#""datacontenttype":"application/json","data_base64":"WzFd"}"#, .json(Array("[1]".utf8))),
            (#""datacontenttype":"text/plain","data_base64":"aGk="}"#, .text("hi")),
            (#""subject":null}"#, EventData.none),
            (#""data":1,"data_base64":"WzFd"}"#, nil), (#""data_base64":"?"}"#, nil),
            (#""datacontenttype":"application/json","data_base64":"aGk="}"#, nil),
            (#""time":"yesterday"}"#, nil), (#""subject":5}"#, nil), (#""ext":{}}"#, nil), (#""data":}"#, nil),
        ]
        try await IngestProbe.run("") { probe in
            for (rest, data) in cases {
                let before = probe.events.count
                let type = "application/cloudevents+json; charset=UTF-8"
                let answer = await probe.post(["content-type": type], start + rest)
                #expect(answer.status == (data == nil ? 400 : 202), "\(rest)")
                #expect(Array(probe.events.map(\.data).dropFirst(before)) == (data.map { [$0] } ?? []), "\(rest)")
            }
        }
    }

    @Test("batched mode: all or none, in order, and none of them is none")
    func batched() async throws {
        let headers = ["content-type": "application/cloudevents-batch+json"]
        let event = { @Sendable (id: Int) in
            #"{"specversion":"1.0","id":"\#(id)","source":"s","type":"t","data":\#(id)}"#
        }
        try await IngestProbe.run("batch: 3") { probe in
            #expect(await probe.post(headers, "[]").text == #"{"accepted":0}"#)
            #expect(await probe.post(headers, "[\(event(1)), \(event(2))]").text == #"{"accepted":2}"#)
            let bad = await probe.post(headers, #"[\#(event(3)),{"specversion":"1.0"}]"#)
            #expect(bad.status == 400 && bad.text.contains("/1"))
            #expect(await probe.post(headers, event(3)).status == 400)
            #expect(await probe.post(headers, "[" + (1...4).map(event).joined(separator: ",") + "]").status == 413)
            #expect(probe.events.map(\.text) == ["1", "2"] && probe.events.map(\.id) == [.given("1"), .given("2")])
        }
    }

    @Test("a structured event whose attributes stand in headers too is read as structured")
    func both() async throws {
        try await IngestProbe.run("") { probe in
            let body = #"{"specversion":"1.0","id":"inner","source":"s","type":"t"}"#
            #expect(
                await probe.post(["content-type": "application/cloudevents+json", "ce-id": "x"], body).status == 202)
            #expect(probe.events.map(\.id) == [.given("inner")])
            #expect(await probe.post(["content-type": "application/cloudevents+avro"], body).status == 415)
        }
    }

    @Test("the path goes before the event, and set before the path")
    func precedence() async throws {
        try await IngestProbe.run("set: {type: '\"a.\" + cloudevent.type', data.ext: cloudevent.tenant}") { probe in
            var headers = binary
            headers["ce-tenant"] = "acme"
            #expect(await probe.post(headers, parameters: ["type": "p", "subject": "q"], "{}").status == 202)
            let event = try #require(probe.events.first)
            #expect(event.type == "a.order.paid" && event.subject == "q" && event.text == #"{"ext":"acme"}"#)
        }
    }

    @Test("an event that comes twice is answered twice and emitted once; of another source it is another")
    func dedupe() async throws {
        try await IngestProbe.run("dedupe: {within: 1m}") { probe in
            #expect(await probe.post(binary, "1").text == #"{"accepted":1}"#)
            #expect(await probe.post(binary, "1").text == #"{"accepted":1}"#)
            var other = binary
            other["ce-source"] = "/other"
            #expect(await probe.post(other, "2").status == 202)
            #expect(probe.events.map(\.text) == ["1", "2"])
            probe.clock.advance(by: .seconds(60))
            #expect(await probe.post(binary, "3").status == 202)
            #expect(probe.events.map(\.text) == ["1", "2", "3"])
        }
    }
}
