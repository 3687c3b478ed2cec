import Expressions

extension Value {
    /// A key as a text: `7` as a double is "7" all the same, as `string(7.0)` has it, so that it does not matter whether a field
    /// is declared `int` or `number`. Nil for what has no text of its own.
    var keyText: String? {
        switch self {
        case .string(let text): text
        case .double(let number): Int64(exactly: number).map { "\($0)" } ?? json
        case .int, .uint, .bool: json
        case .timestamp(let moment): moment.rfc3339
        default: nil
        }
    }
}
