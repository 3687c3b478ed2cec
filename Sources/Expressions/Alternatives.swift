/// What a variable is, told by a text that another one has: `data` by `event.type`.
///
/// Where several alternatives come to one place, a field is known only as far as they agree. An expression is still to read it
/// as the alternative at hand declares it; so it is compiled once more for each, and the text decides which is evaluated.
public struct Alternatives: Sendable {
    /// The variable whose type is told.
    public var variable: String
    /// The variable that has the text.
    public var selector: String
    /// The field of `selector` that it stands in.
    public var field: String
    /// The type of `variable`, by the text.
    public var types: [String: ValueType]

    /// These alternatives.
    public init(of variable: String, by selector: String, _ field: String, _ types: [String: ValueType]) {
        self.variable = variable
        self.selector = selector
        self.field = field
        self.types = types
    }
}

/// An expression compiled for each of several alternatives.
struct Choice: Sendable {
    private let selector: Variable
    private let field: String
    private let roots: [String: any Node]

    /// Parts of all alternatives together, which keep some hundred bytes each.
    private static let maximumParts = 20_000

    /// Nil where the environment has no alternatives, or none that the expression touches. Throws when it would be too much.
    ///
    /// - Parameters:
    ///   - checker: what has checked the expression for all of them.
    ///   - parts: how many the expression has.
    init?(_ tree: Syntax, after checker: Checker, parts: Int) throws(ExpressionProblem) {
        guard let alternatives = checker.environment.alternatives, checker.touched.contains(alternatives.variable),
            let selector = checker.environment.variables[alternatives.selector]?.variable
        else { return nil }
        self.selector = selector
        field = alternatives.field
        let types = Set(alternatives.types.values)
        guard types.count * parts <= Self.maximumParts else {
            throw checker.source.problem(
                "too long for the \(types.count) types of events that can come here; tell them apart before, or shorten it",
                at: tree.span)
        }
        let roots = Dictionary(uniqueKeysWithValues: types.map { ($0, Self.root(tree, checker, alternatives, $0)) })
        self.roots = alternatives.types.compactMapValues { roots[$0] ?? nil }
    }

    private static func root(
        _ tree: Syntax, _ checker: Checker, _ alternatives: Alternatives, _ type: ValueType
    ) -> (any Node)? {
        var environment = checker.environment
        environment.variables[alternatives.variable]?.type = type
        // What is wrong with one of them need not be reached: `event.type == 'a' && data.x > 1`.
        environment.checking = .deferred
        var checker = Checker(checker.source, in: environment, patterns: checker.patterns)
        return try? checker.check(tree).node
    }

    /// What is to be evaluated; nil: what was compiled for all of them.
    func root(for activation: borrowing some Activation) -> (any Node)? {
        guard case .value(.string(let text)) = activation.field(field, of: selector) else { return nil }
        return roots[text]
    }
}

extension ValueType {
    /// Whether a value is read as this type as it would be as the other one.
    package func reads(like other: ValueType) -> Bool {
        switch (self, other) {
        case (.object(let mine), .object(let theirs)):
            theirs.fields.allSatisfy { name, field in
                mine.fields[name].map { $0.type.reads(like: field.type) } ?? !field.type.hasReading
            }
        case (.list(let mine), .list(let theirs)), (.map(_, let mine), .map(_, let theirs)): mine.reads(like: theirs)
        default: self == other || !other.hasReading
        }
    }

    /// Whether a value that came as JSON, or a part of it, is read as something that JSON does not have.
    private var hasReading: Bool {
        switch self {
        case .object(let object): object.fields.values.contains { $0.type.hasReading }
        case .list(let element), .map(_, let element): element.hasReading
        default: isReadDifferently
        }
    }
}
