// `&&`, `||`, `!`, `?:` (language definition, "Logical Operators").

/// A chain of `&&` or `||`. Commutative in its errors: one side that decides wins over an error on the other.
final class LogicalNode: Node {
    let span: Span
    let parts: [any Node]
    /// The value that decides: true for `||`, false for `&&`.
    let decisive: Bool

    init(_ which: LogicalOperator, _ parts: [any Node], _ span: Span) {
        decisive = which == .or
        self.parts = parts
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        var failure: Failure?
        for part in parts {
            do throws(Failure) {
                if try part.test(&frame, for: decisive ? "||" : "&&") == decisive { return .bool(decisive) }
            } catch {
                if error.isFinal { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }
}

final class NotNode: Node {
    let span: Span
    let operand: any Node

    init(_ operand: any Node, _ span: Span) {
        self.operand = operand
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value { .bool(!(try operand.test(&frame, for: "!"))) }
}

final class ConditionalNode: Node {
    let span: Span
    let condition: any Node
    let yes: any Node
    let no: any Node

    init(_ condition: any Node, _ yes: any Node, _ no: any Node, _ span: Span) {
        self.condition = condition
        self.yes = yes
        self.no = no
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        try condition.test(&frame, for: "?:") ? yes.evaluate(&frame) : no.evaluate(&frame)
    }
}
