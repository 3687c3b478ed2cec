// The parts of the optionals extension that do not evaluate all of their arguments.

/// `a.or(b)` and `a.orValue(b)`: the second is evaluated only where the first is none.
final class OptionalElseNode: Node {
    let span: Span
    let optional: any Node
    let otherwise: any Node
    /// Whether the result is what the optional value holds, not an optional value again.
    let isUnwrapping: Bool

    init(_ optional: any Node, or otherwise: any Node, isUnwrapping: Bool, _ span: Span) {
        self.optional = optional
        self.otherwise = otherwise
        self.isUnwrapping = isUnwrapping
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let first = try optional.evaluate(&frame)
        guard case .optional(let held) = first else {
            throw Failure(.noOverload(isUnwrapping ? "orValue" : "or", [first.kind]), at: span)
        }
        if let held { return isUnwrapping ? held : first }
        let second = try otherwise.evaluate(&frame)
        if !isUnwrapping, second.kind != .optional {
            throw Failure(.noOverload("or", [first.kind, second.kind]), at: span)
        }
        return second
    }
}

/// `a.optMap(x, …)` and `a.optFlatMap(x, …)`: what becomes of what `a` holds; none of none.
final class OptionalMapNode: Node {
    let span: Span
    let optional: any Node
    let slot: Int
    let body: any Node
    /// Whether the body gives an optional value itself.
    let isFlat: Bool

    init(_ optional: any Node, slot: Int, body: any Node, isFlat: Bool, _ span: Span) {
        self.optional = optional
        self.slot = slot
        self.body = body
        self.isFlat = isFlat
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let value = try optional.evaluate(&frame)
        guard case .optional(let held) = value else {
            throw Failure(.noOverload(isFlat ? "optFlatMap" : "optMap", [value.kind]), at: span)
        }
        guard let held else { return value }
        frame.makeLocals(upTo: slot)
        frame.locals[slot] = held
        let result = try body.evaluate(&frame)
        try frame.spend(result.weight, at: span)
        guard isFlat else { return .optional(result) }
        guard case .optional = result else {
            throw Failure(.invalid("optFlatMap() takes an optional value, this is \(result.kind.phrase)"), at: span)
        }
        return result
    }
}
