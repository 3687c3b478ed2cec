import Expressions

/// `pick: [data.symbol, data.price]`
struct PickFilter: Filter {
    static let name = "pick"
    static let summary = "Keeps only some fields of an event's data."

    @Option(
        """
        The fields that stay: data.FIELD (with * for every element of a list, or member of an object), one or a list. What is \
        not there is left out. Data that is no JSON object or list is an error, and drops the event.
        """, .whole, .example("[data.symbol, data.price]"))
    var fields: OneOrMore<FieldPath>

    private var tree = FieldTree<JSONRewriting.Action>()

    func shape(of input: EventShape) -> EventShape {
        let paths = fields.values
        guard let names = paths.map(\.names) as? [[String]] else { return input.changing { $0.data = .dyn } }
        return input.changing { kind in
            guard case .object(let object) = kind.data else { return kind.data = .dyn }
            var picked = ValueType.object(ObjectType(name: object.name, fields: [:]))
            for path in names {
                if path.isEmpty { return }
                guard let field = kind.data.field(path) else { continue }
                picked = picked.setting(path, to: field)
            }
            kind.data = picked
        }
    }

    mutating func start(_ context: FilterContext) { tree = FieldTree(fields.values, .keep) }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard case .json(let bytes) = event.data, let first = bytes.first(where: { !JSON.isBlank($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { throw FieldProblem(description: "fields cannot be picked: the data is no JSON object or list") }
        event.data = .json(try JSONRewriting.apply(tree, to: bytes, others: .removed))
        return .pass
    }
}

/// Why the fields of an event could not be changed.
struct FieldProblem: Error, CustomStringConvertible {
    let description: String
}
