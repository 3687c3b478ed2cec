public import Expressions

/// An expression over an event that is true or false.
public struct Condition: OptionValue {
    /// Checked: of type bool, or of a type that is only known when there is an event.
    public let expression: Expression

    /// What may be written.
    public static var shape: OptionShape { .expression }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Condition? {
        Expression.decode(node, expecting: [.bool], &problems).map(Condition.init)
    }

    /// As the file would say it.
    public var optionText: String? { expression.text.quotedForYAML }
}

/// An expression over an event with a value of any type.
public struct AnyExpression: OptionValue {
    /// Checked.
    public let expression: Expression

    /// What may be written.
    public static var shape: OptionShape { .expression }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> AnyExpression? {
        Expression.decode(node, expecting: nil, &problems).map(AnyExpression.init)
    }

    /// As the file would say it.
    public var optionText: String? { expression.text.quotedForYAML }
}

extension Expression {
    /// The expression that a node says, for option types with variables or result types of their own. Its mistakes are
    /// reported at their places within the file.
    ///
    /// - Parameters:
    ///   - environment: its variables; without it, those of the events at the place that is being decoded
    ///     (`Problems.events`).
    ///   - types: the types its value may have; nil for any.
    public static func decode(
        _ node: Node, in environment: ExpressionEnvironment? = nil, expecting types: [ValueType]?,
        _ problems: inout Problems
    ) -> Expression? {
        // YAML's null, written out, is also CEL's.
        guard let text = node.plainText ?? (node.text == "null" ? "null" : nil) else {
            problems.expected(OptionShape.expression.words, at: node)
            return nil
        }
        do throws(ExpressionProblem) {
            let expression = try Expression(text, in: environment ?? problems.eventEnvironment, expecting: types)
            for remark in expression.remarks { problems.warn(remark, at: node) }
            return expression
        } catch {
            problems.report(error, at: node)
            return nil
        }
    }
}

/// What a `set` step sets.
public enum SetTarget: Sendable, Hashable {
    /// The whole data.
    case data
    /// A field within the data, by its path: `data.x.y` is `["x", "y"]`. At least one part.
    case field([String])
    /// The subject.
    case subject
    /// The type.
    case type

    /// What a key says.
    ///
    /// - Returns: nil after it was reported what is wrong with it.
    static func decode(_ entry: Node.Entry, _ problems: inout Problems) -> SetTarget? {
        switch entry.key {
        case "data": return .data
        case "subject": return .subject
        case "type": return .type
        default:
            if let names = FieldPath(entry.key)?.names { return .field(names) }
            let first = entry.key.prefix { $0 != "." }
            let isOther = ["event", "id", "source", "time", "datacontenttype"].contains { $0 == first }
            problems.report(
                "\(problems.quote(key: entry.key)) cannot be set: expected data, data.FIELD, subject or type"
                    + (isOther ? "; subject and type are written without 'event.', the rest is the producer's" : ""),
                at: entry)
            return nil
        }
    }

    /// A constant that no event may have there.
    fileprivate func check(_ expression: Expression, at node: Node, _ problems: inout Problems) {
        guard expression.variables.isEmpty, case .string(let text)? = try? expression.evaluate(Bindings()) else {
            return
        }
        switch self {
        case .data, .field: break
        case .subject: problems.checkSubject(text, at: node)
        case .type: problems.checkType(text, at: node)
        }
    }
}

/// What stands under `set:`: targets, each with the expression that it is set to.
public struct Assignments: OptionValue {
    /// One target and its expression.
    public struct Assignment: Sendable {
        /// What is set.
        public let target: SetTarget
        /// To what.
        public let expression: Expression
    }

    /// In the order of the file; at least one, and no target within another.
    public let assignments: [Assignment]

    /// What may be written.
    public static var shape: OptionShape { .mapping(.expression) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Assignments? {
        guard let entries = node.entries, !entries.isEmpty else {
            problems.expected("a mapping from data, data.FIELD, subject or type, each to an expression", at: node)
            return nil
        }
        let before = problems.errorCount
        var found: [(assignment: Assignment, entry: Node.Entry)] = []
        for entry in entries {
            let target = SetTarget.decode(entry, &problems)
            let expression = Expression.decode(entry.value, expecting: target?.types, &problems)
            guard let target, let expression else { continue }
            target.check(expression, at: entry.value, &problems)
            if let other = found.first(where: { $0.assignment.target.overlaps(target) }) {
                problems.report(
                    "'\(entry.key)' and '\(other.entry.key)' on line \(other.entry.place.line) set the same data",
                    at: entry)
            }
            found.append((Assignment(target: target, expression: expression), entry))
        }
        return problems.errorCount == before ? Assignments(assignments: found.map(\.assignment)) : nil
    }
}

extension SetTarget {
    /// One is the other, or lies within it: all are computed from the event as it came, so that only one could win.
    func overlaps(_ other: SetTarget) -> Bool {
        guard let mine = path, let theirs = other.path else { return self == other }
        return mine.starts(with: theirs) || theirs.starts(with: mine)
    }

    /// What it can be set to; nil: to any value.
    fileprivate var types: [ValueType]? {
        switch self {
        case .data, .field: nil
        // Null takes the subject away.
        case .subject: [.string, .null]
        case .type: [.string]
        }
    }

    private var path: [String]? {
        switch self {
        case .data: []
        case .field(let path): path
        case .subject, .type: nil
        }
    }
}
