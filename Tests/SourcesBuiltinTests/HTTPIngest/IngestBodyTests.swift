import Aggregator
import Testing

@testable import SourcesBuiltin

@Suite("http_ingest: bodies") struct IngestBodyTests {
    private func read(_ body: String, _ type: MediaType, limit: Int = 100) throws(Refusal) -> [String] {
        try IngestBody.items(Array(body.utf8), as: type, limit: limit).map { item in
            switch item.data {
            case .json(let bytes), .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .text(let text): text
            case .none: ""
            }
        }
    }

    @Test(
        "a form of GitHub's without JSON in `payload` is refused in words",
        arguments: [("a=1", "'payload', which is missing"), ("payload=%7B", "'payload' is not JSON")])
    func gitHubForm(body: String, words: String) async throws {
        try await IngestProbe.run("") { probe in
            let headers = ["content-type": "application/x-www-form-urlencoded", "x-github-event": "push"]
            let answer = await probe.post(headers, body)
            #expect(answer.status == 400 && answer.text.contains(words), "\(answer.text)")
            #expect(probe.events.isEmpty)
        }
    }

    @Test(
        "each kind of body gives its events, JSON byte for byte as it came",
        arguments: [
            (#" {"a" : 1.50} "#, MediaType.json, [#"{"a" : 1.50}"#]),
            ("null", .json, ["null"]),
            ("[]", .json, []),
            ("[ ]", .json, []),
            (#"[1, "a,]\"[" ,{"x":[1,2]}, [3 , 4]]"#, .json, ["1", #""a,]\"[""#, #"{"x":[1,2]}"#, "[3 , 4]"]),
            ("{\"a\":1}\n\n  [2]\r\n3", .lines, [#"{"a":1}"#, "[2]", "3"]),
            ("\n", .lines, []),
            ("a=1&b=two+words&c=%C3%A4%2f&d&=e", .form, [#"{"a":"1","b":"two words","c":"ä/","d":"","":"e"}"#]),
            ("a=1&b=2&a=3", .form, [#"{"a":["1","3"],"b":"2"}"#]),
            ("m=50% done&x=%zz%4", .form, [#"{"m":"50% done","x":"%zz%4"}"#]),
            ("two\nlines", .text, ["two\nlines"]),
        ])
    func events(body: String, type: MediaType, events: [String]) throws {
        #expect(try read(body, type) == events)
    }

    @Test(
        "what is wrong is told with its line or its JSON Pointer",
        arguments: [
            (#"{"a": [1, {"b/c": tru}]}"#, MediaType.json, "JSON Pointer /a/1/b~1c"),
            ("[1,\n 2,\n x]", .json, "line 3, column 2 (JSON Pointer /2)"),
            ("", .json, "The body is not JSON"),
            ("{\"a\":1}\n{\"a\":}", .lines, "Line 2 is not JSON"),
            ("{\"a\":1}\n{\"a\":}", .lines, "JSON Pointer /a"),
            (#"{"ä": x}"#, .json, "column 7 (JSON Pointer /ä)"),
            (#"{"a":1}"#, .form, "Content-Type: application/json"),
            ("a=%ff", .form, "Field 1"),
        ])
    func refusals(body: String, type: MediaType, words: String) {
        #expect {
            try read(body, type)
        } throws: { error in
            (error as? Refusal).map { $0.status == 400 && $0.detail.contains(words) } ?? false
        }
    }

    @Test("more events than the limit are refused, exactly the limit are not")
    func limit() throws {
        #expect(try read("[1,2,3]", .json, limit: 3).count == 3)
        #expect(throws: Refusal.self) { try read("[1,2,3]", .json, limit: 2) }
        #expect(try read("1\n2", .lines, limit: 2).count == 2)
        #expect(throws: Refusal.self) { try read("1\n2\n3", .lines, limit: 2) }
    }

    @Test("nesting beyond the depth is refused, however deep it is")
    func depth() {
        for depth in [200, 100_000] {
            let body = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(throws: Refusal.self) { try read(body, .json) }
            #expect(throws: Refusal.self) { try read(String(body.prefix(depth)), .json) }
        }
    }

    @Test("text that is not UTF-8 is refused")
    func text() {
        #expect(throws: Refusal.self) { try IngestBody.items([0x61, 0xff], as: .text, limit: 1) }
    }

    @Test(
        "the path's fields take the place of members of the same name, and the rest stays byte for byte",
        arguments: [
            (#"{"a": 1 , "host":"x", "b":[1 ,2]}"#, #"{"a":1,"b":[1 ,2],"host":"h\"1"}"#),
            (#"{"h\u006fst":1}"#, #"{"host":"h\"1"}"#),
            ("{ }", #"{"host":"h\"1"}"#),
        ])
    func merging(json: String, merged: String) throws {
        var item = IngestItem(data: .json(Array(json.utf8)), place: .body)
        try item.put([("host", "h\"1")])
        #expect(item.data == .json(Array(merged.utf8)))
    }

    @Test("data that is no object cannot take the path's fields", arguments: ["1", "[{}]", "\"{}\""])
    func merging(json: String) {
        var item = IngestItem(data: .json(Array(json.utf8)), place: .line(7))
        #expect(throws: Refusal(422, "Line 7: the path gives the data 'host', so it has to be a JSON object.")) {
            try item.put([("host", "x")])
        }
    }

    @Test("whatever the bytes are, the answer is valid JSON data or a refusal")
    func randomBytes() throws {
        var random = SplitMix64(seed: 1)
        let alphabet = Array("{}[]\",:\\0123456789.eE-+truefalsn u&=%af\n\r\t\u{e4}".utf8) + [0, 0xff, 0xc3]
        for _ in 0..<20_000 {
            let body = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            _ = JSONPlace.pointer(toEndOf: body[...])
            for type in [MediaType.json, .lines, .form, .text] {
                guard var items = try? IngestBody.items(body, as: type, limit: 100) else { continue }
                for index in items.indices {
                    try? items[index].put([("k", "v")])
                    guard case .json(let json) = items[index].data else { continue }
                    #expect(JSON.validate(json) == nil, "\(body)")
                }
            }
        }
    }

    @Test(
        "content types are told apart without regard to case and parameters",
        arguments: [
            ("application/json", MediaType.json), ("Application/JSON; charset=\"UTF-8\"", .json),
            ("application/vnd.github+json", .json), ("application/x-ndjson", .lines), ("application/jsonl;x=y", .lines),
            ("application/x-www-form-urlencoded", .form), ("text/plain;charset=us-ascii", .text),
        ])
    func mediaTypes(field: String, type: MediaType) throws {
        let request = RouteRequest(route: Route("POST", "/x"), headers: ["content-type": field])
        #expect(try MediaType.of(request) == type)
    }

    @Test(
        "other content types and character sets are 415 and name what would do",
        arguments: [
            ("content-type", "application/xml", "application/json"),
            ("content-type", "multipart/form-data; boundary=x", "text/plain"),
            ("content-type", "application/cloudevents+xml", "JSON format"),
            ("content-type", "text/plain; charset=latin1", "UTF-8"),
        ])
    func otherTypes(name: String, field: String, words: String) {
        let request = RouteRequest(route: Route("POST", "/x"), headers: [name: field])
        #expect {
            try MediaType.of(request)
        } throws: { error in
            (error as? Refusal).map { $0.status == 415 && $0.detail.contains(words) } ?? false
        }
    }
}
