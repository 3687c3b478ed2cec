import Expressions

/// `type: trade`, `type: {rename: {old: new}}`, `type: {expression: EXPR}`
struct TypeFilter: Filter {
    static let name = "type"
    static let summary = "Gives events another type."

    @Option("The type that all events get.", .whole, .example("trade"))
    var to: String?
    @Option(
        "Types, each with the one that takes its place. Events of other types pass as they are.",
        .example("{px: price}"))
    var rename: OrderedOptions<String>?
    @Option(
        "The type is this expression's value, which must be a string; an event for which it is none is dropped, as an error.",
        .example(#"'"log." + data.level'"#))
    var expression: TypeExpression?

    /// An expression whose value is a type.
    struct TypeExpression: OptionValue {
        let expression: EventExpression

        static var shape: OptionShape { .expression }

        static func decode(_ node: Node, _ problems: inout Problems) -> TypeExpression? {
            EventExpression.decode(node, expecting: [.string], &problems).map(TypeExpression.init)
        }

        var optionText: String? { expression.text.quotedForYAML }
    }

    private enum Plan {
        case fixed(String)
        case renamed([String: String])
        case computed(EventExpression)
    }

    private var plan = Plan.renamed([:])

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        let given = [to != nil, rename != nil, expression != nil].count { $0 }
        if given != 1 {
            problems.report(
                "expected one of: a type such as trade, {rename: {old: new}}, or {expression: …}", at: options[])
        }
        if let rename, rename.entries.isEmpty {
            problems.report("expected types with their new names, such as {old: new}", at: options["rename"])
        }
        if let to { problems.checkType(to, at: options["to"]) }
        for entry in options["rename"].entries ?? [] where rename != nil {
            problems.checkType(entry.value.text ?? "", at: entry.value)
        }
    }

    func shape(of input: EventShape) -> EventShape {
        input.changing { kind in
            if let to {
                kind.type = to
            } else if let rename {
                let names = rename.entries
                kind.type = kind.type.map { type in names.first { $0.name == type }?.value ?? type }
            } else {
                kind.type = nil
            }
        }
    }

    mutating func start(_ context: FilterContext) {
        if let to {
            plan = .fixed(to)
        } else if let expression {
            plan = .computed(expression.expression)
        } else {
            plan = .renamed(Dictionary((rename?.entries ?? []).map { ($0.name, $0.value) }) { first, _ in first })
        }
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        switch plan {
        case .fixed(let type): event.type = type
        case .renamed(let types): event.type = types[event.type] ?? event.type
        case .computed(let expression):
            let value = try expression.value(for: &event)
            guard case .string(let type) = value else {
                throw FieldProblem(description: "a type must be a string, this is a value of type \(value.kind.word)")
            }
            if let objection = EventRules.objection(toType: type) {
                throw FieldProblem(description: "the type \(objection)")
            }
            event.type = type
        }
        return .pass
    }
}
