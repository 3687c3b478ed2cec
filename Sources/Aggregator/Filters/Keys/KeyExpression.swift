import Expressions

/// `per`: what an event's key is.
///
/// A value of any type is a key; what is absent (`per: data.user` where an event has no such field) is one key of its own.
/// An evaluation that fails otherwise is an error of the step.
struct KeyExpression: Sendable {
    private let expression: EventExpression?
    /// Without an expression there is one key.
    private static let only = KeyFingerprint(nil)

    init(_ option: AnyExpression?) { expression = option?.expression }

    var isGiven: Bool { expression != nil }

    func key(of event: inout Event) throws(EvaluationError) -> KeyFingerprint {
        if expression == nil { return Self.only }
        return KeyFingerprint(try value(of: &event))
    }

    /// The key's value; nil where it is absent or there is no expression.
    func value(of event: inout Event) throws(EvaluationError) -> Value? {
        guard let expression else { return nil }
        do {
            return try expression.value(for: &event).present
        } catch  where error.isAbsence {
            return nil
        }
    }
}

extension Value {
    /// The value, or what an optional one holds; nil where that is none.
    var present: Value? {
        guard case .optional(let value) = self else { return self }
        return value?.present
    }
}
