// The macros that walk collections (language definition, "Macros", and the two-variable comprehensions).

/// `all`, `exists`, `exists_one`, `map`, `filter`, `transformList`, `transformMap`, `transformMapEntry`.
///
/// With one variable it stands for each element of a list, or each key of a map; with two for the index and the element,
/// or the key and its value.
final class MacroNode: Node {
    /// What becomes of the rounds.
    enum Macro: Sendable { case all, exists, existsOne, list, map, mapOfEntries }

    let span: Span
    let macro: Macro
    let range: any Node
    /// Of the first variable; the second one has the next.
    let slot: Int
    let hasTwoVariables: Bool
    /// What must be true of a round; absent where all count.
    let condition: (any Node)?
    /// What a round gives; absent where that is the element itself.
    let transform: (any Node)?
    /// The size of the body: what each round costs, so that the budget bounds the time.
    let weight: Int

    init(
        _ macro: Macro, over range: any Node, slot: Int, hasTwoVariables: Bool, condition: (any Node)?,
        transform: (any Node)?, weight: Int, _ span: Span
    ) {
        self.macro = macro
        self.range = range
        self.slot = slot
        self.hasTwoVariables = hasTwoVariables
        self.condition = condition
        self.transform = transform
        self.weight = weight
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let range = try range.evaluate(&frame)
        if case .object(let source) = range { try frame.spend(source.weight, at: span) }
        let walked = range.read
        switch macro {
        case .all: return try decide(walked, decisive: false, &frame)
        case .exists: return try decide(walked, decisive: true, &frame)
        case .existsOne: return .bool(try list(walked, &frame).count == 1)
        case .list: return .list(try list(walked, &frame))
        case .map, .mapOfEntries: return .map(try map(walked, &frame))
        }
    }

    /// One round after the other with the variables set, until `round` says false. It is told the first variable.
    private func forEach(
        _ range: Value, _ frame: inout Frame, _ round: (_ first: Value, _ frame: inout Frame) throws(Failure) -> Bool
    ) throws(Failure) {
        frame.makeLocals(upTo: hasTwoVariables ? slot + 1 : slot)
        switch range {
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                let first = hasTwoVariables ? .int(Int64(index)) : element
                if hasTwoVariables { frame.locals[slot + 1] = element }
                guard try self.round(first, &frame, round) else { return }
            }
        case .map(let map):
            try frame.spend(map.count, at: span)
            for (key, value) in map {
                if hasTwoVariables { frame.locals[slot + 1] = value }
                guard try self.round(key.value, &frame, round) else { return }
            }
        default: throw Failure(.invalid("only a list or a map can be walked, this is \(range.kind.phrase)"), at: span)
        }
    }

    @inline(__always)
    private func round(
        _ first: Value, _ frame: inout Frame, _ round: (_ first: Value, _ frame: inout Frame) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        try frame.spend(weight, at: span)
        frame.locals[slot] = first
        return try round(first, &frame)
    }

    private func holds(_ frame: inout Frame) throws(Failure) -> Bool {
        guard let condition else { return true }
        return try condition.test(&frame, for: "&&")
    }

    /// Like a chain of `&&` or `||`: what decides wins over an error elsewhere.
    private func decide(_ range: Value, decisive: Bool, _ frame: inout Frame) throws(Failure) -> Value {
        var failure: Failure?
        var isDecided = false
        try forEach(range, &frame) { (_, frame) throws(Failure) in
            do throws(Failure) {
                isDecided = try holds(&frame) == decisive
            } catch {
                if error.isFinal { throw error }
                failure = failure ?? error
            }
            return !isDecided
        }
        if isDecided { return .bool(decisive) }
        if let failure { throw failure }
        return .bool(!decisive)
    }

    private func list(_ range: Value, _ frame: inout Frame) throws(Failure) -> [Value] {
        var result: [Value] = []
        try forEach(range, &frame) { (first, frame) throws(Failure) in
            guard try holds(&frame) else { return true }
            let value = try transform?.evaluate(&frame) ?? first
            if transform != nil { try frame.spend(value.weight, at: span) }
            result.append(value)
            return true
        }
        return result
    }

    private func map(_ range: Value, _ frame: inout Frame) throws(Failure) -> ValueMap {
        var result = ValueMap()
        try forEach(range, &frame) { (first, frame) throws(Failure) in
            guard try holds(&frame) else { return true }
            let value = try transform?.evaluate(&frame) ?? first
            try frame.spend(1 + value.weight, at: span)
            guard macro == .mapOfEntries else {
                try result.insert(value, for: first, at: span)
                return true
            }
            guard case .map(let entries) = value.read else {
                throw Failure(
                    .invalid("expected a map with the entries, such as {v: k}, not \(value.kind.phrase)"), at: span)
            }
            for entry in entries { try result.insert(entry.value, for: entry.key.value, at: span) }
            return true
        }
        return result
    }
}

/// `list.sortBy(x, key)`: stable, by keys that have an order among themselves.
final class SortNode: Node {
    let span: Span
    let range: any Node
    let slot: Int
    let key: any Node
    let weight: Int

    init(_ range: any Node, slot: Int, key: any Node, weight: Int, _ span: Span) {
        self.range = range
        self.slot = slot
        self.key = key
        self.weight = weight
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let range = try range.evaluate(&frame)
        guard case .list(let elements) = range else { throw Failure(.noOverload("sortBy", [range.kind]), at: span) }
        frame.makeLocals(upTo: slot)
        var keys: [Value] = []
        keys.reserveCapacity(elements.count)
        for element in elements {
            try frame.spend(weight, at: span)
            frame.locals[slot] = element
            keys.append(try key.evaluate(&frame))
        }
        return .list(try sorted(elements, by: keys, &frame, at: span))
    }
}

/// `cel.bind(x, value, body)`. The value is computed once, before the body; that it has none is an error of whoever uses
/// it, as in `cel.bind(x, data.absent, has(data.absent) ? x : 0)`.
final class BindNode: Node {
    let span: Span
    let slot: Int
    let value: any Node
    let body: any Node

    init(slot: Int, _ value: any Node, _ body: any Node, _ span: Span) {
        self.slot = slot
        self.value = value
        self.body = body
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        frame.makeLocals(upTo: slot)
        do throws(Failure) {
            let value = try value.evaluate(&frame)
            // The body may mention it often.
            try frame.spend(value.weight, at: span)
            frame.locals[slot] = value
            frame.failures?[slot] = nil
        } catch {
            if error.isFinal { throw error }
            frame.failures = frame.failures ?? [:]
            frame.failures?[slot] = error
        }
        return try body.evaluate(&frame)
    }
}

/// A variable of `cel.bind`.
final class BoundNode: Node {
    let span: Span
    let slot: Int

    init(slot: Int, _ span: Span) {
        self.slot = slot
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        if let failure = frame.failures?[slot] { throw failure }
        return frame.locals[slot]
    }
}
