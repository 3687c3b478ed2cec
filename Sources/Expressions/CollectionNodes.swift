// List and map literals.

final class ListNode: Node {
    let span: Span
    let elements: [(value: any Node, isOptional: Bool)]

    init(_ elements: [(value: any Node, isOptional: Bool)], _ span: Span) {
        self.elements = elements
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            var value = try element.value.evaluate(&frame)
            if element.isOptional {
                guard let held = try held(value, at: element.value.span) else { continue }
                value = held
            }
            // All of what is in it, for a value that is put into two places shares its memory, but not the time and the
            // bytes of whoever writes it out: [a, a] of [b, b] of … is 2ⁿ elements for n lists.
            try frame.spend(value.weight, at: span)
            values.append(value)
        }
        return .list(values)
    }
}

final class MapNode: Node {
    struct Entry {
        var key: any Node
        var value: any Node
        var isOptional: Bool
    }

    let span: Span
    let entries: [Entry]

    init(_ entries: [Entry], _ span: Span) {
        self.entries = entries
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        var map = ValueMap(capacity: entries.count)
        for entry in entries {
            let key = try entry.key.evaluate(&frame)
            var value = try entry.value.evaluate(&frame)
            if entry.isOptional {
                guard let held = try held(value, at: entry.value.span) else { continue }
                value = held
            }
            try frame.spend(1 + value.weight, at: span)
            try map.insert(value, for: key, at: entry.key.span)
        }
        return .map(map)
    }
}

/// What the value of an element or entry with a '?' holds.
private func held(_ value: Value, at span: Span) throws(Failure) -> Value? {
    guard case .optional(let held) = value else {
        throw Failure(.invalid("'?' takes an optional value, this is \(value.kind.phrase)"), at: span)
    }
    return held
}

extension ValueMap {
    /// Adds an entry; its key must be one, and a new one.
    mutating func insert(_ value: Value, for key: Value, at span: Span) throws(Failure) {
        guard let mapKey = MapKey(key) else { throw Failure(.invalid(unsupportedKeyMessage(key.kind)), at: span) }
        guard set(mapKey, value) else { throw Failure(.invalid("the key \(key.quoted) is there twice"), at: span) }
    }
}

/// The words for a key of a type that cannot be one.
func unsupportedKeyMessage(_ kind: ValueKind) -> String {
    "unsupported key type: a key is a string, an int, a uint or a bool, not \(kind.phrase)"
}
