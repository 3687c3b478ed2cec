/// Why an evaluation has no value.
public struct EvaluationError: Error, Sendable, CustomStringConvertible {
    /// Where in the expression.
    public let place: SourcePlace
    let reason: Reason

    /// One sentence for people. Made when it is asked for: a failing `where` that is only counted pays nothing for it.
    public var message: String { reason.message }
    /// `line:column: message`.
    public var description: String { "\(place.line):\(place.column): \(message)" }
    /// Whether it failed because something is absent that it reads: a variable, a field, a key of a map.
    public var isAbsence: Bool {
        switch reason {
        case .absentVariable, .absentField, .noKey: true
        default: false
        }
    }
    /// Whether it failed because the budget was used up, not because of what the expression says.
    public var isBudget: Bool { if case .budget = reason { true } else { false } }
}

/// What went wrong, before anybody has put it into words.
enum Reason: Sendable {
    case absentVariable(String)
    case absentField(String)
    case noField(of: ValueKind, String)
    case noKey(Value)
    case badIndex(Int64, count: Int)
    case noOverload(String, [ValueKind])
    case overflow(String)
    case divisionByZero
    case invalid(String)
    case budget
    /// A problem the checker found and was told to leave to run time.
    case problem(String)

    var message: String {
        switch self {
        case .absentVariable(let name): "no such attribute: '\(name)' is absent"
        case .absentField(let name): "no such field: '\(name)' is absent; has() tells whether it is there"
        case .noField(let kind, let name): "\(kind.phrase) has no fields, so no '\(name)' either"
        case .noKey(let key): "no such key: \(key.quoted)"
        case .badIndex(let index, let count): "index \(index) is outside the list, which has \(count) elements"
        case .noOverload(let name, let kinds): noOverloadMessage(name, kinds)
        case .overflow(let what): "\(what) overflow: the result does not fit"
        case .divisionByZero: "division by zero"
        case .invalid(let message), .problem(let message): message
        case .budget: "the expression is too expensive for this value: its cost budget is used up"
        }
    }
}

/// A reason and where it arose. What travels up through the evaluation.
struct Failure: Error {
    var reason: Reason
    var offset: Int32

    init(_ reason: Reason, at span: Span) {
        self.reason = reason
        offset = span.offset
    }

    /// CEL's `||` and `&&` may swallow errors, but not this one: it means "stop".
    var isFinal: Bool { if case .budget = reason { true } else { false } }
}

/// "no such overload", in words that say what there is and what helps.
func noOverloadMessage(_ name: String, _ kinds: [ValueKind]) -> String {
    let isOperator = name.unicodeScalars.allSatisfy { !$0.properties.isAlphabetic } || name == "in"
    guard isOperator else {
        return "no such overload: \(name)() does not take (\(kinds.map(\.word).joined(separator: ", ")))"
    }
    guard kinds.count == 2 else {
        return "no such overload: '\(name)' does not take \(kinds.map(\.phrase).joined(separator: " and "))"
    }
    var message = "no such overload: \(kinds[0].word) \(name) \(kinds[1].word)"
    let numbers: Set<ValueKind> = [.int, .uint, .double]
    if kinds[0] != kinds[1], numbers.isSuperset(of: kinds) {
        if kinds.contains(.double) {
            message += name == "%" ? "; '%' takes whole numbers: write int(…)" : mixedHint(kinds)
        } else {
            message += "; write int(…) around the uint"
        }
    } else if kinds[0] == .bool, ["<", "<=", ">", ">="].contains(name), numbers.contains(kinds[1]) {
        message += "; two comparisons are joined with '&&': 1 < x && x < 9"
    } else if name == "+", kinds.contains(.string), !kinds.contains(.optional), kinds[0] != kinds[1] {
        message += "; write string(…) around the \(kinds[0] == .string ? kinds[1].word : kinds[0].word)"
    } else if name == "in" {
        message += kinds[1] == .string ? "; a text is looked into with x.contains('…')" : ""
    } else if kinds[0] != kinds[1] {
        message += Hints.conversion(kinds[0], kinds[1])
    }
    return message
}

private func mixedHint(_ kinds: [ValueKind]) -> String {
    "; write double(…) around the \(kinds[0] == .double ? kinds[1].word : kinds[0].word)"
}

extension Value {
    /// As it would be written, cut to a length that fits a message.
    var quoted: String {
        switch self {
        case .string(let text):
            let head = text.unicodeScalars.prefix(40)
            return "'\(String(String.UnicodeScalarView(head)))\(head.count < text.unicodeScalars.count ? "…" : "")'"
        case .int(let number): return String(number)
        case .uint(let number): return "\(number)u"
        case .double(let number): return number.description
        case .bool(let value): return String(value)
        case .timestamp(let moment): return moment.rfc3339
        case .duration(let duration): return duration.description
        default: return kind.phrase
        }
    }
}
