import Testing

@testable import Expressions

/// Comparisons of a field with a constant are done on the text of a JSON object. Whatever they say must be what the same
/// expression says of the same object when it has been read.
@Suite struct FieldComparisonTests {
    private static let values = [
        "null", "true", "false", "0", "-0", "1", "-1", "2", "10", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "18446744073709551615", "1.0", "1.5", "-1.5", "1e0", "1E2", "10.0", "0.1", "1e-7",
        "1e400",
        "123456789012345678901234567890", #""""#, #""a""#, #""b""#, #""aa""#, #""error""#, #""abcdefgh""#,
        #""abcdefghi""#, #""abcdefghj""#, #""é""#, #""\u0061""#, #""\u00e9""#, #""a\nb""#, #""1""#, "[]", "[1]", "{}",
        #"{"x": 1}"#,
    ]
    private static let constants = [
        "null", "true", "false", "0", "1", "-1", "2", "10", "9223372036854775807", "1u", "10u", "18446744073709551615u",
        "1.0", "1.5", "-1.5", "0.1", "100.0", "1e-7", "''", "'a'", "'b'", "'error'", "'abcdefgh'", "'abcdefghi'", "'é'",
        "'1'", "'a\\nb'", "b'a'", "[1]", "timestamp('2024-01-01T00:00:00Z')",
    ]
    private static let operators = ["==", "!=", "<", "<=", ">", ">="]

    /// What an evaluation says, error and all.
    private func outcome(_ expression: Expression, _ data: Value) -> String {
        do {
            return try expression.evaluate(["data": data] as Bindings).json
        } catch {
            return "\(error)"
        }
    }

    private func expectSame(_ texts: [String], in environment: ExpressionEnvironment) throws {
        let expressions = try texts.map { try Expression($0, in: environment) }
        // In front, in the middle and at the end of the text, where there are not eight more bytes to look at.
        let objects = Self.values.flatMap { value in
            [#"{"f":\#(value)}"#, #"{"f": "x", "long name": [1, {"f": 2}], "f" : \#(value) , "g": "error"}"#]
        }
        for json in objects + ["{}", #"{"g": 1}"#, #"{"\u0066": "a"}"#, #"{"F":1,"ff":1}"#] {
            let bytes = Array(json.utf8)
            let lazy = Value.object(try JSONObject(bytes))
            let read = try Value(json: bytes)
            for expression in expressions {
                #expect(
                    outcome(expression, lazy) == outcome(expression, read), "\(expression.text) of \(json)")
            }
        }
    }

    @Test("a comparison of a field with a constant says of the text what it says of the value, errors included")
    func comparisons() throws {
        let environment = ExpressionEnvironment([("data", .dyn)], checking: .deferred)
        try expectSame(
            Self.operators.flatMap { operation in
                Self.constants.flatMap { ["data.f \(operation) \($0)", "\($0) \(operation) data.f"] }
            }, in: environment)
    }

    @Test("a comparison of two fields does too")
    func pairs() throws {
        let environment = ExpressionEnvironment([("data", .dyn)], checking: .deferred)
        let expressions = try Self.operators.flatMap { ["data.f \($0) data.g", "data.g \($0) data.f"] }
            .map { try Expression($0, in: environment) }
        for first in Self.values {
            for second in Self.values {
                let bytes = Array(#"{"f": \#(first), "h": [{"g": 2}], "g":\#(second)}"#.utf8)
                let lazy = Value.object(try JSONObject(bytes))
                let read = try Value(json: bytes)
                for expression in expressions {
                    let same = outcome(expression, lazy) == outcome(expression, read)
                    #expect(same, "\(expression.text) of \(first) and \(second)")
                }
            }
        }
    }

    @Test("so does a field in a list of constants, and what is made of several comparisons")
    func combinations() throws {
        try expectSame(
            [
                "data.f in ['a', 'error']", "data.f in [1, 2.5, 'abcdefghi', null]", "data.f in []",
                "data.f in [[1], 1]",
                "data.f in ['a', 'b'] || data.g == 'error'", "data.g == 'error' && data.f > 1", "!(data.f < 10)",
                "data.f > 1 || data.f > 'a' || data.f > true", "data.f == 1 && data.f == 1.0 && data.f != 2u",
                "data.f == 'a' ? data.f < 'b' : data.f != 1", "has(data.f) && data.f >= 1.5",
                "'f' in data && data.f == 1",
            ], in: ExpressionEnvironment([("data", .dyn)], checking: .deferred))
    }

    @Test("and of fields that are declared: a number is a double, a text that is a timestamp is one")
    func declared() throws {
        let types: [ValueType] = [.double, .int, .string, .bool, .timestamp, .duration]
        for type in types {
            let object = ObjectType(name: "data", fields: ["f": .init(type, isOptional: true), "g": .init(.dyn)])
            try expectSame(
                Self.operators.flatMap { operation in
                    ["1", "1.0", "10.0", "'a'", "true"].map { "data.f \(operation) \($0)" }
                } + ["data.f in [1.0, 2.0]", "data.f in ['a']"],
                in: ExpressionEnvironment([("data", .object(object))], checking: .deferred))
        }
    }

    @Test("objects with many members, and keys of any length, are found alike")
    func manyMembers() throws {
        for count in [1, 11, 12, 13, 40] {
            let names = (0..<count).map { "k" + String(repeating: "x", count: $0 % 20) + "\($0)" }
            let json = "{" + names.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",") + "}"
            let object = try JSONObject(Array(json.utf8))
            for (index, name) in names.enumerated() {
                let expression = try Expression(
                    "data.\(name) == \(index) && data.\(name) < \(index + 1)",
                    in: ExpressionEnvironment([("data", .dyn)]))
                #expect(try expression.evaluate(["data": .object(object)] as Bindings) == .bool(true))
                #expect(object.field(name) == .int(Int64(index)))
            }
            #expect(object.field("k") == nil)
            #expect(object.names == names)
        }
    }

    /// A text with up to 30 members, of few names so that many are there twice, and of values that often are alike.
    private func randomObject(_ random: inout SystemRandomNumberGenerator) -> String {
        let members = (0..<Int.random(in: 0...30, using: &random)).map { number in
            let name =
                Bool.random(using: &random) ? ["f", "g", #"\u0066"#].randomElement(using: &random) : "k\(number)"
            let value = Self.values.randomElement(using: &random)
            return #""\#(name ?? "f")": \#(value ?? "1")"#
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    @Test("whatever the event, and however often it names a field, text and value say the same")
    func anyEvent() throws {
        let environment = ExpressionEnvironment([("data", .dyn)], checking: .deferred)
        let expressions = try Self.operators.flatMap { operation in
            ["data.f \(operation) data.g", "data.f \(operation) 1.5", "'b' \(operation) data.g"]
        }.map { try Expression($0, in: environment) }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let json = randomObject(&random)
            let bytes = Array(json.utf8)
            let lazy = Value.object(try JSONObject(bytes))
            let read = try Value(json: bytes)
            for expression in expressions {
                let same = outcome(expression, lazy) == outcome(expression, read)
                #expect(same, "\(expression.text) of \(json)")
            }
        }
    }

    @Test("what it costs counts: a long text is not compared for nothing")
    func cost() throws {
        let json = #"{"f": "\#(String(repeating: "a", count: 16_000))"}"#
        let data = Value.object(try JSONObject(Array(json.utf8)))
        let environment = ExpressionEnvironment([("data", .dyn)])
        let text = Array(repeating: "data.f == 'a'", count: 20).joined(separator: " || ")
        let rich = try Expression(text, in: environment, limits: .init(cost: 1_000_000))
        #expect(try rich.evaluate(["data": data] as Bindings) == .bool(false))
        let poor = try Expression(text, in: environment, limits: .init(cost: 5000))
        let error = #expect(throws: EvaluationError.self) { try poor.evaluate(["data": data] as Bindings) }
        #expect(error?.isBudget == true)
    }
}
