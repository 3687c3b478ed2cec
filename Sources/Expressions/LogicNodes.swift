// `&&`, `||`, `!`, `?:` (language definition, "Logical Operators").

/// A chain of `&&` or `||`. Commutative in its errors: one side that decides wins over an error on the other.
final class LogicalNode: TruthNode {
    let span: Span
    // Most have two parts; those are at hand without a look into an array, and without counting references.
    private let first: any Node
    private let second: any Node
    private let others: [any Node]
    /// The value that decides: true for `||`, false for `&&`.
    let decisive: Bool

    init(_ which: LogicalOperator, _ parts: [any Node], _ span: Span) {
        decisive = which == .or
        // The parser makes chains of two and more; `true && x` is `x`.
        let neutral = ConstantNode(.bool(which == .and), span)
        first = parts.first ?? neutral
        second = parts.dropFirst().first ?? neutral
        others = Array(parts.dropFirst(2))
        self.span = span
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        var failure: Failure?
        if try decides(first, &frame, &failure) { return decisive }
        if try decides(second, &frame, &failure) { return decisive }
        for part in others where try decides(part, &frame, &failure) { return decisive }
        if let failure { throw failure }
        return !decisive
    }

    @inline(__always)
    private func decides(_ part: any Node, _ frame: inout Frame, _ failure: inout Failure?) throws(Failure) -> Bool {
        do throws(Failure) {
            return try part.test(&frame, for: decisive ? "||" : "&&") == decisive
        } catch {
            if error.isFinal { throw error }
            failure = failure ?? error
            return false
        }
    }
}

final class NotNode: TruthNode {
    let span: Span
    let operand: any Node

    init(_ operand: any Node, _ span: Span) {
        self.operand = operand
        self.span = span
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool { !(try operand.test(&frame, for: "!")) }
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
