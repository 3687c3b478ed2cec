import Testing

@testable import Expressions

@Suite struct LiteralTests {
    @Test("numbers are read in all their forms, up to their limits")
    func numbers() throws {
        let table: [(String, Value)] = [
            ("0", .int(0)), ("42", .int(42)), ("0x1F", .int(31)), ("-0x1f", .int(-31)),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("18446744073709551615u", .uint(.max)), ("0xFFu", .uint(255)), ("7U", .uint(7)),
            ("1.5", .double(1.5)), (".5", .double(0.5)), ("-2.3e+1", .double(-23)), ("1e3", .double(1000)),
        ]
        for (text, expected) in table {
            let value = try evaluate(text)
            #expect(value == expected && value.kind == expected.kind, "\(text)")
        }
    }

    @Test("texts take escapes, raw prefixes and three quotes")
    func strings() throws {
        let table: [(String, String)] = [
            (#"'a\'b'"#, "a'b"), (#""\a\b\f\n\r\t\v\\\?\"\'\`""#, "\u{7}\u{8}\u{C}\n\r\t\u{B}\\?\"'`"),
            (#"'\x41\X42\103'"#, "ABC"), (#"'\u00e9\U0001F431'"#, "é🐱"), (#"'\xff'"#, "ÿ"),
            (#"r'\n'"#, #"\n"#), (#"R"\""#, #"\"#), ("'''it's\n\"two\" lines'''", "it's\n\"two\" lines"),
            ("\"\"\"a\"\"b\"\"\"", "a\"\"b"), ("''", ""), ("r''''''", ""), ("'Straße 🐱'", "Straße 🐱"),
        ]
        for (text, expected) in table { #expect(try evaluate(text) == .string(expected), "\(text)") }
    }

    @Test("bytes are bytes: what is written as a character is its UTF-8, an escape is one byte")
    func bytes() throws {
        let table: [(String, [UInt8])] = [
            ("b'abc'", [97, 98, 99]), (#"b'\xff\377\x00'"#, [255, 255, 0]), ("b'ÿ'", [0xC3, 0xBF]),
            (#"br'\x'"#, [92, 120]), (#"bR"\n""#, [92, 110]), ("b'''a\nb'''", [97, 10, 98]),
        ]
        for (text, expected) in table { #expect(try evaluate(text) == .bytes(expected), "\(text)") }
    }

    @Test("lists and maps nest, take a comma at the end, and keep their order")
    func collections() throws {
        #expect(
            try evaluate("[1, 'a', [true, null],]") == .list([.int(1), .string("a"), .list([.bool(true), .null])]))
        #expect(try evaluate("{'b': 1, 'a': {1: 2u},}").json == #"{"b":1,"a":{"1":2}}"#)
        #expect(try evaluate("[] == [] && {} == {}") == .bool(true))
    }

    @Test("comments and white space go between any two tokens")
    func comments() throws {
        #expect(try evaluate("1 // one\n\t+ // and\r\n2") == .int(3))
    }

    @Test("the names of types are values")
    func types() throws {
        try expectAll([
            "type(1)": "int", "type(1u)": "uint", "type(1.0)": "double", "type('')": "string", "type(b'')": "bytes",
            "type(true)": "bool", "type(null)": "null_type", "type([])": "list", "type({})": "map",
            "type(timestamp(0))": "google.protobuf.Timestamp", "type(duration('1s'))": "google.protobuf.Duration",
            "type(int)": "type", "type(type(1))": "type",
        ])
    }
}
