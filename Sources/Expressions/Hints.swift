// What people write who come from other languages, and what CEL calls it: the last words of a message.

enum Hints {
    /// Words that stand where an operator is expected.
    static let operators = [
        "and": "'&&'", "or": "'||'", "is": "'=='", "eq": "'=='", "ne": "'!='", "lt": "'<'", "gt": "'>'",
        "like": "x.matches('…')",
        "contains": "x.contains('…')", "matches": "x.matches('…')",
    ]

    /// Names of functions elsewhere.
    static let functions = [
        "length": "size", "len": "size", "count": "size", "toupper": "upperAscii", "touppercase": "upperAscii",
        "upper": "upperAscii", "uppercase": "upperAscii", "tolower": "lowerAscii", "tolowercase": "lowerAscii",
        "lower": "lowerAscii", "lowercase": "lowerAscii", "strip": "trim", "includes": "contains", "match": "matches",
        "test": "matches", "regex": "matches", "substr": "substring", "tostring": "string", "str": "string",
        "parseint": "int", "toint": "int", "integer": "int", "number": "double", "float": "double",
        "parsefloat": "double", "date": "timestamp", "time": "timestamp", "datetime": "timestamp", "any": "exists",
        "some": "exists", "every": "all", "typeof": "type", "max": "math.greatest", "min": "math.least",
        "range": "lists.range", "coalesce": "orValue",
    ]

    /// Names of values elsewhere.
    static let values = ["none": "null", "nil": "null", "undefined": "null", "yes": "true", "no": "false"]

    /// "; write '&&'" for a token where an operator was expected.
    static func expectedOperator(at token: Token.Kind, after last: Token.Kind?) -> String {
        if case .identifier("not")? = last { return "; write '!'" }
        switch token {
        case .identifier(let word): return operators[word.lowercased()].map { "; write \($0)" } ?? ""
        case .string, .bytes: return "; texts are joined with '+'"
        default: return ""
        }
    }

    /// For a character with which nothing begins.
    static func character(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "“", "”", "„", "‘", "’": "; a text stands between straight quotes: '…' or \"…\""
        case "#": "; a comment begins with //"
        case ";": "; an expression ends without it"
        case "$": "; a variable is written without it"
        case "~": "; a pattern is tried with x.matches('…')"
        case "^": "; bits are math.bitXor(a, b), a power is a product"
        case "\\": "; a text stands between quotes"
        default: ""
        }
    }

    /// For two types that do not go together, in the words of what would make them.
    static func conversion(_ a: ValueKind, _ b: ValueKind) -> String {
        let kinds: Set<ValueKind> = [a, b]
        let numbers: Set<ValueKind> = [.int, .uint, .double]
        if kinds.contains(.optional) { return "; orValue(…) says what stands for none" }
        if kinds.contains(.string) {
            if kinds.contains(.timestamp) { return "; write timestamp(…) around the string" }
            if kinds.contains(.duration) { return "; write duration(…) around the string" }
            if let number = [a, b].first(where: numbers.contains) {
                return "; write \(number.word)(…) around the string, or quotes around the number"
            }
            if kinds.contains(.bool) { return "; write bool(…) around the string" }
        }
        if kinds.contains(.duration), !kinds.isDisjoint(with: numbers) {
            return "; a duration is written duration('5m')"
        }
        if kinds.contains(.timestamp), !kinds.isDisjoint(with: numbers) {
            return "; a timestamp is written timestamp('2024-05-01T12:00:00Z')"
        }
        return ""
    }
}
