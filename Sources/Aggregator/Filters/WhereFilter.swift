import Expressions

/// `where: EXPR`
struct WhereFilter: Filter {
    static let name = "where"
    static let summary = "Lets an event pass if an expression is true for it."

    @Option(
        "What must be true of an event. Where it cannot be evaluated, the event is dropped and counted as an error.",
        .whole,
        .example(#"data.level in ["warn", "error"]"#))
    var condition: Condition

    /// What `condition` holds: an option is read under a lock of its own, once is enough.
    private var expression: EventExpression?

    func shape(of input: EventShape) -> EventShape { input }

    mutating func start(_ context: FilterContext) { expression = condition.expression }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        try (expression ?? condition.expression).holds(for: &event) ? .pass : .drop
    }
}
