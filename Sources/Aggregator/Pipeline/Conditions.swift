import Expressions

extension EventExpression {
    /// Whether it is true for this event.
    func holds(for event: Event) throws -> Bool { false }
}
