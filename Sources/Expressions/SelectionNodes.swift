// `a.b`, `a[b]`, their optional forms, and `has(a.b)` (language definition, "Field Selection"; the optional forms are those
// of the optionals extension).

/// `a.b`, and `a.?b`, which is an optional value instead of an error when there is no `b`.
///
/// Of an optional value, both select within what it holds, and give an optional value.
final class SelectNode: Node {
    let span: Span
    let operand: any Node
    let field: String
    let isOptional: Bool
    /// The variable whose field this is, where it is one: it may have the field at hand.
    private let variable: Variable?
    /// What the field is declared as, where its values may come in another form (see `Value.read(as:)`).
    let declared: ValueType?
    /// It is a key of a map, which nobody has promised.
    let isKey: Bool

    init(
        _ operand: any Node, field: String, declared: ValueType?, isKey: Bool = false, isOptional: Bool = false,
        _ span: Span
    ) {
        self.operand = operand
        self.field = field
        self.declared = declared
        self.isKey = isKey
        self.isOptional = isOptional
        self.span = span
        variable = (operand as? VariableNode)?.variable
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        if let variable {
            switch frame.activation.field(field, of: variable) {
            case .value(let value):
                try frame.spend(value.weight, at: span)
                let read = declared.map(value.read) ?? value
                return isOptional ? .optional(read) : read
            case .absent: return try absent()
            case .elsewhere: break
            }
        }
        let container = try operand.evaluate(&frame)
        if case .optional(let inner) = container {
            guard let inner else { return .optional(nil) }
            return .optional(try value(in: inner, &frame))
        }
        let value = try value(in: container, &frame)
        guard let value else { return try absent() }
        return isOptional ? .optional(value) : value
    }

    private func absent() throws(Failure) -> Value {
        if isOptional { return .optional(nil) }
        throw Failure(declared == nil || isKey ? .noKey(.string(field)) : .absentField(field), at: span)
    }

    /// Whether the field is there, where the variable has it at hand.
    fileprivate func isAtHand(_ frame: borrowing Frame) -> Bool? {
        guard let variable else { return nil }
        return switch frame.activation.field(field, of: variable) {
        case .value: true
        case .absent: false
        case .elsewhere: nil
        }
    }

    private func value(in container: Value, _ frame: inout Frame) throws(Failure) -> Value? {
        guard let value = try find(in: container, &frame) else { return nil }
        try frame.spend(value.weight, at: span)
        guard let declared else { return value }
        return value.read(as: declared)
    }

    fileprivate func find(in container: Value, _ frame: inout Frame) throws(Failure) -> Value? {
        switch container {
        case .object(let source):
            // Finding a field is cheaper than reading the object, but grows with it all the same.
            try frame.spend(source.weight >> 3, at: span)
            return source.field(field)
        case .map(let map): return map[field]
        default: throw Failure(.noField(of: container.kind, field), at: span)
        }
    }
}

/// `has(a.b)`: whether the last field is there. Absence on the way to it is an error.
final class PresenceNode: TruthNode {
    let span: Span
    let select: SelectNode

    init(_ select: SelectNode, _ span: Span) {
        self.select = select
        self.span = span
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        if let isThere = select.isAtHand(frame) { return isThere }
        let container = try select.operand.evaluate(&frame)
        if case .optional(let inner) = container {
            guard let inner else { return false }
            return try select.find(in: inner, &frame) != nil
        }
        return try select.find(in: container, &frame) != nil
    }
}

/// `a[b]`, and `a[?b]`, which is an optional value instead of an error when there is no `b`.
final class IndexNode: Node {
    let span: Span
    let operand: any Node
    let index: any Node
    let isOptional: Bool
    /// What the elements are declared as, where their values may come in another form.
    let declared: ValueType?

    init(_ operand: any Node, _ index: any Node, declared: ValueType?, isOptional: Bool, _ span: Span) {
        self.operand = operand
        self.index = index
        self.declared = declared.flatMap { $0.isReadDifferently ? $0 : nil }
        self.isOptional = isOptional
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let container = try operand.evaluate(&frame)
        let index = try index.evaluate(&frame)
        if case .optional(let inner) = container {
            guard let inner else { return .optional(nil) }
            return .optional(try find(index, in: inner, &frame))
        }
        let found = try find(index, in: container, &frame)
        if isOptional { return .optional(found) }
        guard let found else { throw absence(of: index, in: container) }
        return found
    }

    private func find(_ index: Value, in container: Value, _ frame: inout Frame) throws(Failure) -> Value? {
        let found: Value?
        switch container {
        case .list(let elements):
            let position = try position(index)
            guard position >= 0, position < Int64(elements.count) else { return nil }
            return asDeclared(elements[Int(position)])
        case .map(let map): found = MapKey(finding: index).flatMap { map[$0] }
        case .object(let source):
            try frame.spend(source.weight >> 3, at: span)
            if case .string(let name) = index { found = source.field(name) } else { found = nil }
        default: throw Failure(.noOverload("[…]", [container.kind, index.kind]), at: span)
        }
        try frame.spend(found?.weight ?? 0, at: span)
        return found.map(asDeclared)
    }

    private func asDeclared(_ value: Value) -> Value { declared.map { value.read(as: $0) } ?? value }

    /// The whole number that an index of a list has to be.
    private func position(_ index: Value) throws(Failure) -> Int64 {
        switch index {
        case .int(let number): return number
        case .uint(let number): return Int64(clamping: number)
        case .double(let number): if let whole = Int64(exactly: number) { return whole }
        default: break
        }
        throw Failure(.invalid("a list is indexed with whole numbers, not with \(index.quoted)"), at: self.index.span)
    }

    private func absence(of index: Value, in container: Value) -> Failure {
        guard case .list(let elements) = container, let position = try? position(index) else {
            return Failure(.noKey(index), at: self.index.span)
        }
        return Failure(.badIndex(position, count: elements.count), at: self.index.span)
    }
}

extension Value {
    /// The value in the form its declaration promises: JSON has one kind of number, and no timestamps. What does not
    /// fit stays as it is, and is an error of whatever is done with it.
    package func read(as type: ValueType) -> Value {
        switch (type, self) {
        case (.double, .int(let number)): return .double(Double(number))
        case (.double, .uint(let number)): return .double(Double(number))
        case (.timestamp, .string(let text)): return Timestamp(lenient: text).map { .timestamp($0) } ?? self
        case (.duration, .string(let text)): return ValueDuration(text).map { .duration($0) } ?? self
        case (.int, .double(let number)): return Int64(exactly: number).map { .int($0) } ?? self
        case (.bytes, .string(let text)): return Base64.bytes(text.utf8).map { .bytes($0) } ?? self
        case (.list(let element), .list(let elements)) where element.isReadDifferently:
            return .list(elements.map { $0.read(as: element) })
        case (.map(_, let element), .map(let map)) where element.isReadDifferently:
            return .map(map.reduce(into: ValueMap(capacity: map.count)) { $0.set($1.key, $1.value.read(as: element)) })
        case (.map(_, let element), .object(let source)) where element.isReadDifferently:
            return source.value().read(as: type)
        default: return self
        }
    }
}

extension ValueType {
    /// What is in a list or a map; nil: it is neither.
    var contained: ValueType? {
        switch self {
        case .list(let element), .map(_, let element): element
        default: nil
        }
    }

    /// Whether `Value.read(as:)` ever changes anything.
    var isReadDifferently: Bool {
        switch self {
        case .int, .double, .timestamp, .duration, .bytes: true
        case .list(let element), .map(_, let element): element.isReadDifferently
        default: false
        }
    }
}
