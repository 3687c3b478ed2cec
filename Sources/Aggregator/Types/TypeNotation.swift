import Expressions

/// Reads the types that a pipeline file declares:
///
///     price: {symbol: string, price: number, at: timestamp, note: string?}
///     log:   {level: {enum: [debug, info]}, tags: [string], counts: {string: int}, place?: {city: string}, closed: true}
///     order: {schema: order.json}
///
/// A mapping is an object with these fields, unless its one key is `string` (a map), `enum` (one of these values) or `schema`
/// (a JSON Schema). A field is optional where its key or its type ends with `?`: it may then be missing, or null.
struct TypeNotation {
    /// What the types refer to (`DataType.definitions`), so far.
    private(set) var definitions: [DataRule] = []

    /// Deeper than this no data is read anyway.
    private static let maxDepth = 64

    /// The type that a node says; nil after its mistakes were reported.
    static func type(_ node: Node, _ problems: inout Problems) -> DataType? {
        var notation = TypeNotation()
        return notation.rule(node, &problems).map { DataType($0.rule, definitions: notation.definitions) }
    }

    /// A type, and whether a field of it may be missing.
    typealias Found = (rule: DataRule, isOptional: Bool)

    private mutating func rule(_ node: Node, depth: Int = 0, _ problems: inout Problems) -> Found? {
        guard depth < Self.maxDepth else {
            problems.report("types nest at most \(Self.maxDepth) deep", at: node)
            return nil
        }
        switch node.content {
        case .scalar(let text, _):
            guard !node.isNull, !text.isEmpty else {
                problems.expected("a type such as string, number, [string] or {field: type}", at: node)
                return nil
            }
            return Self.rule(text, at: node, &problems)
        case .list(let elements):
            guard elements.count == 1 else {
                problems.report(
                    """
                    a list type has one element, the type of what is in the list: [string]; one of several values is \
                    written {enum: [debug, info]}
                    """, at: node)
                return nil
            }
            return rule(elements[0], depth: depth + 1, &problems).map { (.list(of: Self.element($0)), false) }
        case .mapping(let entries): return mapping(entries, node, depth, &problems)
        }
    }

    /// Where there is no field that could be missing, what is optional may be null.
    private static func element(_ found: Found) -> DataRule { found.isOptional ? found.rule.orNull : found.rule }

    // MARK: Mappings

    private mutating func mapping(
        _ entries: [Node.Entry], _ node: Node, _ depth: Int, _ problems: inout Problems
    ) -> Found? {
        if entries.count == 1, let only = entries.first {
            switch (only.key, only.value.content) {
            case ("string", _):
                return rule(only.value, depth: depth + 1, &problems).map { (.map(to: Self.element($0)), false) }
            case ("enum", .list(let values)): return Self.enumeration(values, only.value, &problems).map { ($0, false) }
            case ("schema", .scalar(let text, _)) where DataRule.basics[Self.plain(text).name] == nil:
                return SchemaReader.read(only.value, &definitions, &problems).map { ($0, false) }
            default: break
            }
        }
        let before = problems.errorCount
        var properties: [ObjectRule.Property] = []
        var isClosed = false
        for entry in entries {
            if entry.key == "closed", let flag = entry.value.numberText, flag == "true" || flag == "false" {
                isClosed = flag == "true"
                continue
            }
            if entry.key == "closed", let word = entry.value.text, let flag = Self.flags[word.lowercased()] {
                problems.report("true and false are written as such here: closed: \(flag)", at: entry.value)
                continue
            }
            guard let property = property(entry, depth, &problems) else { continue }
            if properties.contains(where: { $0.name == property.name }) {
                problems.report("the field \(problems.quote(key: property.name)) stands here twice", at: entry)
            }
            properties.append(property)
        }
        return problems.errorCount == before ? (.object(properties, isClosed: isClosed), false) : nil
    }

    private mutating func property(
        _ entry: Node.Entry, _ depth: Int, _ problems: inout Problems
    ) -> ObjectRule.Property? {
        let (name, isMarked) = Self.plain(entry.key)
        if name.isEmpty {
            problems.report("expected the name of a field", at: entry)
            return nil
        }
        guard let (rule, isOptional) = rule(entry.value, depth: depth + 1, &problems) else { return nil }
        guard isMarked || isOptional else { return ObjectRule.Property(name, rule, isRequired: true) }
        return ObjectRule.Property(name, rule.orNull, isRequired: false)
    }

    private static func enumeration(_ nodes: [Node], _ list: Node, _ problems: inout Problems) -> DataRule? {
        guard !nodes.isEmpty else {
            problems.report("expected at least one value", at: list)
            return nil
        }
        var values: [Value] = []
        for node in nodes {
            let value = PlainValue(node).value
            if values.contains(where: { $0 == value }) { problems.report("the value stands here twice", at: node) }
            values.append(value)
        }
        return .oneOf(values)
    }

    // MARK: Texts

    /// A text without its `?`.
    private static func plain(_ text: some StringProtocol) -> (name: String, isOptional: Bool) {
        text.hasSuffix("?") ? (String(text.dropLast()), true) : (String(text), false)
    }

    /// A type that is written as a text: a name, or, in quotes, `[string]?` and `{string: int}?`.
    private static func rule(
        _ text: some StringProtocol, at node: Node, _ problems: inout Problems, depth: Int = 0
    ) -> Found? {
        let (name, isOptional) = plain(text)
        if let rule = DataRule.basics[name] { return (rule, isOptional) }
        if depth < maxDepth, let (inner, isMap) = content(of: name) {
            return rule(inner, at: node, &problems, depth: depth + 1).map { found in
                (isMap ? .map(to: element(found)) : .list(of: element(found)), isOptional)
            }
        }
        let help = habits[name.lowercased()].map { "; write \($0)" }
        let known = DataRule.basics.keys.sorted()
        problems.report(
            "unknown type \(problems.quote(key: name))" + (help ?? problems.suggestion(for: name, among: known)),
            at: node)
        return nil
    }

    /// What is within `[…]` or `{string: …}`.
    private static func content(of text: String) -> (inner: String, isMap: Bool)? {
        if text.hasPrefix("["), text.hasSuffix("]") { return (trimmed(text.dropFirst().dropLast()), false) }
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
        let parts = text.dropFirst().dropLast().split(separator: ":", maxSplits: 1)
        guard parts.count == 2, trimmed(parts[0]) == "string" else { return nil }
        return (trimmed(parts[1]), true)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// What other systems call our types.
    private static let flags = ["yes": true, "on": true, "no": false, "off": false]

    private static let habits = [
        "integer": "int", "long": "int", "int64": "int", "float": "number", "double": "number", "decimal": "number",
        "boolean": "bool", "text": "string", "str": "string", "datetime": "timestamp", "date-time": "timestamp",
        "date": "timestamp", "time": "timestamp", "object": "{field: type, …}, or any", "map": "{string: type}",
        "array": "[type]", "list": "[type]", "json": "any", "null": "a type with '?'", "enum": "{enum: [a, b]}",
    ]
}
