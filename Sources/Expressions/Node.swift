/// What an evaluation has at hand: the variables, the macro variables, the budget.
struct Frame {
    let activation: any Activation
    /// The macro variables, by slots that the checker has given out; inner macros have higher ones.
    var locals: [Value]
    /// What may still be spent.
    var budget: Int

    /// Takes from the budget. A unit is about one element or 16 bytes looked at.
    @inline(__always)
    mutating func spend(_ units: Int, at span: Span) throws(Failure) {
        budget -= units
        if budget < 0 { throw Failure(.budget, at: span) }
    }
}

/// A part of a compiled expression: a tree of small objects whose names, slots and overloads are resolved already, so
/// that evaluating is one virtual call per part. Immutable, hence usable from any thread.
protocol Node: AnyObject, Sendable {
    var span: Span { get }
    func evaluate(_ frame: inout Frame) throws(Failure) -> Value
    /// The same for a value that has to be true or false, as `name` takes it.
    func test(_ frame: inout Frame, for name: String) throws(Failure) -> Bool
}

/// A part that is always true or false: it has no `Value` to unpack for whoever asks just that.
protocol TruthNode: Node {
    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool
}

extension TruthNode {
    func evaluate(_ frame: inout Frame) throws(Failure) -> Value { .bool(try isTrue(&frame)) }
    func test(_ frame: inout Frame, for name: String) throws(Failure) -> Bool { try isTrue(&frame) }
}

extension Node {
    func test(_ frame: inout Frame, for name: String) throws(Failure) -> Bool {
        let value = try evaluate(&frame)
        guard case .bool(let isTrue) = value else { throw Failure(.noOverload(name, [value.kind]), at: span) }
        return isTrue
    }
}

/// A literal, or what could be computed when the expression was loaded.
final class ConstantNode: Node {
    let span: Span
    let value: Value

    init(_ value: Value, _ span: Span) {
        self.value = value
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value { value }
}

/// A mistake that is told only when it is reached (`ExpressionEnvironment.Checking.deferred`).
final class ProblemNode: Node {
    let span: Span
    let message: String

    init(_ message: String, _ span: Span) {
        self.message = message
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value { throw Failure(.problem(message), at: span) }
}

final class VariableNode: Node {
    let span: Span
    let variable: Variable

    init(_ variable: Variable, _ span: Span) {
        self.variable = variable
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        guard let value = frame.activation.value(of: variable) else {
            throw Failure(.absentVariable(variable.name), at: span)
        }
        return value
    }
}

/// The variable of a macro.
final class LocalNode: Node {
    let span: Span
    let slot: Int

    init(slot: Int, _ span: Span) {
        self.slot = slot
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value { frame.locals[slot] }
}

/// `a.b`
final class SelectNode: Node {
    let span: Span
    let operand: any Node
    let field: String
    /// What the field is declared as, where its values may come in another form (see `Value.read(as:)`).
    let declared: ValueType?

    init(_ operand: any Node, field: String, declared: ValueType?, _ span: Span) {
        self.operand = operand
        self.field = field
        self.declared = declared
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        guard let value = try find(&frame) else {
            throw Failure(declared == nil ? .noKey(.string(field)) : .absentField(field), at: span)
        }
        try frame.spend(value.weight, at: span)
        guard let declared else { return value }
        return value.read(as: declared)
    }

    fileprivate func find(_ frame: inout Frame) throws(Failure) -> Value? {
        switch try operand.evaluate(&frame) {
        case .object(let source):
            // Finding a field is cheaper than reading the object, but grows with it all the same.
            try frame.spend(source.weight >> 3, at: span)
            return source.field(field)
        case .map(let map): return map[field]
        case let other: throw Failure(.noField(of: other.kind, field), at: span)
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

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool { try select.find(&frame) != nil }
}

/// `a[b]`
final class IndexNode: Node {
    let span: Span
    let operand: any Node
    let index: any Node

    init(_ operand: any Node, _ index: any Node, _ span: Span) {
        self.operand = operand
        self.index = index
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let container = try operand.evaluate(&frame)
        let index = try index.evaluate(&frame)
        let found: Value?
        switch container {
        case .list(let elements): return try element(of: elements, at: index)
        case .map(let map): found = MapKey(finding: index).flatMap { map[$0] }
        case .object(let source):
            try frame.spend(source.weight >> 3, at: span)
            if case .string(let name) = index { found = source.field(name) } else { found = nil }
        default: throw Failure(.noOverload("[…]", [container.kind, index.kind]), at: span)
        }
        guard let found else { throw Failure(.noKey(index), at: self.index.span) }
        try frame.spend(found.weight, at: span)
        return found
    }

    private func element(of elements: [Value], at index: Value) throws(Failure) -> Value {
        let position: Int64?
        switch index {
        case .int(let number): position = number
        case .uint(let number): position = Int64(clamping: number)
        case .double(let number): position = Int64(exactly: number)
        default: position = nil
        }
        guard let position else {
            throw Failure(
                .invalid("a list is indexed with whole numbers, not with \(index.quoted)"), at: self.index.span)
        }
        guard position >= 0, position < Int64(elements.count) else {
            throw Failure(.badIndex(position, count: elements.count), at: self.index.span)
        }
        return elements[Int(position)]
    }
}

extension Value {
    /// The value in the form its declaration promises: JSON has one kind of number, and no timestamps. What does not
    /// fit stays as it is, and is an error of whatever is done with it.
    func read(as type: ValueType) -> Value {
        switch (type, self) {
        case (.double, .int(let number)): return .double(Double(number))
        case (.double, .uint(let number)): return .double(Double(number))
        case (.timestamp, .string(let text)): return Timestamp(lenient: text).map { .timestamp($0) } ?? self
        case (.duration, .string(let text)): return ValueDuration(text).map { .duration($0) } ?? self
        case (.list(let element), .list(let elements)) where element.isReadDifferently:
            return .list(elements.map { $0.read(as: element) })
        default: return self
        }
    }
}

extension ValueType {
    /// Whether `Value.read(as:)` ever changes anything.
    var isReadDifferently: Bool {
        switch self {
        case .double, .timestamp, .duration: true
        case .list(let element): element.isReadDifferently
        default: false
        }
    }
}
