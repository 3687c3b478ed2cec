import Testing

@testable import Expressions

@Suite("Activations") struct ActivationTests {
    /// Has the fields of its first variable at hand, and counts who asks for more.
    private final class AtHand: Activation {
        var objects = 0

        func value(of variable: Variable) -> Value? {
            objects += 1
            return .map(["type": .string("price"), "time": .string("2024-05-01T12:00:00Z")])
        }

        func field(_ name: String, of variable: Variable) -> FieldAtHand {
            guard variable.index == 0 else { return .elsewhere }
            switch name {
            case "type": return .value(.string("price"))
            case "time": return .value(.string("2024-05-01T12:00:00Z"))
            default: return .absent
            }
        }
    }

    @Test(
        "a field that is at hand is taken from there, and the object is never made",
        arguments: [
            ("event.type == 'price'", true), ("'price' != event.type", false), ("event.type in ['a', 'price']", true),
            ("event.type == event.type", true), ("has(event.subject)", false), ("has(event.type)", true),
            ("event.?subject.orValue('x') == 'x'", true), ("event.time.getHours() == 12", true),
            ("event.type.startsWith('p')", true), ("event['type'] == 'price'", true),
        ])
    func fields(text: String, expected: Bool) throws {
        let activation = AtHand()
        let value = try Expression(text, in: .init([("event", .object(.event)), ("data", .dyn)])).evaluate(activation)
        #expect(value == .bool(expected))
        #expect(activation.objects == 0)
    }

    @Test("one that is absent is an error, and what is not at hand is asked for")
    func others() throws {
        let environment = ExpressionEnvironment([("event", .object(.event)), ("data", .dyn)])
        let error = #expect(throws: EvaluationError.self) {
            try Expression("event.subject == 'x'", in: environment).evaluate(AtHand())
        }
        #expect(error?.message == "no such field: 'subject' is absent; has() tells whether it is there")
        let activation = AtHand()
        #expect(try Expression("data.type == 'price'", in: environment).evaluate(activation) == .bool(true))
        #expect(activation.objects > 0)
    }
}
