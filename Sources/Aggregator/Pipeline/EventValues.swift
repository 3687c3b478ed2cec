public import Expressions

// How expressions see an event (`EventEnvironment.standard`).

extension EventExpression {
    /// Its value for an event. What is learned about the event's data stays with it, for the next step.
    func value(for event: inout Event) throws(EvaluationError) -> Value {
        try withUnsafeMutablePointer(to: &event) { event throws(EvaluationError) in
            try evaluate(EventActivation(event: event))
        }
    }

    /// Whether it is true for an event.
    ///
    /// - Throws: `EvaluationError`, or `ConditionProblem` when the value is neither true nor false.
    func holds(for event: inout Event) throws -> Bool {
        let value = try value(for: &event)
        guard case .bool(let isTrue) = value else { throw ConditionProblem(kind: value.kind) }
        return isTrue
    }

    /// The same, and adds to `spent` what it took of the expression's budget.
    func holds(for event: inout Event, spent: inout Int) throws -> Bool {
        let value = try withUnsafeMutablePointer(to: &event) { event throws(EvaluationError) in
            try evaluate(EventActivation(event: event), spent: &spent)
        }
        guard case .bool(let isTrue) = value else { throw ConditionProblem(kind: value.kind) }
        return isTrue
    }
}

extension AnyExpression {
    /// Its value for an event, for steps of your own. What is learned about the event's data stays with it, for the next.
    public func value(for event: inout Event) throws(EvaluationError) -> Value { try expression.value(for: &event) }
}

extension Condition {
    /// Whether it is true for an event, for steps of your own.
    ///
    /// - Throws: `EvaluationError`, or what says that the value is neither true nor false.
    public func holds(for event: inout Event) throws -> Bool { try expression.holds(for: &event) }
}

/// A condition whose value is no truth value.
struct ConditionProblem: Error, CustomStringConvertible {
    let kind: ValueKind

    var description: String { "a condition must be true or false, this is a value of type \(kind.word)" }
}

/// An event's variables, by their index in `EventEnvironment.standard`. One word, so that evaluating allocates nothing for
/// it; the pointer is good for the time of one evaluation, and activations do not outlive that.
private struct EventActivation: Activation {
    let event: UnsafeMutablePointer<Event>

    func value(of variable: Variable) -> Value? {
        switch variable.index {
        case 0: event.pointee.dataValue
        case 1: .object(EventAttributes(event.pointee))
        default: nil
        }
    }

    /// An attribute, without an object that holds a copy of the event.
    func field(_ name: String, of variable: Variable) -> FieldAtHand {
        guard variable.index == 1 else { return .elsewhere }
        return event.pointee.attribute(name).map { .value($0) } ?? .absent
    }

    /// The event keeps what it has learned of its data.
    func object(of variable: Variable) -> Unmanaged<JSONObject>? {
        guard variable.index == 0 else { return nil }
        if event.pointee.object == nil { event.pointee.readObject() }
        return event.pointee.object.map(Unmanaged.passUnretained)
    }
}

extension Event {
    /// Looks through the data, if it is a JSON object.
    fileprivate mutating func readObject() {
        if case .json(let bytes) = data { object = try? JSONObject(bytes) }
    }

    /// `data` in an expression: a JSON object is looked through once and then read as it is touched. Nil (absent): there is
    /// no data, or it is no JSON although it says so.
    fileprivate var dataValue: Value? {
        mutating get {
            if object == nil { readObject() }
            if let object { return .object(object) }
            switch data {
            case .none: return nil
            case .text(let text): return .string(text)
            case .bytes(let bytes): return .bytes(bytes)
            case .json(let bytes): return try? Value(json: bytes)
            }
        }
    }
}

extension Event {
    /// An attribute as expressions see it; nil where it is absent, or none.
    fileprivate func attribute(_ name: String) -> Value? {
        switch name {
        case "type": .string(type)
        case "subject": subject.map { .string($0) }
        case "source": .string(source)
        case "id": .string(id.description)
        case "time": .timestamp(time)
        case "datacontenttype": dataContentType.map { .string($0) }
        default: nil
        }
    }
}

/// `event` in an expression, where the whole of it is asked for.
private final class EventAttributes: FieldSource {
    private let event: Event

    init(_ event: Event) { self.event = event }

    func field(_ name: String) -> Value? { event.attribute(name) }

    func value() -> Value {
        var map = ValueMap()
        for name in ["id", "source", "type", "subject", "time", "datacontenttype"] {
            if let value = field(name) { map[.string(name)] = value }
        }
        return .map(map)
    }
}
