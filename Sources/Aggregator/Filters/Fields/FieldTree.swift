/// Fields, as the tree of the ways to them, and what is to be done with each; so that one walk over a JSON text does it all.
struct FieldTree<Action: Sendable>: Sendable {
    /// For the value at this place itself. What lies deeper is then of no interest.
    private(set) var action: Action?
    private var names: [String: FieldTree] = [:]
    /// For every element or member that has no name of its own here.
    private var each: [FieldTree] = []

    init() {}

    /// One action for several fields.
    init(_ paths: some Sequence<FieldPath>, _ action: Action) {
        for path in paths { insert(path.parts[...], action) }
        settle()
    }

    /// The tree for a member of that name.
    func member(_ name: String) -> FieldTree? { names[name] ?? each.first }

    /// The tree for an element of a list.
    var element: FieldTree? { each.first }

    private mutating func insert(_ parts: ArraySlice<FieldPath.Part>, _ action: Action) {
        guard let part = parts.first else {
            self.action = action
            return
        }
        let rest = parts.dropFirst()
        switch part {
        case .name(let name): names[name, default: FieldTree()].insert(rest, action)
        case .each:
            if each.isEmpty { each.append(FieldTree()) }
            each[0].insert(rest, action)
        }
    }

    /// What holds for every member also holds for those that are named.
    private mutating func settle() {
        if !each.isEmpty {
            for name in names.keys { names[name]?.merge(each[0]) }
            each[0].settle()
        }
        for name in names.keys { names[name]?.settle() }
    }

    private mutating func merge(_ other: FieldTree) {
        action = action ?? other.action
        for (name, tree) in other.names { names[name, default: FieldTree()].merge(tree) }
        if let tree = other.each.first {
            if each.isEmpty { each.append(tree) } else { each[0].merge(tree) }
        }
    }
}
