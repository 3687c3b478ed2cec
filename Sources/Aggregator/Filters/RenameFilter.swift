import Expressions

/// `rename: {data.old: data.new}`
struct RenameFilter: Filter {
    static let name = "rename"
    static let summary = "Gives fields of an event's data other names, or moves them."

    @Option(
        """
        Fields (data.FIELD), each with its new name (data.FIELD). All are taken from the event as it came, so two can change \
        places. What is not there is not renamed; what has the new name already is replaced.
        """, .whole, .example("{data.msg: data.message, data.user.id: data.user_id}"))
    var fields: Renames

    private var moves: [Renames.Move] = []
    private var sources = FieldTree<JSONRewriting.Action>()

    func shape(of input: EventShape) -> EventShape {
        let moves = fields.moves
        return input.changing { kind in
            let types = moves.map { kind.data.field($0.from) }
            for move in moves { kind.data = kind.data.removing(move.from) }
            for (move, type) in zip(moves, types) {
                if let type { kind.data = kind.data.setting(move.to, to: type) }
            }
        }
    }

    mutating func start(_ context: FilterContext) {
        moves = fields.moves
        sources = FieldTree(moves.map(\.source), .remove)
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard case .json(let bytes) = event.data else { return .pass }
        let found = moves.compactMap { move in Self.value(at: move.from, in: bytes).map { (move.to, $0) } }
        guard !found.isEmpty else { return .pass }
        var result = try JSONRewriting.apply(sources, to: bytes, others: .kept)
        for (path, value) in found { result = try JSONPatch.set(path, to: value, in: result) }
        event.data = .json(result)
        return .pass
    }

    /// The value of a field as it stands there, compact; nil if it is not there.
    private static func value(at path: [String], in bytes: [UInt8]) -> [UInt8]? {
        var range = bytes.indices
        for name in path {
            guard let next = try? JSONObject(bytes, in: range).range(of: name) else { return nil }
            range = next
        }
        var value: [UInt8] = []
        JSONPatch.copy(bytes[range], to: &value)
        return value
    }
}

/// What stands under `rename:`: fields, each with its new name.
struct Renames: OptionValue {
    struct Move: Sendable {
        let source: FieldPath
        let from: [String]
        let to: [String]
    }

    /// At least one; no new name within another.
    let moves: [Move]

    static var shape: OptionShape { .mapping(.string) }

    static func decode(_ node: Node, _ problems: inout Problems) -> Renames? {
        guard let entries = node.entries, !entries.isEmpty else {
            problems.expected("a mapping from fields to their new names, such as data.old: data.new", at: node)
            return nil
        }
        let before = problems.errorCount
        var moves: [Move] = []
        for entry in entries {
            guard let source = FieldPath(entry.key), let from = source.names, !from.isEmpty else {
                problems.report(
                    "\(problems.quote(key: entry.key)) cannot be renamed: expected a field such as data.old", at: entry)
                continue
            }
            if let message = source.objection(to: problems.events.data) { problems.report(message, at: entry) }
            guard let to = entry.value.text.flatMap({ FieldPath($0) })?.names, !to.isEmpty else {
                problems.expected("the new name of the field, such as data.new", at: entry.value)
                continue
            }
            if moves.contains(where: { $0.to.starts(with: to) || to.starts(with: $0.to) }) {
                problems.report("another field gets this name, or one within it", at: entry.value)
            }
            moves.append(Move(source: source, from: from, to: to))
        }
        return problems.errorCount == before ? Renames(moves: moves) : nil
    }
}
