/// A CEL expression, ready to be evaluated again and again: parsed, checked and compiled when it is made.
///
/// Immutable: any number of threads may evaluate it at once. Evaluating blocks nobody, allocates what its result needs, and
/// ends within the budget.
public struct Expression: Sendable {
    /// What one evaluation may cost.
    public struct Limits: Sendable {
        /// The budget, in units: an element looked at, 16 bytes of text, or a part of a macro's body for one element.
        /// A unit is some nanoseconds, so the default million is in the order of ten milliseconds.
        public var cost: Int

        /// A budget of `cost` units.
        public init(cost: Int = 1_000_000) { self.cost = cost }
    }

    /// As it was written.
    public var text: String { program.text }
    /// What is known of its result; `dyn` when that depends on the values.
    public var resultType: ValueType { program.resultType }
    /// The names of the variables it mentions.
    public var variables: Set<String> { program.variables }
    /// What one evaluation may cost.
    public var limits: Limits { program.limits }
    /// What is no mistake but was hardly meant: comparisons that are never true (`ExpressionEnvironment.texts`).
    public var remarks: [ExpressionProblem] { program.remarks }

    private let program: Program

    /// Understands `text`, at most 64 KiB and 200 levels deep. With `expecting`, a result that certainly is of none of these
    /// types is a problem too. Throws the first problem in the text.
    public init(
        _ text: String, in environment: ExpressionEnvironment, expecting: [ValueType]? = nil, limits: Limits = .init()
    ) throws(ExpressionProblem) {
        let source = Source(text)
        let tree = try Parser.parse(source)
        var checker = Checker(source, in: environment)
        let checked = try checker.check(tree)
        if let expecting, !expecting.contains(where: checked.type.canBe) {
            let isCondition = expecting == [.bool]
            let wanted = expecting.map(\.plainPhrase).joined(separator: " or ")
            let start = isCondition ? "a condition must be true or false" : "expected \(wanted) here"
            let isBareText = expecting.contains(.string) && checked.type.isNumber && checked.constant != nil
            let hint = isBareText ? "; an expression that is a text has quotes of its own: \"'\(text)'\"" : ""
            throw source.problem("\(start), this is \(checked.type.plainPhrase)\(hint)", at: tree.span)
        }
        program = Program(
            text: text, source: source, limits: limits, resultType: checked.type, variables: checker.touched,
            remarks: checker.remarks, root: checked.node,
            choice: try Choice(tree, after: checker, parts: checked.weight))
    }

    /// Its value with these variables. Throws when the values do not fit what it does with them, when something absent is
    /// read, or when the budget is used up.
    public func evaluate(_ activation: some Activation) throws(EvaluationError) -> Value {
        let program = program
        var frame = Frame(activation: activation, budget: program.limits.cost)
        do throws(Failure) {
            return try program.root(for: activation).evaluate(&frame)
        } catch {
            throw EvaluationError(place: program.source.place(at: Int(error.offset)), reason: error.reason)
        }
    }

    /// The same, and adds to `spent` what it took of the budget, whether it has a value or not; a little more than all of it
    /// where the last step was dearer than what was left.
    public func evaluate(_ activation: some Activation, spent: inout Int) throws(EvaluationError) -> Value {
        let program = program
        var frame = Frame(activation: activation, budget: program.limits.cost)
        defer { spent += program.limits.cost - frame.budget }
        do throws(Failure) {
            return try program.root(for: activation).evaluate(&frame)
        } catch {
            throw EvaluationError(place: program.source.place(at: Int(error.offset)), reason: error.reason)
        }
    }
}

/// What an expression is made of: one object, so that a copy of the expression is one reference.
private final class Program: Sendable {
    let text: String
    let source: Source
    let limits: Expression.Limits
    let resultType: ValueType
    let variables: Set<String>
    let remarks: [ExpressionProblem]
    private let root: any Node
    private let choice: Choice?

    init(
        text: String, source: Source, limits: Expression.Limits, resultType: ValueType, variables: Set<String>,
        remarks: [ExpressionProblem], root: any Node, choice: Choice?
    ) {
        self.text = text
        self.source = source
        self.limits = limits
        self.resultType = resultType
        self.variables = variables
        self.remarks = remarks
        self.root = root
        self.choice = choice
    }

    func root(for activation: borrowing some Activation) -> any Node { choice?.root(for: activation) ?? root }
}
