// The types that a pipeline file can name.

extension DataRule {
    /// Anything at all.
    package static let any = DataRule()
    /// Text.
    package static let string = DataRule(.string)
    /// Any number: expressions read it as a double.
    package static let double = DataRule(.number, number: NumberRule())
    /// A number without fraction and exponent, of at most 64 bits.
    package static let int = DataRule(.number, number: NumberRule(.int))
    /// True or false.
    package static let bool = DataRule(.bool)
    /// RFC 3339; without offset it is UTC.
    package static let timestamp = DataRule(.string, string: StringRule(.timestamp))
    /// A span of time, as expressions write it.
    package static let duration = DataRule(.string, string: StringRule(.span))
    /// Base64.
    package static let bytes = DataRule(.string, string: StringRule(.base64))

    /// The names that a file may use for types, and what they mean.
    package static let basics: [String: DataRule] = [
        "any": any, "string": string, "number": double, "int": int, "bool": bool, "timestamp": timestamp,
        "duration": duration, "bytes": bytes,
    ]

    /// A list of these.
    package static func list(of element: DataRule) -> DataRule { DataRule(.array, array: ArrayRule(items: element)) }

    /// An object with names that only the data knows.
    package static func map(to value: DataRule) -> DataRule {
        DataRule(.object, object: ObjectRule([], additional: value))
    }

    /// An object with these fields.
    package static func object(_ properties: [ObjectRule.Property], isClosed: Bool = false) -> DataRule {
        DataRule(.object, object: ObjectRule(properties, isClosed: isClosed))
    }

    /// One of these values; not empty.
    package static func oneOf(_ values: [Value]) -> DataRule { DataRule(values.kinds, more: [.values(values)]) }
}

extension [Value] {
    /// The kinds of JSON values that they are.
    package var kinds: DataRule.Kinds {
        reduce(into: []) { kinds, value in
            switch value {
            case .null: kinds.insert(.null)
            case .bool: kinds.insert(.bool)
            case .int, .uint, .double: kinds.insert(.number)
            case .list: kinds.insert(.array)
            case .map, .object: kinds.insert(.object)
            default: kinds.insert(.string)
            }
        }
    }
}
