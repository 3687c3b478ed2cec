// How rules are told in messages, and the smaller questions about values.

extension DataRule {
    /// What is expected: `a number`, `'debug' or 'info'`, `a text or null`.
    package var words: String {
        if let values { return values.words }
        if kinds == .all { return "a value" }
        var words: [String] = []
        if kinds.contains(.object) { words.append("an object") }
        if kinds.contains(.array) { words.append("a list") }
        if kinds.contains(.string) { words.append(string?.form?.words ?? "a string") }
        if kinds.contains(.number) { words.append(number?.words ?? "a number") }
        if kinds.contains(.bool) { words.append("true or false") }
        if kinds.contains(.null) { words.append("null") }
        guard let last = words.popLast() else { return "nothing at all" }
        return words.isEmpty ? last : words.joined(separator: ", ") + " or " + last
    }

    /// Bytes that are no text may stand for it.
    var takesBytes: Bool { kinds == .all && !hasMore && texts == nil || string?.form == .base64 }
}

extension DataRule.Kinds {
    /// Of one kind, with its article.
    var words: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        default: "an object"
        }
    }
}

extension [Value] {
    /// The values of an enumeration, the first ones of many.
    var words: String {
        let shown = prefix(12).map { value in
            if case .string(let text) = value { "'\(text.prefix(40))'" } else { String(value.json.prefix(40)) }
        }
        if count > shown.count { return "one of \(shown.joined(separator: ", ")) and \(count - shown.count) more" }
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "no value" }
        return shown.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension [String] {
    /// Why each of several alternatives does not fit, the first ones of many.
    var summary: String {
        prefix(3).joined(separator: "; ") + (count > 3 ? "; and \(count - 3) more" : "")
    }
}

extension NumberRule {
    var words: String {
        switch form {
        case .any: "a number"
        case .int: "an int"
        case .whole: "a whole number"
        }
    }

    /// What the bounds object; nil if nothing.
    func objection(to value: Value) -> String? {
        if let minimum, order(value, minimum) == .before { return "expected at least \(minimum.json)" }
        if let maximum, order(value, maximum) == .after { return "expected at most \(maximum.json)" }
        if let above, order(value, above) != .after { return "expected more than \(above.json)" }
        if let below, order(value, below) != .before { return "expected less than \(below.json)" }
        if let multipleOf, !value.isMultiple(of: multipleOf) { return "expected a multiple of \(multipleOf.json)" }
        return nil
    }
}

extension Value {
    /// Of decimal numbers, which a double cannot hold exactly, it is asked within the last bits.
    fileprivate func isMultiple(of other: Value) -> Bool {
        if case .int(let number) = self, case .int(let divisor) = other {
            return divisor != 0 && number.isMultiple(of: divisor)
        }
        guard case .double(let number) = read(as: .double), case .double(let divisor) = other.read(as: .double) else {
            return false
        }
        let quotient = number / divisor
        return abs(quotient - quotient.rounded()) <= quotient.ulp * 2
    }

    /// The place of the first element of a list that equals one before it (as JSON: 1 is 1.0); nil: they all differ.
    var firstRepeatedElement: Int? {
        guard case .list(let elements) = self else { return nil }
        var seen: Set<[UInt8]> = []
        return elements.firstIndex { !seen.insert($0.canonicalJSON).inserted }
    }

    /// A text that equal values have in common: members in the order of their names, whole numbers without a point.
    private var canonicalJSON: [UInt8] {
        switch self {
        case .double(let number):
            return Int64(exactly: number).map { Value.int($0).jsonBytes } ?? jsonBytes
        case .list(let elements):
            return [UInt8(ascii: "[")] + elements.map { $0.canonicalJSON + [UInt8(ascii: ",")] }.joined()
        case .map(let map):
            let members = map.map { (Value.string($0.key.text).jsonBytes, $0.value.canonicalJSON) }
                .sorted { $0.0.lexicographicallyPrecedes($1.0) }
            return [UInt8(ascii: "{")]
                + members.map { $0.0 + [UInt8(ascii: ":")] + $0.1 + [UInt8(ascii: ",")] }.joined()
        default: return jsonBytes
        }
    }
}

extension MapKey {
    fileprivate var text: String {
        if case .string(let text) = self { text } else { "\(self)" }
    }
}
