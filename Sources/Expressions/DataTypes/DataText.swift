// Texts that stand for values: of forms and of queries, which know nothing else.

extension DataType {
    /// A JSON object of the fields of a form, each value converted to what the type says: `n=5` is a number where `n` has
    /// to be one, and of a name that may come several times all values are a list. A text that cannot be converted stays a
    /// text, for the check to refuse; an empty one stands for nothing where nothing is allowed and no text is.
    ///
    /// - Parameter pairs: names and values, in their order.
    public func object(ofForm pairs: [(name: String, value: String)]) -> [UInt8] {
        var order: [String] = []
        var values: [MapKey: [String]] = [:]
        for (name, value) in pairs {
            if values[.string(name)] == nil { order.append(name) }
            values[.string(name), default: []].append(value)
        }
        let rule = resolved(root)
        var bytes = [UInt8(ascii: "{")]
        for name in order {
            guard let texts = values[.string(name)] else { continue }
            let property = rule.object?.properties.first { sameText($0.name, name) }
            let field = (property?.rule ?? rule.object?.additional).map(resolved)
            let mayBeAbsent = property?.isRequired != true
            // Of a time or of bytes an empty text is none either.
            if texts == [""], mayBeAbsent, let field, !field.kinds.contains(.string) || field.string?.form != nil {
                continue
            }
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            JSON.append(string: name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            append(texts, field, to: &bytes)
        }
        return bytes + [UInt8(ascii: "}")]
    }

    /// The JSON text of one field that is given as a text, converted in the same way.
    public func value(ofText text: String, in name: String) -> [UInt8] {
        let rule = resolved(root)
        let property = rule.object?.properties.first { sameText($0.name, name) }
        var bytes: [UInt8] = []
        append([text], (property?.rule ?? rule.object?.additional).map(resolved), to: &bytes)
        return bytes
    }

    private func append(_ texts: [String], _ rule: DataRule?, to bytes: inout [UInt8]) {
        let isList = rule.map { $0.kinds.contains(.array) && $0.kinds != .all } ?? false
        guard isList || texts.count > 1 else { return append(texts[0], rule, to: &bytes) }
        bytes.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(text, isList ? element(index, of: rule) : rule, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private func element(_ index: Int, of rule: DataRule?) -> DataRule? {
        guard let list = rule?.array else { return nil }
        return (index < list.prefix.count ? list.prefix[index] : list.items).map(resolved)
    }

    private func append(_ text: String, _ rule: DataRule?, to bytes: inout [UInt8]) {
        if let value = rule?.values?.first(where: { $0.kind != .string && $0.json == text }),
            rule?.values?.contains(.string(text)) == false
        {
            bytes.append(contentsOf: value.jsonBytes)
            return
        }
        guard let rule, !rule.kinds.contains(.string) else { return JSON.append(string: text, to: &bytes) }
        let isValue: Bool =
            switch text {
            case "true", "false": rule.kinds.contains(.bool)
            case "", "null": rule.kinds.contains(.null)
            default: rule.kinds.contains(.number) && Self.isNumber(text)
            }
        if !isValue {
            JSON.append(string: text, to: &bytes)
        } else {
            bytes.append(contentsOf: text.isEmpty ? "null".utf8 : text.utf8)
        }
    }

    /// Whether JSON writes a number so.
    private static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            return false
        }
        return JSON.validate(Array(text.utf8)) == nil && text.utf8.last != 0x20
    }

    /// What a rule refers to, if it says nothing else.
    private func resolved(_ rule: DataRule) -> DataRule {
        var rule = rule
        for _ in definitions {
            guard rule.object == nil, case .reference(let place)? = rule.more.first, rule.more.count == 1 else { break }
            rule = definitions[place]
        }
        return rule
    }
}
