/// The entries of a mapping while it is read: no key twice, and merge keys (`<<`, yaml.org/type/merge.html) resolved.
struct MappingInProgress {
    private var slots: [Slot] = []
    private var places: [String: FilePlace] = [:]
    private var hasMerged = false

    private enum Slot {
        case own(Node.Entry)
        case merged(Node.Entry)
    }

    /// Own keys and merged ones in the order of the file. An own key beats a merged one wherever it stands; among merged
    /// ones the first wins.
    var entries: [Node.Entry] {
        var taken: Set<String> = []
        return slots.compactMap { slot in
            switch slot {
            case .own(let entry): entry
            case .merged(let entry): places[entry.key] == nil && taken.insert(entry.key).inserted ? entry : nil
            }
        }
    }

    mutating func add(_ entry: Node.Entry, _ problems: inout Problems) {
        if let first = places[entry.key] {
            problems.report(
                "the key \(problems.quote(key: entry.key)) stands here twice, first at \(first.line):\(first.column)",
                at: entry)
        } else {
            places[entry.key] = entry.place
            slots.append(.own(entry))
        }
    }

    mutating func merge(_ entry: Node.Entry, _ problems: inout Problems) {
        if hasMerged {
            problems.report("'<<' stands here twice; it takes a list for several: '<<: [*a, *b]'", at: entry)
            return
        }
        hasMerged = true
        let mappings = entry.value.elements ?? [entry.value]
        for mapping in mappings {
            guard let others = mapping.entries else {
                problems.expected("a mapping, or a list of mappings, to merge", at: mapping)
                continue
            }
            slots += others.map(Slot.merged)
        }
    }
}
