import Testing

@testable import Expressions

@Suite struct JSONTests {
    private func read(_ text: String) throws -> Value { try Value(json: Array(text.utf8)) }

    @Test("a number is an int when it has no fraction or exponent and fits, else a double")
    func numbers() throws {
        let table: [(String, Value)] = [
            ("0", .int(0)), ("-0", .int(0)), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.0", .double(1)), ("1e3", .double(1000)),
            ("-1.5E-2", .double(-0.015)), ("0.1", .double(0.1)), ("123456.789012", .double(123456.789012)),
            ("0.30000000000000004", .double(0.30000000000000004)), ("1e400", .double(.infinity)),
            ("99999999999999999999", .double(1e20)), ("0.000000000000000000000001", .double(1e-24)),
        ]
        for (text, expected) in table {
            let value = try read(text)
            #expect(value == expected && value.kind == expected.kind, "\(text)")
        }
    }

    @Test("texts are read with all their escapes and pairs of surrogates")
    func strings() throws {
        #expect(try read(#""a\"\\\/\b\f\n\r\tz""#) == .string("a\"\\/\u{8}\u{C}\n\r\tz"))
        #expect(try read(#""\u00e9\uD83D\uDC31 grüße""#) == .string("é🐱 grüße"))
        #expect(
            try read(#""a long text without any escape at all""#) == .string("a long text without any escape at all"))
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "{", "}", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "-",
            "+1", "1.",
            ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "tru", "truex", "nul", "\"", "\"a", "\"\\\"", "\"\\x41\"",
            "\"\\u12\"",
            "\"\u{1}\"", "\"a\nb\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "1 2", "[1]]", "{\"a\":1}{",
            "// x\n1",
            "\u{FEFF}1", "[,1]", "[1,,2]", "{\"a\":1 \"b\":2}",
        ])
    func invalid(text: String) {
        let bytes = Array(text.utf8)
        #expect(JSON.validate(bytes) != nil)
        #expect(throws: JSONProblem.self) { try Value(json: bytes) }
        #expect(throws: JSONProblem.self) { try JSONObject(Array("{\"x\":".utf8) + bytes + Array("}".utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused, wherever in a string they stand")
    func utf8() {
        for bad: [UInt8] in [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF],
        ] {
            for padding in 0..<10 {
                let bytes = [0x22] + [UInt8](repeating: 0x61, count: padding) + bad + [0x22]
                #expect(JSON.validate(bytes) != nil, "\(bad) after \(padding)")
            }
        }
        #expect(JSON.validate(Array("\"é€🐱 and more text\"".utf8)) == nil)
    }

    @Test("nesting is bounded")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(JSON.validate(nested(128)) == nil)
        #expect(JSON.validate(nested(129))?.message == "nested too deep")
        #expect(JSON.validate(Array(String(repeating: "{\"a\":", count: 1_000_000).utf8))?.message == "nested too deep")
        #expect(throws: JSONProblem.self) { try Value(json: nested(3), maxDepth: 2) }
    }

    @Test("a problem says where")
    func places() {
        #expect(JSON.validate(Array("{\"a\": x}".utf8)) == JSONProblem(message: "expected a value", offset: 6))
        #expect(JSON.validate(Array("[1".utf8))?.description == "unexpected end: expected ',' or ']' (byte 3)")
    }

    @Test("an object is read member by member; of two equal keys the last counts, in both ways of reading")
    func object() throws {
        let text = #" {"a": 1, "b": {"c": [1, {"d": null}]}, "\u0061": 2, "e\n": "x", "": true} "#
        let object = try JSONObject(Array(text.utf8))
        #expect(object.field("a") == .int(2))
        #expect(object.field("e\n") == .string("x"))
        #expect(object.field("") == .bool(true))
        #expect(object.field("c") == nil)
        #expect(object.names == ["a", "b", "e\n", ""])
        #expect(object.value() == (try read(text)))
        let bindings: Bindings = ["data": .object(object)]
        #expect(try evaluate("data.b.c[1].d == null && has(data.b.c) && !has(data.b.x)", bindings) == .bool(true))
        #expect(throws: JSONProblem.self) { try JSONObject(Array("[1]".utf8)) }
    }

    @Test("an object can lie in the middle of other bytes")
    func slice() throws {
        let bytes = Array(#"{"a":1}{"b":2}"#.utf8)
        #expect(try JSONObject(bytes, in: 7..<14).field("b") == .int(2))
        #expect(throws: JSONProblem.self) { try JSONObject(bytes, in: 7..<13) }
        #expect(throws: JSONProblem.self) { try JSONObject(bytes) }
    }

    @Test("values are written compactly, in forms that other languages read")
    func writing() throws {
        let table: KeyValuePairs<String, String> = [
            "{'a': [1, true, null, 'x']}": #"{"a":[1,true,null,"x"]}"#,
            "[1.0, 1.5, -0.0, 1e300, 0.0/0.0, 1.0/0.0]": "[1.0,1.5,-0.0,1e+300,null,null]",
            #"'a"b\\c\n\x01é'"#: #""a\"b\\c\n\u0001é""#, "[b'', b'a', b'ab', b'abc']": #"["","YQ==","YWI=","YWJj"]"#,
            "[timestamp(0), duration('1500ms')]": #"["1970-01-01T00:00:00Z","1.5s"]"#,
            "{1: 1, true: 2, 3u: -9223372036854775808}": #"{"1":1,"true":2,"3":-9223372036854775808}"#,
            "type(1)": #""int""#,
            "18446744073709551615u": "18446744073709551615", "[[], {}]": "[[],{}]",
        ]
        for (text, expected) in table { #expect(try evaluate(text).json == expected, "\(text)") }
    }

    @Test("what was written is read back as the same value")
    func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let value = Value.random(using: &random, depth: 4)
            let text = value.json
            #expect(try read(text) == value, "\(text)")
            #expect(JSON.validate(Array(text.utf8)) == nil)
        }
    }

    @Test("Whatever has to be escaped is found wherever it stands, and nothing else is")
    func escapes() throws {
        for byte in UInt8(0)..<0x80 {
            for place in 0..<17 {
                let text = String(repeating: "é", count: place) + String(UnicodeScalar(byte)) + "end of it"
                var json: [UInt8] = []
                JSON.append(string: text, to: &json)
                #expect(try Value(json: json) == .string(text))
                let isSpecial = byte < 0x20 || byte == 0x22 || byte == 0x5C
                #expect(isSpecial == (json.count > text.utf8.count + 2))
            }
        }
    }
}

extension Value {
    /// Any value that JSON can hold without losing its type.
    fileprivate static func random(using random: inout some RandomNumberGenerator, depth: Int) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2:
            return .int(Int64(truncatingIfNeeded: random.next() as UInt64) >> Int64.random(in: 0..<64, using: &random))
        case 3:
            let number = Double(bitPattern: random.next())
            return .double(number.isFinite ? number : 0.5)
        case 4: return .string(text(using: &random))
        case 5: return .list((0..<3).map { _ in .random(using: &random, depth: depth - 1) })
        default:
            var map = ValueMap()
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                map[text(using: &random)] = .random(using: &random, depth: depth - 1)
            }
            return .map(map)
        }
    }

    private static func text(using random: inout some RandomNumberGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<20, using: &random) {
            let code = UInt32.random(in: 0..<0x11_0000, using: &random) >> UInt32.random(in: 0..<20, using: &random)
            text.unicodeScalars.append(Unicode.Scalar(code) ?? "?")
        }
        return text
    }
}
