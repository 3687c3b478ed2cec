public import Expressions

/// Whatever YAML can say, as JSON would mean it: claims, example data.
public indirect enum PlainValue: OptionValue, Equatable {
    /// Nothing, `null` or `~`.
    case null
    /// `true` or `false`, without quotes.
    case bool(Bool)
    /// A number without fraction and exponent that fits.
    case int(Int64)
    /// Any other number.
    case double(Double)
    /// All other text, and whatever came from the environment.
    case string(String)
    /// A list.
    case list([PlainValue])
    /// A mapping, in its order.
    case mapping([Member])

    /// A key and its value.
    public struct Member: Sendable, Equatable {
        /// The key, never twice in one mapping.
        public var name: String
        /// Its value.
        public var value: PlainValue

        /// A member.
        public init(name: String, value: PlainValue) {
            self.name = name
            self.value = value
        }
    }

    /// What may be written.
    public static var shape: OptionShape { .any }

    /// Never fails.
    public static func decode(_ node: Node, _ problems: inout Problems) -> PlainValue? { PlainValue(node) }

    /// What a node says.
    public init(_ node: Node) {
        switch node.content {
        case .list(let elements): self = .list(elements.map(PlainValue.init))
        case .mapping(let entries): self = .mapping(entries.map { Member(name: $0.key, value: PlainValue($0.value)) })
        case .scalar(let text, let isPlain): self = isPlain && !node.isSubstituted ? Self.typed(text) : .string(text)
        }
    }

    private static func typed(_ text: String) -> PlainValue {
        switch text {
        case "", "null", "~": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            if let number = Int64(text) { return .int(number) }
            if let number = Double(decimal: text) { return .double(number) }
            return .string(text)
        }
    }

    /// As the file would say it.
    public var optionText: String? {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text.optionText
        case .list(let elements): elements.optionText
        case .mapping(let members): "{" + members.map { "\($0.name): \($0.value.text)" }.joined(separator: ", ") + "}"
        }
    }

    /// The same for expressions, and as JSON.
    public var value: Value {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .string(let text): .string(text)
        case .list(let elements): .list(elements.map(\.value))
        case .mapping(let members):
            .map(
                members.reduce(into: ValueMap(capacity: members.count)) { map, member in
                    map.set(.string(member.name), member.value.value)
                })
        }
    }
}
