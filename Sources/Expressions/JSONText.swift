/// A string in JSON: where its text lies, without the quotes, and whether it has escapes in it.
struct JSONText {
    var start: Int
    var end: Int
    var isEscaped: Bool
    var count: Int { end - start }
}

extension JSONScanner {
    /// Walks over a string; the opening quote is next.
    mutating func string() throws(JSONProblem) -> JSONText {
        at += 1
        let start = at
        var isEscaped = false
        while true {
            skipPlain()
            guard at < end else { throw problem("unclosed string") }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return JSONText(start: start, end: at - 1, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                _ = try escape()
            case 0x80...: try multibyte()
            default: throw problem("a control character in a string; write \\u00XX")
            }
        }
    }

    /// Passes what needs no look: printable ASCII but the quote and the backslash, eight bytes at a time.
    @inline(__always)
    private mutating func skipPlain() {
        while at + 8 <= end {
            let word = JSONWord.load(bytes, at: at)
            // 0x80 and up belongs to a character of several bytes.
            let hits = JSONWord.specials(word) | word & JSONWord.high
            if hits != 0 {
                at += hits.trailingZeroBitCount >> 3
                return
            }
            at += 8
        }
        while at < end, bytes[at] >= 0x20, bytes[at] < 0x80, bytes[at] != 0x22, bytes[at] != 0x5C { at += 1 }
    }

    /// One character of two to four bytes (RFC 3629, section 4).
    private mutating func multibyte() throws(JSONProblem) {
        let first = bytes[at]
        let length: Int
        let second: ClosedRange<UInt8>
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw problem("not UTF-8")
        }
        guard at + length <= end, second.contains(bytes[at + 1]) else { throw problem("not UTF-8") }
        for index in 2..<max(length, 2) where bytes[at + index] & 0xC0 != 0x80 { throw problem("not UTF-8") }
        at += length
    }

    /// One escape, with both halves of a surrogate pair; the backslash is next. Gives the character.
    mutating func escape() throws(JSONProblem) -> Unicode.Scalar {
        at += 1
        let letter = next
        guard letter == UInt8(ascii: "u") else {
            guard let scalar = simpleEscape(letter) else { throw problem("unknown escape") }
            at += 1
            return scalar
        }
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, next == UInt8(ascii: "\\"), at + 1 < end, bytes[at + 1] == UInt8(ascii: "u") else {
            throw problem("half of a surrogate pair")
        }
        at += 1
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem("half of a surrogate pair") }
        return scalar
    }

    private func simpleEscape(_ letter: UInt8) -> Unicode.Scalar? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(letter)
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        default: nil
        }
    }

    /// `uXXXX`; the u is next.
    private mutating func hexadecimal() throws(JSONProblem) -> UInt32 {
        at += 1
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(next) else { throw problem("expected four hexadecimal digits") }
            code = code << 4 | digit
            at += 1
        }
        return code
    }

    /// The text of a string that was walked over before.
    func text(_ text: JSONText) -> String {
        if !text.isEscaped {
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[text.start..<text.end]), as: UTF8.self)
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var scanner = self
        scanner.at = text.start
        while scanner.at < text.end {
            if scanner.bytes[scanner.at] == UInt8(ascii: "\\") {
                // Cannot fail: it was checked. What is not there reads as U+FFFD all the same.
                let scalar = (try? scanner.escape()) ?? "\u{FFFD}"
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                result.append(scanner.bytes[scanner.at])
                scanner.at += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
