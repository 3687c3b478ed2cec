/// An expression as it was written: a tree in which macros are still calls, so that it can be printed again.
struct Syntax: Sendable {
    var kind: Kind
    var span: Span
    /// The longest way down. It is bounded, so whoever walks the tree may recurse.
    var height: Int

    indirect enum Kind: Sendable {
        case literal(Value)
        /// `.name` is absolute: looked up from the root, past containers and macro variables.
        case identifier(String, isAbsolute: Bool)
        /// `a.b`, or `a.?b`, which is an optional value.
        case select(Syntax, field: Name, isOptional: Bool)
        /// `a[b]`, or `a[?b]`, which is an optional value.
        case index(Syntax, Syntax, isOptional: Bool)
        case call(target: Syntax?, function: Name, arguments: [Syntax])
        case negation(Syntax)
        case not(Syntax)
        case binary(BinaryOperator, Span, Syntax, Syntax)
        /// A chain of `&&` or `||`, as long as it goes: flat, so that a hundred alternatives are not a hundred deep.
        case logical(LogicalOperator, [Syntax])
        case conditional(Syntax, Syntax, Syntax)
        case list([Element])
        case map([Entry])
    }

    /// An element of a list; one with a `?` in front is an optional value, and left out when that is none.
    struct Element: Sendable {
        var value: Syntax
        var isOptional = false
    }

    /// An entry of a map; one with a `?` in front has an optional value, and is left out when that is none.
    struct Entry: Sendable {
        var key: Syntax
        var value: Syntax
        var isOptional = false
    }

    /// A field or function name and where it stands.
    struct Name: Sendable {
        var text: String
        var span: Span
    }
}

enum LogicalOperator: String, Sendable { case and = "&&", or = "||" }

enum BinaryOperator: String, Sendable {
    case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case equal = "==", notEqual = "!=", contains = "in"
    case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"

    /// The comparison that says the same with its sides exchanged.
    var mirrored: BinaryOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }

    /// Higher binds tighter. CEL has three levels, all left-associative; `&&`, `||` and `?:` are below them.
    var precedence: Int {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .contains: 1
        case .add, .subtract: 2
        case .multiply, .divide, .remainder: 3
        }
    }
}
