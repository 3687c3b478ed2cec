// What a type lets the checker of expressions know.

extension DataType {
    /// What expressions know of data of this type, and how its fields are read: a number as a double, a timestamp as that.
    ///
    /// - Parameter name: what messages call it.
    public func valueType(named name: String) -> ValueType {
        var depth = Self.maxParts
        return valueType(root, name, &depth)
    }

    /// A type that contains itself is known so far, and then no more.
    private static let maxParts = 2000
    private static let maxDepth = 16

    private func valueType(_ rule: DataRule, _ name: String, _ parts: inout Int, depth: Int = 0) -> ValueType {
        parts -= 1
        guard parts > 0, depth < Self.maxDepth else { return .dyn }
        // Null is what an optional value may be as well; whoever compares with a null gets an answer in any case.
        switch rule.kinds.subtracting(.null) {
        case .string: return rule.string?.form?.valueType ?? .string
        case .bool: return .bool
        case .number: return rule.number.map { $0.form == .any ? .double : .int } ?? .double
        case .array:
            guard let items = rule.array?.items, rule.array?.prefix.isEmpty == true else { return .list(.dyn) }
            return .list(valueType(items, name, &parts, depth: depth + 1))
        case .object: return object(rule.object, name, &parts, depth: depth)
        default:
            guard let same = same(as: rule) else { return rule.values.map(Self.common) ?? .dyn }
            return valueType(same, name, &parts, depth: depth + 1)
        }
    }

    /// The rule that says all that this one does, but for null.
    private func same(as rule: DataRule) -> DataRule? {
        guard rule.more.count == 1, rule.object == nil, rule.array == nil else { return nil }
        switch rule.more[0] {
        case .reference(let place): return definitions[place]
        case .anyOf(let rules), .oneOf(let rules):
            let others = rules.filter { $0.kinds != .null }
            return others.count == 1 ? others[0] : nil
        default: return nil
        }
    }

    private func object(_ rule: ObjectRule?, _ name: String, _ parts: inout Int, depth: Int) -> ValueType {
        guard let rule else { return .map(.string, .dyn) }
        if rule.properties.isEmpty {
            let value = rule.additional.map { valueType($0, name, &parts, depth: depth + 1) }
            return rule.isClosed ? .object(ObjectType(name: name, fields: [:])) : .map(.string, value ?? .dyn)
        }
        // Names that only the data knows are fields as well.
        guard rule.additional == nil else { return .map(.string, .dyn) }
        var fields: [String: ObjectType.Field] = [:]
        for property in rule.properties {
            let type = valueType(property.rule, "'\(property.name)'", &parts, depth: depth + 1)
            fields[property.name] = .init(type, isOptional: !property.isRequired, texts: texts(property.rule))
        }
        return .object(ObjectType(name: name, fields: fields))
    }

    /// The texts of an enumeration of nothing else.
    private func texts(_ rule: DataRule) -> Set<String>? {
        let rule = same(as: rule) ?? rule
        guard rule.kinds.subtracting(.null) == .string, let values = rule.values else { return nil }
        return Set(values.compactMap { if case .string(let text) = $0 { text } else { nil } })
    }

    private static func common(_ values: [Value]) -> ValueType {
        let types = Set(values.lazy.filter { $0.kind != .null }.map { ValueType($0.kind) })
        return types.count == 1 ? types.first ?? .dyn : .dyn
    }
}

extension TextForm {
    /// What expressions read it as.
    fileprivate var valueType: ValueType {
        switch self {
        case .timestamp, .dateTime: .timestamp
        case .span: .duration
        case .base64: .bytes
        default: .string
        }
    }
}
