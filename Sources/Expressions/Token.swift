/// A piece of the text that means something.
struct Token: Sendable {
    enum Kind: Sendable, Equatable {
        case end
        /// An identifier, `in` and the reserved words too.
        case identifier(String)
        /// A name between backticks: only after a dot.
        case quotedName(String)
        /// An operator or a bracket.
        case symbol(String)
        /// The magnitude of an integer; the sign is the parser's, as `-9223372036854775808` has no positive twin.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
    }

    var kind: Kind
    var span: Span

    /// As it is called in messages.
    var description: String {
        switch kind {
        case .end: "the end"
        case .identifier(let name): "'\(name)'"
        case .quotedName(let name): "'`\(name)`'"
        case .symbol(let text): "'\(text)'"
        case .int, .uint, .double: "a number"
        case .string: "a string"
        case .bytes: "bytes"
        }
    }
}
