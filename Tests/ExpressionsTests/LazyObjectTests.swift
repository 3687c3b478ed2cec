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
}
