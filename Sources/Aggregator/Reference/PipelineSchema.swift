/// The JSON Schema of pipeline files that may name these kinds, for editors (`aggregator schema`).
public struct PipelineSchema: Sendable {
    private let sources: [KindDescription]
    private let steps: [KindDescription]

    /// For a program with these kinds.
    public init(sources: [any EventSource.Type], filters: [any Filter.Type]) {
        self.sources = sources.map { KindDescription($0) }
        steps = filters.map { KindDescription($0) }
    }

    /// The schema: JSON of many lines, with a line end at its end.
    public var text: String { schema.value.indentedJSON + "\n" }

    private static let name = "^[A-Za-z_][A-Za-z0-9_-]*$"

    private var schema: JSONSchema {
        let sections = PipelineOptions.describe().map { option in
            (name: option.name, schema: section(option).with("description", .string(option.help)))
        }
        return JSONSchema()
            .with("$schema", .string("http://json-schema.org/draft-07/schema#"))
            .with("title", .string("aggregator pipeline file"))
            .adding(JSONSchema.object(sections))
    }

    private func section(_ option: OptionDescription) -> JSONSchema {
        switch option.name {
        case "sources": .mapping(names: Self.name, Self.oneOf(sources))
        case "filters": .mapping(names: Self.name, filter)
        case "channels": .mapping(names: Self.name, ChannelOptions.shape.schema())
        default: option.schema
        }
    }

    private var filter: JSONSchema {
        let options = FilterOptions.describe().map { option in
            let steps = JSONSchema(type: "array").with("items", Self.oneOf(self.steps).value).with("minItems", .int(1))
            return (
                name: option.name,
                schema: option.name == "steps" ? steps.with("description", .string(option.help)) : option.schema
            )
        }
        return JSONSchema.object(options, required: FilterOptions.describe().filter(\.isRequired).map(\.name))
    }

    /// A mapping with one key, the word of a kind, over that kind's options.
    private static func oneOf(_ kinds: [KindDescription]) -> JSONSchema {
        JSONSchema.object(
            kinds.map { ($0.name, $0.shape.schema().with("description", .string($0.summary))) }
        ).with("minProperties", .int(1)).with("maxProperties", .int(1))
    }
}

extension JSONSchema {
    fileprivate func adding(_ other: JSONSchema) -> JSONSchema {
        other.members.reduce(self) { $0.with($1.name, $1.value) }
    }
}

extension PlainValue {
    /// JSON of many lines, indented by two blanks; what is empty or a scalar stands on one.
    var indentedJSON: String {
        var text = ""
        write(to: &text, indentation: "\n")
        return text
    }

    private func write(to text: inout String, indentation: String) {
        let inner = indentation + "  "
        switch self {
        case .list(let elements) where elements.contains(where: \.isContainer):
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "" : ",") + inner
                element.write(to: &text, indentation: inner)
            }
            text += indentation + "]"
        case .mapping(let members) where !members.isEmpty:
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index == 0 ? "" : ",") + inner + PlainValue.string(member.name).json + ": "
                member.value.write(to: &text, indentation: inner)
            }
            text += indentation + "}"
        default: text += json
        }
    }

    private var isContainer: Bool {
        switch self {
        case .list, .mapping: true
        default: false
        }
    }

    private var json: String { String(decoding: value.jsonBytes, as: UTF8.self) }
}
