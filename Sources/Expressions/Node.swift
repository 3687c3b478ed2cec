/// What an evaluation has at hand: the variables, the macro variables, the budget.
struct Frame {
    let activation: any Activation
    /// The macro variables, by slots that the checker has given out; inner macros have higher ones.
    var locals: [Value]
    /// What may still be spent.
    var budget: Int
    /// Why variables of `cel.bind` have no value, by their slots; nil as long as all have.
    var failures: [Int: Failure]?

    init(activation: any Activation, budget: Int) {
        self.activation = activation
        self.budget = budget
        locals = []
    }

    /// Makes room for the macro variables up to this slot.
    mutating func makeLocals(upTo slot: Int) {
        while locals.count <= slot { locals.append(.null) }
    }

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
