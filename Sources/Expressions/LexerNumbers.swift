// INT_LIT, UINT_LIT and FLOAT_LIT of the language definition.

extension Lexer {
    mutating func number() throws(ExpressionProblem) -> Token {
        let start = at
        if byte() == UInt8(ascii: "0"), let x = byte(1), x | 0x20 == UInt8(ascii: "x") {
            at += 2
            while let byte = byte(), hexDigit(byte) != nil { at += 1 }
            return try integer(from: start, digits: start + 2, radix: 16)
        }
        skipDigits()
        var isDouble = false
        if byte() == UInt8(ascii: "."), byte(1).map(isDigit) == true {
            isDouble = true
            at += 1
            skipDigits()
        }
        if let e = byte(), e | 0x20 == UInt8(ascii: "e") {
            let sign = byte(1).map { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") } ?? false
            if byte(sign ? 2 : 1).map(isDigit) == true {
                isDouble = true
                at += sign ? 2 : 1
                skipDigits()
            }
        }
        guard isDouble else { return try integer(from: start, digits: start, radix: 10) }
        try endOfNumber(from: start)
        guard let value = Double(text(from: start)) else {
            throw source.problem("not a number", at: Span(start, at - start))
        }
        return Token(kind: .double(value), span: Span(start, at - start))
    }

    private func text(from start: Int) -> String { String(decoding: source.bytes[start..<at], as: UTF8.self) }

    private mutating func skipDigits() {
        while let byte = byte(), isDigit(byte) { at += 1 }
    }

    private mutating func integer(from start: Int, digits: Int, radix: Int) throws(ExpressionProblem) -> Token {
        let digits = text(from: digits)
        let isUnsigned = byte().map { $0 | 0x20 == UInt8(ascii: "u") } ?? false
        if isUnsigned { at += 1 }
        try endOfNumber(from: start)
        let span = Span(start, at - start)
        guard !digits.isEmpty else { throw source.problem("expected digits after '0x'", at: span) }
        // 2^63 itself may follow a minus; the parser knows whether one was there.
        guard let value = UInt64(digits, radix: radix), isUnsigned || value <= 1 << 63 else {
            let range = isUnsigned ? "0 to 18446744073709551615" : "-9223372036854775808 to 9223372036854775807"
            throw source.problem("this number does not fit; \(isUnsigned ? "a uint" : "an int") is \(range)", at: span)
        }
        return Token(kind: isUnsigned ? .uint(value) : .int(value), span: span)
    }

    private func endOfNumber(from start: Int) throws(ExpressionProblem) {
        guard let byte = byte(), isLetter(byte) || isDigit(byte) else { return }
        let hint = "smh".utf8.contains(byte) ? "; a duration is written duration('5\(Unicode.Scalar(byte))')" : ""
        throw source.problem("a letter right after a number\(hint)", at: Span(at, 1))
    }
}
