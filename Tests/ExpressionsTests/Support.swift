import Testing

@testable import Expressions

/// What an expression gives with these variables, all of unknown type.
func evaluate(
    _ text: String, _ bindings: Bindings = [:], checking: ExpressionEnvironment.Checking = .strict,
    cost: Int = 1_000_000
) throws -> Value {
    let variables = bindings.values.keys.sorted().map { (name: $0, type: ValueType.dyn) }
    let environment = ExpressionEnvironment(variables, checking: checking)
    return try Expression(text, in: environment, limits: .init(cost: cost)).evaluate(bindings)
}

/// The problem of a text, nil when it has none.
func problem(
    _ text: String, in environment: ExpressionEnvironment = .sample, expecting: [ValueType]? = nil
) -> ExpressionProblem? {
    do throws(ExpressionProblem) {
        _ = try Expression(text, in: environment, expecting: expecting)
        return nil
    } catch {
        return error
    }
}

/// The message of an evaluation that has no value, nil when it has one.
func failure(_ text: String, _ bindings: Bindings = [:]) throws -> String? {
    do {
        _ = try evaluate(text, bindings, checking: .deferred)
        return nil
    } catch let error as EvaluationError {
        return error.message
    }
}

/// Expects each left side to be what the right side is: the same type, an equal value.
func expectAll(_ table: KeyValuePairs<String, String>, sourceLocation: SourceLocation = #_sourceLocation) throws {
    for (text, expected) in table {
        let value = try evaluate(text)
        let wanted = try evaluate(expected)
        #expect(value == wanted && value.kind == wanted.kind, "\(text)", sourceLocation: sourceLocation)
    }
}

extension ExpressionEnvironment {
    /// What the problems are tested in: `data` of which nothing is known, and an event.
    static let sample = ExpressionEnvironment([("data", .dyn), ("event", .object(.event))])
}

extension ObjectType {
    static let event = ObjectType(
        name: "event",
        fields: [
            "id": Field(.string), "source": Field(.string), "type": Field(.string), "time": Field(.timestamp),
            "subject": Field(.string, isOptional: true), "datacontenttype": Field(.string),
        ])
}
