extension String: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .string }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> String? {
        guard let text = node.text, !node.isNull else {
            problems.expected(shape.words, at: node)
            return nil
        }
        return text
    }

    /// As the file would say it.
    public var optionText: String? { Node.isSafePlain(self) ? self : quotedForYAML }
    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(unicodeScalars.count) }

    /// In double quotes, as YAML reads it.
    var quotedForYAML: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}

extension Int: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .integer }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Int? {
        guard let text = node.numberText, let number = Int(text) else {
            problems.expected(shape.words, at: node)
            return nil
        }
        return number
    }

    /// As the file would say it.
    public var optionText: String? { "\(self)" }
    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(self) }
}

extension Double: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .number }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Double? {
        guard let text = node.numberText, let number = Double(decimal: text) else {
            problems.expected(shape.words, at: node)
            return nil
        }
        return number
    }

    /// As the file would say it.
    public var optionText: String? { rounded() == self && abs(self) <= 1e15 ? "\(Int(self))" : "\(self)" }
    /// What `.range` bounds.
    public var optionMeasure: Double? { self }

    /// A number as JSON writes it, also with a `+` before and with digits only on one side of the point. Swift's own reading
    /// takes `nan`, `inf` and hexadecimal too, which no option means.
    init?(decimal text: some StringProtocol) {
        let isDecimal = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"): true
            default: false
            }
        }
        guard isDecimal, let number = Double(text), number.isFinite else { return nil }
        self = number
    }
}

extension Bool: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .boolean }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Bool? {
        switch node.numberText {
        case "true": return true
        case "false": return false
        default:
            problems.expected(shape.words, at: node)
            return nil
        }
    }

    /// As the file would say it.
    public var optionText: String? { "\(self)" }
}
