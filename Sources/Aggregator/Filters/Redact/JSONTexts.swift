import Expressions

/// Walks over the texts and numbers of a JSON text.
enum JSONTexts {
    /// The text with its strings and numbers changed, compact; nil where nothing is changed. The names of members stay. A
    /// number that is changed becomes a string.
    ///
    /// - Parameters:
    ///   - text: valid JSON.
    ///   - change: what a string (without quotes and escapes) or a number (as it stands there) becomes; nil: it stays.
    static func replacing(in text: [UInt8], _ change: (String) -> String?) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var at = 0
        while at < text.count {
            let start = at
            var content: String?
            if text[at] == UInt8(ascii: "\"") {
                let isEscaped = skipString(text, &at)
                if !isName(text, before: at) { content = string(text[start..<at], isEscaped: isEscaped) }
            } else if isNumeric(text[at]) {
                while at < text.count, isNumeric(text[at]) { at += 1 }
                content = String(decoding: text[start..<at], as: UTF8.self)
                // `e` and `E` also stand in true and false.
                if !(content?.utf8.contains { isDigit($0) } ?? false) { content = nil }
            } else {
                at += 1
            }
            guard let content, let changed = change(content) else { continue }
            JSONPatch.copy(text[copied..<start], to: &result)
            JSON.append(string: changed, to: &result)
            copied = at
        }
        guard copied > 0 else { return nil }
        JSONPatch.copy(text[copied...], to: &result)
        return result
    }

    /// Passes a string; says whether it has escapes.
    private static func skipString(_ text: [UInt8], _ at: inout Int) -> Bool {
        var isEscaped = false
        at += 1
        while at < text.count, text[at] != UInt8(ascii: "\"") {
            if text[at] == UInt8(ascii: "\\") {
                isEscaped = true
                at += 1
            }
            at += 1
        }
        at = min(at + 1, text.count)
        return isEscaped
    }

    /// Whether the string that ends here is followed by a colon.
    private static func isName(_ text: [UInt8], before end: Int) -> Bool {
        var at = end
        while at < text.count, JSON.isBlank(text[at]) { at += 1 }
        return at < text.count && text[at] == UInt8(ascii: ":")
    }

    /// - Parameter quoted: with its quotes.
    private static func string(_ quoted: ArraySlice<UInt8>, isEscaped: Bool) -> String? {
        if !isEscaped { return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self) }
        guard case .string(let text)? = try? Value(json: Array(quoted)) else { return nil }
        return text
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
        default: isDigit(byte)
        }
    }
}
