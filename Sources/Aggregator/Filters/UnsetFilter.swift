import Expressions

/// `unset: [data.password, subject]`
struct UnsetFilter: Filter {
    static let name = "unset"
    static let summary = "Takes fields away from an event's data, the data, or the subject."

    /// What can be taken away.
    enum Target: OptionValue {
        case field(FieldPath)
        case subject

        static var shape: OptionShape { .string }

        static func decode(_ node: Node, _ problems: inout Problems) -> Target? {
            if node.text == "subject" { return .subject }
            return FieldPath.decode(node, &problems).map(Target.field)
        }

        var optionText: String? {
            switch self {
            case .field(let path): path.optionText
            case .subject: "subject"
            }
        }
    }

    @Option(
        """
        What is taken away: data.FIELD (with * for every element of a list, or member of an object), data, or subject; one or \
        a list. What is not there need not be taken away.
        """, .whole, .example("[data.password, data.users.*.email]"))
    var targets: OneOrMore<Target>

    private var tree: FieldTree<JSONRewriting.Action>?
    private var isSubject = false
    private var isData = false

    private var paths: [FieldPath] {
        targets.values.compactMap { if case .field(let path) = $0 { path } else { nil } }
    }

    func shape(of input: EventShape) -> EventShape {
        input.changing { kind in
            for path in paths {
                kind.data = path.parts.isEmpty ? .dyn : kind.data.removing(path.parts[...])
            }
        }
    }

    mutating func start(_ context: FilterContext) {
        let paths = paths
        isSubject = targets.values.contains { if case .subject = $0 { true } else { false } }
        isData = paths.contains { $0.parts.isEmpty }
        tree = paths.isEmpty || isData ? nil : FieldTree(paths, .remove)
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        if isSubject { event.subject = nil }
        if isData { event.data = .none }
        if let tree, case .json(let bytes) = event.data {
            event.data = .json(try JSONRewriting.apply(tree, to: bytes, others: .kept))
        }
        return .pass
    }
}
