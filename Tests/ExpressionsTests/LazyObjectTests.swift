import Synchronization
import Testing

@testable import Expressions

/// A source that counts what is asked of it.
private final class Spy: FieldSource {
    let reads = Mutex<[String]>([])
    func field(_ name: String) -> Value? {
        reads.withLock { $0.append(name) }
        return name == "n" ? .int(1) : nil
    }
    func value() -> Value {
        reads.withLock { $0.append("*") }
        return .map(["n": .int(1)])
    }
}

@Suite struct LazyObjectTests {
    @Test("only the fields that an evaluation touches are read, each when it is touched")
    func touched() throws {
        let spy = Spy()
        let bindings: Bindings = ["data": .object(spy)]
        #expect(try evaluate("data.n == 1 || data.m == 2", bindings) == .bool(true))
        #expect(try evaluate("has(data.m) || 'n' in data", bindings) == .bool(true))
        #expect(try evaluate("data['n']", bindings) == .int(1))
        #expect(spy.reads.withLock { $0 } == ["n", "m", "n", "n"])
        #expect(
            try evaluate("size(data) == 1 && data == {'n': 1} && data.exists(k, k == 'n')", bindings) == .bool(true))
        #expect(spy.reads.withLock { $0.suffix(3) } == ["*", "*", "*"])
        #expect(try evaluate("type(data) == map", bindings) == .bool(true))
    }

    @Test("an expression knows the variables it touches, and no others")
    func variables() throws {
        let environment = ExpressionEnvironment([("data", .dyn), ("event", .dyn), ("a.b", .int)], container: "")
        #expect(try Expression("[1].exists(event, event == data.x)", in: environment).variables == ["data"])
        #expect(try Expression("a.b + 1", in: environment).variables == ["a.b"])
        #expect(try Expression("1 + 1", in: environment).variables.isEmpty)
    }

    @Test("what is absent is absent: has() says so, reading it is an error")
    func absent() throws {
        let expression = try Expression("has(event.subject) && event.subject == 'x'", in: .sample)
        let event = Value.map(["type": .string("t")])
        #expect(try expression.evaluate(["event": event] as Bindings) == .bool(false))
        let reading = try Expression("event.subject == 'x'", in: .sample)
        let error = #expect(throws: EvaluationError.self) { try reading.evaluate(["event": event] as Bindings) }
        #expect(error?.message == "no such field: 'subject' is absent; has() tells whether it is there")
    }

    @Test("declared fields are read as what they are declared: numbers as doubles, texts as timestamps")
    func declared() throws {
        let type = ObjectType(
            name: "data of the type 'price'",
            fields: [
                "price": .init(.double), "at": .init(.timestamp), "many": .init(.list(.double)),
                "symbol": .init(.string),
            ])
        let environment = ExpressionEnvironment([("data", .object(type))])
        let json = #"{"price": 190, "at": "2024-05-01T12:00:00", "many": [1, 2], "symbol": "AAPL"}"#
        let bindings: Bindings = ["data": .object(try JSONObject(Array(json.utf8)))]
        for text in [
            "data.price * 1.5 == 285.0", "data.at < timestamp('2024-05-01T12:00:01Z')", "data.many.all(x, x < 2.5)",
            "data.many[0] + 0.5 == 1.5", "data['price'] + 0.5 > 190.0", "data.at.getHours() == 12",
        ] {
            #expect(try Expression(text, in: environment).evaluate(bindings) == .bool(true), "\(text)")
        }
        #expect(try Expression("data.price", in: environment).resultType == .double)
        #expect(problem("data.price + 1", in: environment)?.message.contains("double(…)") == true)
        #expect(problem("data.prise", in: environment)?.message.contains("did you mean 'price'?") == true)
    }

    @Test("Members can go out byte for byte, also those of one name, and the last one's value is found")
    func parts() throws {
        let text = Array(#" {"a" : [1, 2] ,"\u0062":"x\\","a":{"c":1.0e2} } "#.utf8)
        let object = try JSONObject(text)
        let parts = object.parts.map { part in
            [
                part.name, String(decoding: text[part.key], as: UTF8.self),
                String(decoding: text[part.value], as: UTF8.self),
            ]
        }
        #expect(
            parts == [["a", #""a""#, "[1, 2]"], ["b", #""\u0062""#, #""x\\""#], ["a", #""a""#, #"{"c":1.0e2}"#]])
        #expect(object.range(of: "a").map { String(decoding: text[$0], as: UTF8.self) } == #"{"c":1.0e2}"#)
        #expect(object.range(of: "c") == nil)
        #expect(try JSONObject(Array("{ }".utf8)).isEmpty)
    }

    @Test("An array's elements can go out byte for byte; another value has none, and what is no JSON is told")
    func elements() throws {
        func elements(_ text: String) throws -> [String]? {
            let bytes = Array(text.utf8)
            return try JSON.elements(of: bytes)?.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(try elements(" [ 1 , \"],[\" ,[2, 3],{\"a\": []}\n] ") == ["1", "\"],[\"", "[2, 3]", "{\"a\": []}"])
        #expect(try elements("[ ]") == [])
        #expect(try elements(" {\"a\": [1]}") == nil)
        for wrong in ["[1,]", "[1] 2", "[", "", "{]"] {
            #expect(throws: JSONProblem.self) { try elements(wrong) }
        }
        #expect(JSON.trimmed(Array("\t [1] \r\n".utf8)) == Array("[1]".utf8)[...])
        #expect(JSON.trimmed(Array(" \n".utf8)).isEmpty)
    }
}
