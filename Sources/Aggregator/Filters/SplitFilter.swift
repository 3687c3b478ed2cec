import Expressions

/// `split: data.items`
struct SplitFilter: Filter {
    static let name = "split"
    static let summary = "Makes an event of each element of a list."

    @Option(
        """
        The list, an expression. Its elements become events in their order, each with the type, subject and time of the one \
        that was split, and its id with the element's index behind a slash (`o-17/0`). Of an empty list no event is made; \
        what is no list is an error, and drops the event.
        """, .whole, .example("data.items"))
    var list: ListExpression
    @Option(
        "Where the element goes: data (it takes the place of all data), or data.FIELD (the rest of the data stays).",
        .example("data.item"))
    var into: NewField = NewField(path: [])
    @Option("A field (data.FIELD) that gets the element's index, from 0.", .example("data.index"))
    var index: NewField?
    @Option("The most elements a list may have; of a longer one no event is made, which is an error.", .range(1...1e6))
    var limit = 1000

    /// An expression whose value is a list.
    struct ListExpression: OptionValue {
        let expression: EventExpression

        static var shape: OptionShape { .expression }

        static func decode(_ node: Node, _ problems: inout Problems) -> ListExpression? {
            EventExpression.decode(node, expecting: [.list(.dyn)], &problems).map(ListExpression.init)
        }

        var optionText: String? { expression.text.quotedForYAML }
    }

    private struct Plan {
        var list: EventExpression
        var into: [String]
        var index: [String]?
        var limit: Int
    }

    private var plan: Plan?
    /// Bytes of all events that one may be split into: with the rest of its data in each, a list is multiplied.
    private static let sizeLimit = 64 << 20

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        guard let index else { return }
        if index.path.isEmpty {
            problems.report("the index needs a field of its own, such as data.index", at: options["index"])
        } else if !into.path.isEmpty, index.path.starts(with: into.path) || into.path.starts(with: index.path) {
            problems.report("'into' and 'index' are the same field, or one lies within the other", at: options["index"])
        }
    }

    func shape(of input: EventShape) -> EventShape {
        let type = list.expression.resultType
        let element = if case .list(let element) = type { element } else { ValueType.dyn }
        return input.changing { kind in
            kind.data = into.path.isEmpty ? element.asData : kind.data.setting(into.path, to: element)
            if let index { kind.data = kind.data.setting(index.path, to: .int) }
        }
    }

    mutating func start(_ context: FilterContext) {
        plan = Plan(list: list.expression, into: into.path, index: index?.path, limit: limit)
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard let plan else { return .pass }
        let value = try plan.list.value(for: &event)
        guard case .list(let elements) = value else {
            throw FieldProblem(description: "only a list can be split, this is a value of type \(value.kind.word)")
        }
        guard elements.count <= plan.limit else {
            throw FieldProblem(
                description: "the list has \(elements.count) elements; at most \(plan.limit) are split (limit)")
        }
        var events: [Event] = []
        events.reserveCapacity(elements.count)
        var size = 0
        for (index, element) in elements.enumerated() {
            var part = event
            part.id = .given("\(event.id)/\(index)")
            part.data =
                plan.into.isEmpty ? EventData(element) : try event.data.setting(plan.into, to: element)
            if let path = plan.index { part.data = try part.data.setting(path, to: .int(Int64(index))) }
            size += part.approximateSize
            guard size <= Self.sizeLimit else {
                throw FieldProblem(description: "its parts would have more than 64 MiB together; pick what they need")
            }
            events.append(part)
        }
        return .replace(events)
    }
}

/// A field that a step makes: `data`, or `data.FIELD`.
struct NewField: OptionValue {
    /// Empty for `data` itself.
    let path: [String]

    static var shape: OptionShape { .string }

    static func decode(_ node: Node, _ problems: inout Problems) -> NewField? {
        guard let path = node.text.flatMap({ FieldPath($0) })?.names else {
            problems.expected("data, or a field of it such as data.item", at: node)
            return nil
        }
        return NewField(path: path)
    }

    var optionText: String? { FieldPath(parts: path.map(FieldPath.Part.name)).optionText }
}
