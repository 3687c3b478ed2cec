import Expressions

/// The members of one schema of JSON Schema, read as what their keywords take (draft 2020-12, "JSON Schema Validation").
struct SchemaKeywords {
    private let members: ValueMap
    /// Where the schema is in its document.
    let pointer: String

    init(_ members: ValueMap, _ pointer: String) {
        self.members = members
        self.pointer = pointer
    }

    /// The value of a keyword, and where it is.
    subscript(_ name: String) -> (value: Value, pointer: String)? {
        members[name].map { ($0, "\(pointer)/\(Self.escaped(name))") }
    }

    /// As part of a JSON Pointer (RFC 6901).
    static func escaped(_ name: String) -> String { name.replacing("~", with: "~0").replacing("/", with: "~1") }

    private func mistake(_ name: String, _ message: String) -> SchemaReader.Mistake {
        SchemaReader.Mistake(pointer: "\(pointer)/\(Self.escaped(name))", message: message)
    }

    // MARK: Names

    private static let checked: Set = [
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "pattern", "format", "items", "prefixItems", "minItems", "maxItems", "uniqueItems",
        "properties", "required", "additionalProperties", "minProperties", "maxProperties", "allOf", "anyOf", "oneOf",
        "not", "$ref", "$defs",
    ]
    /// They say nothing that could be checked.
    private static let notes: Set = [
        "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
    ]
    /// At the top only.
    private static let heads: Set = ["$schema", "$id"]
    private static let draft = "https://json-schema.org/draft/2020-12/schema"

    /// Only keywords that are known.
    func checkNames(isWhole: Bool) throws(SchemaReader.Mistake) {
        for entry in members {
            guard case .string(let name) = entry.key else { continue }
            if Self.checked.contains(name) || Self.notes.contains(name) || isWhole && Self.heads.contains(name) {
                continue
            }
            let near = nearestName(to: name, among: Self.checked.union(Self.notes))
            let help = near.map { "did you mean '\($0)'?" } ?? "docs/types.md lists those that are"
            throw mistake(name, "the keyword '\(name)' is not supported; \(help)")
        }
        if let (schema, _) = self["$schema"], isWhole {
            guard case .string(let text) = schema, text == Self.draft || text == Self.draft + "#" else {
                throw mistake("$schema", "only '\(Self.draft)' is supported")
            }
        }
        if let (definitions, _) = self["$defs"], definitions.kind != .map {
            throw mistake("$defs", "expected an object of schemas")
        }
    }

    // MARK: What keywords take

    /// A list of schemas, not empty.
    func list(_ name: String) throws(SchemaReader.Mistake) -> (schemas: [Value], pointer: String)? {
        guard let (value, pointer) = self[name] else { return nil }
        guard case .list(let schemas) = value, !schemas.isEmpty else {
            throw mistake(name, "expected a list of at least one schema")
        }
        return (schemas, pointer)
    }

    /// Schemas by name.
    func map(_ name: String) throws(SchemaReader.Mistake) -> (entries: [(String, Value)], pointer: String)? {
        guard let (value, pointer) = self[name] else { return nil }
        guard case .map(let map) = value else { throw mistake(name, "expected an object of schemas") }
        let entries = map.compactMap { entry -> (String, Value)? in
            if case .string(let key) = entry.key { (key, entry.value) } else { nil }
        }
        return (entries, pointer)
    }

    /// A list of texts.
    func names(_ name: String) throws(SchemaReader.Mistake) -> [String]? {
        guard let (value, _) = self[name] else { return nil }
        guard case .list(let elements) = value else { throw mistake(name, "expected a list of names") }
        var names: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw mistake(name, "expected a list of names") }
            names.append(text)
        }
        return names
    }

    /// A whole number of at least 0.
    func count(_ name: String) throws(SchemaReader.Mistake) -> Int? {
        guard let (value, _) = self[name] else { return nil }
        guard case .int(let number) = value.read(as: .int), let count = Int(exactly: number), count >= 0 else {
            throw mistake(name, "expected a whole number of at least 0")
        }
        return count
    }

    private func bound(_ name: String) throws(SchemaReader.Mistake) -> Value? {
        guard let (value, _) = self[name] else { return nil }
        switch value {
        case .int, .double: return value
        default: throw mistake(name, "expected a number")
        }
    }

    private func text(_ name: String) throws(SchemaReader.Mistake) -> String? {
        guard let (value, _) = self[name] else { return nil }
        guard case .string(let text) = value else { throw mistake(name, "expected a text") }
        return text
    }

    // MARK: Rules

    /// The kinds of values, and whether numbers have to be whole.
    func types() throws(SchemaReader.Mistake) -> (kinds: DataRule.Kinds, isWhole: Bool) {
        guard let (value, _) = self["type"] else { return (.all, false) }
        let names: [String] = if case .string(let name) = value { [name] } else { try self.names("type") ?? [] }
        var kinds: DataRule.Kinds = []
        for name in names {
            guard let kind = Self.kinds[name] else {
                let near = nearestName(to: name, among: Self.kinds.keys)
                let help =
                    near.map { "did you mean '\($0)'?" }
                    ?? "known are \(Self.kinds.keys.sorted().joined(separator: ", "))"
                throw mistake("type", "unknown type '\(name)'; \(help)")
            }
            kinds.formUnion(kind)
        }
        return (kinds, names.contains("integer") && !names.contains("number"))
    }

    private static let kinds: [String: DataRule.Kinds] = [
        "null": .null, "boolean": .bool, "number": .number, "integer": .number, "string": .string, "array": .array,
        "object": .object,
    ]

    /// `enum`, or `const`, or what both allow.
    func values() throws(SchemaReader.Mistake) -> [Value]? {
        let constant = self["const"]?.value
        guard let (value, _) = self["enum"] else { return constant.map { [$0] } }
        guard case .list(let values) = value, !values.isEmpty else {
            throw mistake("enum", "expected a list of at least one value")
        }
        guard let constant else { return values }
        guard values.contains(where: { $0 == constant }) else {
            throw mistake("const", "is none of the values of 'enum'")
        }
        return [constant]
    }

    /// `$ref`, as it is written.
    func reference() throws(SchemaReader.Mistake) -> String? { try text("$ref") }

    func read(_ rule: inout NumberRule) throws(SchemaReader.Mistake) {
        rule.minimum = try bound("minimum")
        rule.maximum = try bound("maximum")
        rule.above = try bound("exclusiveMinimum")
        rule.below = try bound("exclusiveMaximum")
        rule.multipleOf = try bound("multipleOf")
        if case .double(let number)? = rule.multipleOf?.read(as: .double), number <= 0 {
            throw mistake("multipleOf", "expected a number above 0")
        }
    }

    /// - Returns: whether anything is said of texts.
    func read(_ rule: inout StringRule) throws(SchemaReader.Mistake) -> Bool {
        let (least, most) = (try count("minLength"), try count("maxLength"))
        rule.minLength = least ?? 0
        rule.maxLength = most ?? .max
        if let text = try text("pattern") {
            do throws(RegularExpression.Problem) {
                rule.pattern = try TextPattern(text)
            } catch {
                throw mistake("pattern", "not a regular expression that RE2 knows: \(error.message)")
            }
        }
        if let name = try text("format") {
            guard let form = Self.formats[name] else {
                let near = nearestName(to: name, among: Self.formats.keys)
                let known = Self.formats.keys.sorted().joined(separator: ", ")
                throw mistake(
                    "format",
                    "unknown format '\(name)'; " + (near.map { "did you mean '\($0)'?" } ?? "known are \(known)"))
            }
            rule.form = form
        }
        return least != nil || most != nil || rule.pattern != nil || rule.form != nil
    }

    private static let formats: [String: TextForm] = Dictionary(
        uniqueKeysWithValues: [.dateTime, .date, .time, .duration, .email, .uri, .uuid, .ipv4, .ipv6].map {
            (form: TextForm) in (form.rawValue, form)
        })

    /// - Returns: whether anything is said of lists.
    func read(_ rule: inout ArrayRule) throws(SchemaReader.Mistake) -> Bool {
        let (least, most) = (try count("minItems"), try count("maxItems"))
        rule.minItems = least ?? 0
        rule.maxItems = most ?? .max
        if let (value, _) = self["uniqueItems"] {
            guard case .bool(let isUnique) = value else { throw mistake("uniqueItems", "expected true or false") }
            rule.isUnique = isUnique
        }
        return least != nil || most != nil || rule.isUnique
    }
}
