// List and map literals, and the macros that walk collections.

final class ListNode: Node {
    let span: Span
    let elements: [any Node]

    init(_ elements: [any Node], _ span: Span) {
        self.elements = elements
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            let value = try element.evaluate(&frame)
            // All of what is in it, for a value that is put into two places shares its memory, but not the time and the
            // bytes of whoever writes it out: [a, a] of [b, b] of … is 2ⁿ elements for n lists.
            try frame.spend(value.weight, at: span)
            values.append(value)
        }
        return .list(values)
    }
}

final class MapNode: Node {
    let span: Span
    let entries: [(key: any Node, value: any Node)]

    init(_ entries: [(key: any Node, value: any Node)], _ span: Span) {
        self.entries = entries
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        var map = ValueMap(capacity: entries.count)
        for entry in entries {
            let key = try entry.key.evaluate(&frame)
            let value = try entry.value.evaluate(&frame)
            try frame.spend(1 + value.weight, at: span)
            guard let mapKey = MapKey(key) else {
                throw Failure(.invalid(unsupportedKeyMessage(key.kind)), at: entry.key.span)
            }
            guard map.set(mapKey, value) else {
                throw Failure(.invalid("the key \(key.quoted) is there twice"), at: entry.key.span)
            }
        }
        return .map(map)
    }
}

/// The words for a key of a type that cannot be one.
func unsupportedKeyMessage(_ kind: ValueKind) -> String {
    "unsupported key type: a key is a string, an int, a uint or a bool, not \(kind.phrase)"
}

/// `all`, `exists`, `exists_one`, `map`, `filter` (language definition, "Macros"). Of a map they walk the keys.
final class MacroNode: Node {
    enum Macro: Sendable { case all, exists, existsOne, map, filter }

    let span: Span
    let macro: Macro
    let range: any Node
    let slot: Int
    /// The condition of each element; absent for `map` with two arguments.
    let condition: (any Node)?
    /// What `map` makes of an element.
    let transform: (any Node)?
    /// The size of the body: what each round costs, so that the budget bounds the time.
    let weight: Int

    init(
        _ macro: Macro, over range: any Node, slot: Int, condition: (any Node)?, transform: (any Node)?, weight: Int,
        _ span: Span
    ) {
        self.macro = macro
        self.range = range
        self.slot = slot
        self.condition = condition
        self.transform = transform
        self.weight = weight
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let range = try range.evaluate(&frame)
        if case .object(let source) = range { try frame.spend(source.weight, at: span) }
        switch range.read {
        case .list(let elements): return try walk(elements, &frame)
        case .map(let map):
            try frame.spend(map.count, at: span)
            return try walk(map.map(\.key.value), &frame)
        default: throw Failure(.invalid("only a list or a map can be walked, this is \(range.kind.phrase)"), at: span)
        }
    }

    private func walk(_ elements: [Value], _ frame: inout Frame) throws(Failure) -> Value {
        while frame.locals.count <= slot { frame.locals.append(.null) }
        switch macro {
        case .all: return try decide(elements, decisive: false, &frame)
        case .exists: return try decide(elements, decisive: true, &frame)
        case .existsOne: return .bool(try selected(elements, &frame).count == 1)
        case .filter, .map: return .list(try selected(elements, &frame))
        }
    }

    /// Like a chain of `&&` or `||`: what decides wins over an error elsewhere.
    private func decide(_ elements: [Value], decisive: Bool, _ frame: inout Frame) throws(Failure) -> Value {
        var failure: Failure?
        for element in elements {
            do throws(Failure) {
                if try holds(element, &frame) == decisive { return .bool(decisive) }
            } catch {
                if error.isFinal { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!decisive)
    }

    private func holds(_ element: Value, _ frame: inout Frame) throws(Failure) -> Bool {
        try frame.spend(weight, at: span)
        frame.locals[slot] = element
        guard let condition else { return true }
        return try condition.test(&frame, for: "&&")
    }

    private func selected(_ elements: [Value], _ frame: inout Frame) throws(Failure) -> [Value] {
        var result: [Value] = []
        for element in elements where try holds(element, &frame) {
            let value = try transform?.evaluate(&frame) ?? element
            if transform != nil { try frame.spend(value.weight, at: span) }
            result.append(value)
        }
        return result
    }
}
