import Expressions

/// The types that a file declares, by the events they are for.
struct DeclaredTypes: Sendable {
    private struct Declaration: Sendable {
        /// Nil: its mistakes were reported.
        var type: DataType?
        /// What expressions know of such data.
        var knowledge = ValueType.dyn
        var entry: Node.Entry
    }

    private var declarations: [String: Declaration] = [:]
    /// Of sources, which the file can be wrong about.
    private var emitted: Set<String> = []
    /// Some source may emit events of any type.
    private var isOpen = false

    /// Those that are right: what events are held to.
    var all: [String: DataType] { declarations.compactMapValues(\.type) }

    /// Reads one.
    mutating func declare(_ entry: Node.Entry, _ problems: inout Problems) {
        problems.checkEventType(of: entry)
        let type = TypeNotation.type(entry.value, &problems)
        let knowledge = type?.valueType(named: "data of the type '\(entry.key)'") ?? .dyn
        declarations[entry.key] = Declaration(type: type, knowledge: knowledge, entry: entry)
    }

    /// What is known of a source's events: what is declared of their types, else what the source itself says.
    ///
    /// - Parameters:
    ///   - shape: what the source says.
    ///   - kind: where it stands in the file.
    mutating func complete(_ shape: EventShape, of kind: Node.Entry, _ problems: inout Problems) -> EventShape {
        for type in shape.kinds.map(\.type) {
            guard let type else {
                isOpen = true
                continue
            }
            emitted.insert(type)
            if declarations[type] == nil, let nearest = nearestName(to: type, among: declarations.keys) {
                problems.warn(
                    "no type '\(type)' is declared, so its data is not checked; did you mean '\(nearest)'?",
                    at: kind.place, length: kind.key.unicodeScalars.count)
            }
        }
        return shape.changing { kind in
            if let declared = kind.type.flatMap({ declarations[$0] }) { kind.data = declared.knowledge }
        }
        .allowing(declarations.map { EventShape.Kind(type: $0, data: $1.knowledge) })
    }

    /// Warns of those that no source emits, as far as sources say.
    func warnOfUnused(_ problems: inout Problems) {
        guard !isOpen, problems.isEmpty else { return }
        for (name, declaration) in declarations where !emitted.contains(name) {
            problems.warn(
                "no source says that it emits events of the type '\(name)'", at: declaration.entry.place,
                length: name.unicodeScalars.count)
        }
    }
}

extension Problems {
    /// The key is the type of events.
    fileprivate mutating func checkEventType(of entry: Node.Entry) {
        if let objection = EventRules.objection(toType: entry.key) {
            report("the type of an event \(objection)", at: entry)
        }
    }
}
