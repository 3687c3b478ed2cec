/// A JSON Schema (draft 7, which editors know best), built from what options declare. It accepts whatever the pipeline file's
/// own reading does, as far as a schema can say it; the places and the meaning of a mistake are that reading's.
struct JSONSchema {
    private(set) var members: [PlainValue.Member] = []

    init() {}

    init(type: String) { set("type", .string(type)) }

    /// Text of this form (ECMA 262), or one that the environment fills in.
    init(pattern: String?) {
        self.init(type: "string")
        set("pattern", .string([pattern, #"\$\{"#].compactMap(\.self).joined(separator: "|")))
    }

    /// Whatever fits one of them.
    init(anyOf schemas: [JSONSchema]) {
        if schemas.count == 1 {
            self = schemas[0]
        } else {
            set("anyOf", .list(schemas.map(\.value)))
        }
    }

    var value: PlainValue { .mapping(members) }

    mutating func set(_ name: String, _ value: PlainValue) {
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(PlainValue.Member(name: name, value: value))
        }
    }

    func with(_ name: String, _ value: PlainValue?) -> JSONSchema {
        guard let value else { return self }
        var result = self
        result.set(name, value)
        return result
    }

    /// An object with these properties and no others.
    static func object(_ properties: [(name: String, schema: JSONSchema)], required: [String] = []) -> JSONSchema {
        JSONSchema(type: "object")
            .with("properties", .mapping(properties.map { PlainValue.Member(name: $0.name, value: $0.schema.value) }))
            .with("required", required.isEmpty ? nil : .list(required.map { .string($0) }))
            .with("additionalProperties", .bool(false))
    }

    /// An object from names of the user's own.
    static func mapping(names: String? = nil, _ element: JSONSchema) -> JSONSchema {
        JSONSchema(anyOf: [
            JSONSchema(type: "object")
                .with("propertyNames", names.map { JSONSchema().with("pattern", .string($0)).value })
                .with("additionalProperties", element.value),
            // A section whose entries are commented out.
            JSONSchema(type: "null"),
        ])
    }
}

extension OptionShape {
    /// What may be written, as a schema; `range` bounds it as it does in messages.
    func schema(range: ClosedRange<Double>? = nil) -> JSONSchema {
        switch self {
        case .string: Self.anyScalar.with(range, "minLength", "maxLength")
        case .integer:
            JSONSchema(anyOf: [JSONSchema(type: "integer").with(range, "minimum", "maximum"), Self.substituted])
        case .number:
            JSONSchema(anyOf: [JSONSchema(type: "number").with(range, "minimum", "maximum"), Self.substituted])
        case .boolean: JSONSchema(anyOf: [JSONSchema(type: "boolean"), Self.substituted])
        case .duration: JSONSchema(pattern: #"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$"#)
        case .size:
            JSONSchema(anyOf: [
                JSONSchema(type: "integer"), JSONSchema(pattern: #"^[0-9]+(\.[0-9]+)?([kKMGT]?B|[KMGT]iB)?$"#),
            ])
        case .percentage: JSONSchema(pattern: #"^[0-9]+(\.[0-9]+)?%$"#)
        case .expression:
            JSONSchema().with("type", .list(["string", "number", "boolean", "null"].map { .string($0) }))
        case .choice(let words):
            JSONSchema(anyOf: [JSONSchema().with("enum", .list(words.map { .string($0) })), Self.substituted])
        case .list(let element):
            JSONSchema(type: "array").with("items", element.schema().value).with(range, "minItems", "maxItems")
        case .mapping(let element):
            JSONSchema.mapping(element.schema())
        case .group(let options): Self.schema(of: options)
        case .either(let shapes): JSONSchema(anyOf: shapes.map { $0.schema(range: range) })
        case .any: JSONSchema()
        }
    }

    private static var anyScalar: JSONSchema {
        JSONSchema().with("type", .list(["string", "number", "boolean"].map { .string($0) }))
    }

    private static var substituted: JSONSchema { JSONSchema(pattern: nil) }

    /// A mapping with these options; where one of them is `.whole`, that alone in its place.
    private static func schema(of options: [OptionDescription]) -> JSONSchema {
        let whole = options.first(where: \.isWhole)
        if let whole, options.count == 1 { return whole.schema }
        let required = options.filter(\.isRequired).map(\.name)
        var ways = [JSONSchema.object(options.map { ($0.name, $0.schema) }, required: required)]
        if let whole, required.allSatisfy({ $0 == whole.name }) { ways.append(whole.schema) }
        if required.isEmpty { ways.append(JSONSchema(type: "null")) }
        return JSONSchema(anyOf: ways)
    }
}

extension OptionDescription {
    /// What may be written, with the help that an editor shows.
    var schema: JSONSchema {
        shape.schema(range: range)
            .with("description", .string(help))
            .with("default", defaultText.map(Self.plain))
            .with("examples", example.map { .list([Self.plain($0)]) })
    }

    /// A text of the file as the value that it is there.
    private static func plain(_ text: String) -> PlainValue {
        let (node, problems) = YAMLText.read(Array(text.utf8), directory: "/", environment: [:])
        guard let node, problems.isEmpty else { return .string(text) }
        return PlainValue(node)
    }
}

extension JSONSchema {
    /// Bounds, where there are any.
    fileprivate func with(_ range: ClosedRange<Double>?, _ low: String, _ high: String) -> JSONSchema {
        guard let range else { return self }
        return with(low, .number(range.lowerBound)).with(high, .number(range.upperBound))
    }
}

extension PlainValue {
    /// Nil for what JSON has no number for: such a bound is none.
    fileprivate static func number(_ number: Double) -> PlainValue? {
        guard number.isFinite else { return nil }
        return Int64(exactly: number).map { .int($0) } ?? .double(number)
    }
}
