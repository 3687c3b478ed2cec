import Expressions

/// Who may follow a channel, or use a source's routes.
enum Access: Sendable, Equatable {
    /// Everybody; a wrong token is ignored.
    case `public`
    /// Whoever holds a token.
    case authenticated
    /// Those for whom it is true.
    case expression(AccessExpression)
}

/// A condition over who asks and for what. Immutable: any thread may evaluate it.
struct AccessExpression: Sendable, Equatable {
    /// `token` has the claims of the caller's token, and is absent without one; `subject` is absent where a whole channel is
    /// asked for; `channel` is absent at a source's routes.
    static let environment = ExpressionEnvironment([
        (name: "token", type: .dyn), (name: "subject", type: .string), (name: "channel", type: .string),
    ])

    /// It is evaluated on a loop's thread, between two events: some microseconds must do.
    private static let cost = 10_000

    private let expression: Expression

    var text: String { expression.text }
    /// Whether the answer may be another for a subject than for the whole channel.
    var asksForSubject: Bool { expression.variables.contains("subject") }

    init(_ text: String) throws(ExpressionProblem) {
        expression = try Expression(
            text, in: Self.environment, expecting: [.bool], limits: Expression.Limits(cost: Self.cost))
    }

    /// What cannot be evaluated is a no: nobody comes in by a claim that is missing.
    func allows(claims: Value?, subject: String?, channel: String?) -> Bool {
        let question = Question(claims: claims, subject: subject, channel: channel)
        guard case .bool(true)? = try? expression.evaluate(question) else { return false }
        return true
    }

    static func == (one: AccessExpression, other: AccessExpression) -> Bool { one.text == other.text }

    /// The variables, by their index in `environment`.
    private struct Question: Activation {
        let claims: Value?
        let subject: String?
        let channel: String?

        func value(of variable: Variable) -> Value? {
            switch variable.index {
            case 0: claims
            case 1: subject.map { .string($0) }
            case 2: channel.map { .string($0) }
            default: nil
            }
        }
    }
}

extension Access: OptionValue {
    private static let words = ["public", "authenticated"]

    static var shape: OptionShape { .either([.choice(words), .expression]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> Access? {
        guard let text = node.plainText else {
            problems.expected(shape.words, at: node)
            return nil
        }
        if let word = words.first(where: { $0 == text }) { return word == "public" ? .public : .authenticated }
        if let nearest = nearestName(to: text, among: words) {
            problems.report(
                "expected 'public', 'authenticated' or an expression; did you mean '\(nearest)'?", at: node)
            return nil
        }
        do throws(ExpressionProblem) {
            return .expression(try AccessExpression(text))
        } catch {
            problems.report(error, at: node)
            return nil
        }
    }

    var optionText: String? {
        switch self {
        case .public: "public"
        case .authenticated: "authenticated"
        case .expression(let expression): expression.text.quotedForYAML
        }
    }
}
