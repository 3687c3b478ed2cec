import Testing

@testable import Expressions

@Suite("Data types: What conforms")
struct DataTypeTests {
    /// A type, JSON, and where the fault is; nil: none.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let rule: DataRule
        let good: [String]
        /// JSON, the pointer, and a piece of the reason.
        let bad: [(json: String, pointer: String, reason: String)]
        var testDescription: String { name }
    }

    private static let price: DataRule = .object([
        .init("symbol", .string, isRequired: true), .init("price", .double, isRequired: true),
        .init("at", DataRule.timestamp.orNull, isRequired: false),
    ])

    private static let cases: [Case] = [
        Case(name: "any", rule: .any, good: ["null", "1", "{}", "[1, \"a\"]"], bad: [("", "", "not JSON")]),
        Case(
            name: "string", rule: .string, good: [#""""#, #""a\n\u00e9""#],
            bad: [("1", "", "expected a string, not a number"), ("null", "", "not null"), (#""a"#, "", "not JSON")]),
        Case(
            name: "number", rule: .double, good: ["1", "-1.5e3", "12345678901234567890123", "1.7e308", "1e-999"],
            bad: [
                ("1e999", "", "within a double's range"),
                (String(repeating: "9", count: 400), "", "within a double's range"),
                (#""1""#, "", "expected a number, not a string"), ("true", "", "not true or false"),
            ]),
        Case(
            name: "int", rule: .int, good: ["0", "-1", "9223372036854775807", "-9223372036854775808"],
            bad: [
                ("1.0", "", "without fraction"), ("1e3", "", "without fraction"),
                ("9223372036854775808", "", "64 bits"), ("{}", "", "expected an int, not an object"),
            ]),
        Case(name: "bool", rule: .bool, good: ["true", "false"], bad: [("0", "", "expected true or false")]),
        Case(
            name: "timestamp", rule: .timestamp,
            good: [#""2024-05-01T12:00:00Z""#, #""2024-05-01T12:00:00.25+02:00""#, #""2024-05-01T12:00:00""#],
            bad: [(#""yesterday""#, "", "expected a timestamp such as"), ("1714564800", "", "not a number")]),
        Case(
            name: "duration", rule: .duration, good: [#""1h30m""#, #""-1.5s""#],
            bad: [(#""soon""#, "", "expected a duration"), ("5", "", "expected a duration")]),
        Case(
            name: "bytes", rule: .bytes, good: [#""aGVsbG8=""#, #""""#],
            bad: [(#""a!""#, "", "expected bytes as base64")]),
        Case(
            name: "list", rule: .list(of: .int), good: ["[]", "[1, 2]", " [ 1 ] "],
            bad: [("[1, \"a\"]", "/1", "expected an int"), ("1", "", "expected a list")]),
        Case(
            name: "map", rule: .map(to: .double), good: ["{}", #"{"a": 1}"#],
            bad: [(#"{"a": 1, "b/c~d": "x"}"#, "/b~1c~0d", "expected a number")]),
        Case(
            name: "enumeration", rule: .oneOf([.string("debug"), .string("info")]),
            good: [#""debug""#, #""in\u0066o""#],
            bad: [(#""warn""#, "", "expected 'debug' or 'info', not another text"), ("1", "", "not a number")]),
        Case(
            name: "enumeration of numbers", rule: .oneOf([.int(1), .double(2.5)]), good: ["1", "1.0", "2.5"],
            bad: [("2", "", "expected 1 or 2.5")]),
        Case(
            name: "optional enumeration", rule: DataRule.oneOf([.string("a")]).orNull, good: [#""a""#, "null"],
            bad: [(#""b""#, "", "'a' or null")]),
        Case(
            name: "object", rule: price,
            good: [
                #"{"symbol":"A","price":1}"#, #"{"price":1.5,"symbol":"A","at":null,"more":[1,{"x":2}]}"#,
                #"{"s\u0079mbol":"A","price":1}"#,
            ],
            bad: [
                (#"{"symbol":"A"}"#, "/price", "missing; expected a number"),
                (#"{"symbol":"A","price":"1"}"#, "/price", "expected a number, not a string"),
                (#"{"symbol":"A","price":1,"at":"x"}"#, "/at", "expected a timestamp"),
                (#"{"symbol":"A","price":1} x"#, "", "not JSON"), (#"{"symbol":"A","price":01}"#, "", "not JSON"),
            ]),
        Case(
            name: "object within a list", rule: .object([.init("items", .list(of: price), isRequired: true)]),
            good: [#"{"items":[]}"#],
            bad: [
                (
                    #"{"items":[{"symbol":"A","price":1},{"symbol":1,"price":1}]}"#, "/items/1/symbol",
                    "expected a string"
                )
            ]),
        Case(
            name: "closed object", rule: .object([.init("level", .string, isRequired: true)], isClosed: true),
            good: [#"{"level":"x"}"#],
            bad: [(#"{"level":"x","levle":"y"}"#, "/levle", "no such field: the type is closed; did you mean 'level'?")]
        ),
        Case(
            name: "object of a hundred fields",
            rule: .object((0..<100).map { .init("f\($0)", .int, isRequired: $0 % 3 == 0) }),
            good: ["{" + (0..<100).reversed().map { "\"f\($0)\":\($0)" }.joined(separator: ",") + "}"],
            bad: [
                ("{" + (0..<99).map { "\"f\($0)\":\($0)" }.joined(separator: ",") + "}", "/f99", "missing"),
                (#"{"f70":true}"#, "/f70", "expected an int"),
            ]),
    ]

    @Test("Each type takes what it says, and tells the first fault with its place", arguments: cases)
    func conforms(_ example: Case) {
        let type = DataType(example.rule)
        for json in example.good { #expect(throws: Never.self, "\(json)") { try type.check(Array(json.utf8)) } }
        for (json, pointer, reason) in example.bad {
            let fault = #expect(throws: DataFault.self, "\(json)") { try type.check(Array(json.utf8)) }
            #expect(fault?.pointer == pointer, "\(json)")
            #expect(fault?.reason.contains(reason) == true, "\(json): \(fault?.reason ?? "")")
        }
    }

    @Test("Texts and bytes that are no JSON stand for themselves")
    func bareData() throws {
        try DataType(.string).check(text: "hello")
        try DataType(.timestamp).check(text: "2024-05-01T12:00:00Z")
        #expect(throws: DataFault.self) { try DataType(.int).check(text: "5") }
        try DataType(.bytes).check(bytes: [1, 2])
        try DataType(.any).check(bytes: [1, 2])
        #expect(throws: DataFault.self) { try DataType(.string).check(bytes: [1, 2]) }
        try DataType(DataRule.string.orNull).checkAbsence()
        #expect(throws: DataFault.self) { try DataType(.string).checkAbsence() }
    }

    @Test("What the check has learned of an object is what its reader would find")
    func object() throws {
        let json = Array(#" {"symbol":"A","price":1,"more":{"x":[1,2]},"e":"a\n"} "#.utf8)
        let object = try #require(try DataType(Self.price).check(json))
        let read = try JSONObject(json)
        #expect(object.names == read.names)
        #expect(object.range == read.range)
        for name in read.names { #expect(object.field(name)?.json == read.field(name)?.json) }
        let expression = try Expression(
            "data.symbol == 'A' && data.e == 'a\\n' && data.price / 2.0 == 0.5",
            in: ExpressionEnvironment([(name: "data", type: DataType(Self.price).valueType(named: "data").opened("e"))])
        )
        #expect(try expression.evaluate(Bindings(["data": .object(object)])).json == "true")
    }

    @Test("A type that contains itself is checked as deep as data may be, and no deeper")
    func recursion() throws {
        let node = DataRule.object([.init("next", DataRule(more: [.reference(0)]).orNull, isRequired: false)])
        let type = DataType(node, definitions: [node])
        func chain(_ depth: Int) -> [UInt8] {
            Array((String(repeating: #"{"next":"#, count: depth) + "null" + String(repeating: "}", count: depth)).utf8)
        }
        _ = try type.check(chain(100))
        #expect(throws: DataFault.self) { try type.check(chain(129)) }
        guard case .object(let known) = type.valueType(named: "data") else {
            Issue.record("no object")
            return
        }
        #expect(known.fields["next"] != nil)
    }

    @Test("Alternatives within alternatives cost a bounded number of looks")
    func bombs() {
        // Each level is checked twice, so that 60 levels would be 2^60.
        let level = DataRule(more: [
            .anyOf([.list(of: DataRule(more: [.reference(0)])), .list(of: DataRule(more: [.reference(0)]))])
        ])
        let type = DataType(level, definitions: [level])
        let json = String(repeating: "[", count: 60) + "1" + String(repeating: "]", count: 60)
        let fault = #expect(throws: DataFault.self) { try type.check(Array(json.utf8)) }
        #expect(fault?.reason.contains("too deep or too large") == true)
    }
}

extension ValueType {
    /// With one more field of any type.
    fileprivate func opened(_ name: String) -> ValueType {
        guard case .object(var object) = self else { return self }
        object.fields[name] = .init(.dyn)
        return .object(object)
    }
}
