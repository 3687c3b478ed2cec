/// Cuts the text into tokens (language definition, "Syntax"). One walk over the bytes; nothing is kept but a place.
struct Lexer {
    let source: Source
    var at = 0

    init(_ source: Source) { self.source = source }

    var bytes: [UInt8] { source.bytes }

    func byte(_ ahead: Int = 0) -> UInt8? {
        at + ahead < source.bytes.count ? source.bytes[at + ahead] : nil
    }

    mutating func next() throws(ExpressionProblem) -> Token {
        skipBlanks()
        guard let first = byte() else { return Token(kind: .end, span: Span(at, 0)) }
        if let prefix = literalPrefix() { return try quoted(prefix) }
        if isLetter(first) { return identifier() }
        if isDigit(first) || (first == UInt8(ascii: ".") && byte(1).map(isDigit) == true) { return try number() }
        if first == UInt8(ascii: "`") { return try quotedName() }
        return try symbol(first)
    }

    /// White space, and comments: `//` to the end of the line.
    private mutating func skipBlanks() {
        while let byte = byte() {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: at += 1
            case UInt8(ascii: "/") where self.byte(1) == UInt8(ascii: "/"):
                while let byte = self.byte(), byte != 0x0A, byte != 0x0D { at += 1 }
            default: return
            }
        }
    }

    private mutating func identifier() -> Token {
        let start = at
        while let byte = byte(), isLetter(byte) || isDigit(byte) { at += 1 }
        let span = Span(start, at - start)
        return Token(kind: .identifier(String(decoding: source.bytes[start..<at], as: UTF8.self)), span: span)
    }

    private mutating func quotedName() throws(ExpressionProblem) -> Token {
        let start = at
        at += 1
        let allowed = Set("_.-/ ".utf8)
        while let byte = byte(), byte != UInt8(ascii: "`") {
            guard isLetter(byte) || isDigit(byte) || allowed.contains(byte) else {
                throw source.problem(
                    "a name between backticks is made of letters, digits, '_', '.', '-', '/' and spaces",
                    at: Span(at, 1))
            }
            at += 1
        }
        let name = String(decoding: source.bytes[start + 1..<at], as: UTF8.self)
        guard byte() != nil, !name.isEmpty else {
            throw source.problem(name.isEmpty ? "an empty name" : "unclosed '`'", at: Span(start, 1))
        }
        at += 1
        return Token(kind: .quotedName(name), span: Span(start, at - start))
    }

    private mutating func symbol(_ first: UInt8) throws(ExpressionProblem) -> Token {
        let start = at
        if let second = byte(1) {
            let pair = String(decoding: [first, second], as: UTF8.self)
            if byte(2) == UInt8(ascii: "="), pair == "==" || pair == "!=" {
                throw source.problem("'\(pair)=' is not CEL's; write '\(pair)'", at: Span(start, 3))
            }
            if pair == "<>" { throw source.problem("'<>' is not CEL's; write '!='", at: Span(start, 2)) }
            if ["==", "!=", "<=", ">=", "&&", "||"].contains(pair) {
                at += 2
                return Token(kind: .symbol(pair), span: Span(start, 2))
            }
        }
        let letter = String(decoding: [first], as: UTF8.self)
        guard "+-*/%<>!?:.,()[]{}".contains(letter) else { throw unexpected(first) }
        at += 1
        return Token(kind: .symbol(letter), span: Span(start, 1))
    }

    /// A character with which nothing begins; the usual slips have their own words.
    private func unexpected(_ first: UInt8) -> ExpressionProblem {
        let span = Span(at, 1)
        switch first {
        case UInt8(ascii: "=") where byte(1) == UInt8(ascii: ">"):
            return source.problem(
                "'=>' is not CEL's; 'at least' is '>=', and a list is walked with list.filter(x, x > 1)",
                at: Span(at, 2))
        case UInt8(ascii: "=") where byte(1) == UInt8(ascii: "~"):
            return source.problem("'=~' is not CEL's; write x.matches('…')", at: Span(at, 2))
        case UInt8(ascii: "="): return source.problem("'=' does not compare; write '=='", at: span)
        case UInt8(ascii: "&"): return source.problem("a single '&'; write '&&'", at: span)
        case UInt8(ascii: "|"): return source.problem("a single '|'; write '||'", at: span)
        default:
            let character = String(decoding: source.bytes[at...].prefix(4), as: UTF8.self).unicodeScalars.first
            let length = character.map { String($0).utf8.count } ?? 1
            let name = character.map { String($0) } ?? "?"
            let hint = character.map(Hints.character) ?? ""
            return source.problem("'\(name)' has no meaning here\(hint)", at: Span(at, length))
        }
    }
}

func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
}

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// What a hexadecimal digit stands for.
package func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
}
