// STRING_LIT and BYTES_LIT of the language definition: r and b in front, three quotes, and all the escapes.

/// What stands in front of the text of a string, and how it ends.
struct LiteralPrefix {
    var isRaw = false
    var isBytes = false
    var quote: UInt8
    var isTriple = false
    /// Bytes up to the first of the text.
    var length: Int
    var quotes: Int { isTriple ? 3 : 1 }
}

extension Lexer {
    /// The prefix that begins here, nil when no string does.
    func literalPrefix() -> LiteralPrefix? {
        var isRaw = false
        var isBytes = false
        var ahead = 0
        while let letter = byte(ahead).map({ $0 | 0x20 }), ahead < 2 {
            if letter == UInt8(ascii: "r"), !isRaw {
                isRaw = true
            } else if letter == UInt8(ascii: "b"), !isBytes, !isRaw {
                isBytes = true
            } else {
                break
            }
            ahead += 1
        }
        guard let quote = byte(ahead), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let isTriple = byte(ahead + 1) == quote && byte(ahead + 2) == quote
        let length = ahead + (isTriple ? 3 : 1)
        return LiteralPrefix(isRaw: isRaw, isBytes: isBytes, quote: quote, isTriple: isTriple, length: length)
    }

    mutating func quoted(_ prefix: LiteralPrefix) throws(ExpressionProblem) -> Token {
        let start = at
        at += prefix.length
        var content: [UInt8] = []
        while !closes(prefix) {
            guard let byte = byte(), prefix.isTriple || (byte != 0x0A && byte != 0x0D) else {
                let quotes = String(repeating: Character(Unicode.Scalar(prefix.quote)), count: prefix.quotes)
                let hint =
                    byte() == nil
                    ? "; expected \(quotes) at its end" : "; a string over several lines has three quotes"
                throw source.problem("unclosed string\(hint)", at: Span(start, prefix.length))
            }
            if byte == UInt8(ascii: "\\"), !prefix.isRaw {
                try escape(into: &content, isBytes: prefix.isBytes)
            } else {
                content.append(byte)
                at += 1
            }
        }
        at += prefix.quotes
        let span = Span(start, at - start)
        if prefix.isBytes { return Token(kind: .bytes(content), span: span) }
        return Token(kind: .string(String(decoding: content, as: UTF8.self)), span: span)
    }

    private func closes(_ prefix: LiteralPrefix) -> Bool {
        (0..<prefix.quotes).allSatisfy { byte($0) == prefix.quote }
    }

    private mutating func escape(into content: inout [UInt8], isBytes: Bool) throws(ExpressionProblem) {
        let start = at
        guard let letter = byte(1) else { throw source.problem("unclosed string", at: Span(at, 1)) }
        at += 2
        switch letter {
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            content.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            append(try digits(2, radix: 16, from: start), to: &content, isBytes: isBytes)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            at -= 1
            append(try digits(3, radix: 8, from: start), to: &content, isBytes: isBytes)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let code = try digits(letter == UInt8(ascii: "u") ? 4 : 8, radix: 16, from: start)
            guard !isBytes, let scalar = Unicode.Scalar(code) else {
                let message = isBytes ? "bytes have no '\\u'; write '\\x' for each byte" : "not a Unicode character"
                throw source.problem(message, at: Span(start, at - start))
            }
            content.append(contentsOf: Array(String(scalar).utf8))
        default:
            throw source.problem(
                "unknown escape; a backslash itself is '\\\\', or put r before the string", at: Span(start, 2))
        }
    }

    /// In a string `\xFF` is the character U+00FF, in bytes it is the byte.
    private func append(_ code: UInt32, to content: inout [UInt8], isBytes: Bool) {
        if isBytes {
            content.append(UInt8(truncatingIfNeeded: code))
        } else if let scalar = Unicode.Scalar(code) {
            content.append(contentsOf: Array(String(scalar).utf8))
        }
    }

    private mutating func digits(_ count: Int, radix: UInt32, from start: Int) throws(ExpressionProblem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<count {
            guard let digit = byte().flatMap(hexDigit), digit < radix else {
                let kind = radix == 8 ? "octal" : "hexadecimal"
                throw source.problem("expected \(count) \(kind) digits", at: Span(start, max(2, at - start)))
            }
            code = code << (radix == 8 ? 3 : 4) | digit
            at += 1
        }
        return code
    }
}
