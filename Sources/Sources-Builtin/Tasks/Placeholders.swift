/// `{name}` in a command or a variable, for a declared argument; any other braces are just text. What is put in is not
/// looked at again.
enum Placeholders {
    /// The text with the values put in; nil if one of them is absent.
    static func fill(_ text: String, _ values: [String: String?]) -> String? {
        var result = ""
        for part in parts(of: text, names: values.keys) {
            switch part {
            case .text(let text): result += text
            case .name(let name):
                guard let value = values[name] ?? nil else { return nil }
                result += value
            }
        }
        return result
    }

    /// The arguments that a text speaks of.
    static func names(in text: String, among known: some Collection<String>) -> [String] {
        parts(of: text, names: known).compactMap { if case .name(let name) = $0 { name } else { nil } }
    }

    /// Letters, digits, `_` and `-`, not beginning with a digit or a `-`.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        return (isLetter(first) || first == UInt8(ascii: "_"))
            && text.utf8.allSatisfy {
                isLetter($0) || $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }

    private enum Part {
        case text(Substring)
        case name(String)
    }

    private static func parts(of text: String, names: some Collection<String>) -> [Part] {
        var parts: [Part] = []
        var rest = text[...]
        var start = rest.startIndex
        while let open = rest.firstIndex(of: "{") {
            let after = rest.index(after: open)
            guard let close = rest[after...].firstIndex(of: "}") else { break }
            let name = String(rest[after..<close])
            if names.contains(name) {
                parts.append(.text(text[start..<open]))
                parts.append(.name(name))
                start = rest.index(after: close)
                rest = rest[start...]
            } else {
                rest = rest[after...]
            }
        }
        parts.append(.text(text[start...]))
        return parts
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
}
