/// What one value of JSON has to be. Every part that is there must hold; those of the other kinds say nothing of a value, as
/// in JSON Schema (draft 2020-12, "JSON Schema Validation", section 6).
package final class DataRule: Sendable {
    /// Kinds of JSON values.
    package struct Kinds: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let null = Kinds(rawValue: 1)
        package static let bool = Kinds(rawValue: 2)
        package static let number = Kinds(rawValue: 4)
        package static let string = Kinds(rawValue: 8)
        package static let array = Kinds(rawValue: 16)
        package static let object = Kinds(rawValue: 32)
        package static let all: Kinds = [.null, .bool, .number, .string, .array, .object]
    }

    /// Further rules over the same value.
    package enum Combination: Sendable {
        case allOf([DataRule])
        case anyOf([DataRule])
        case oneOf([DataRule])
        case not(DataRule)
        /// The rule at that place among the type's definitions.
        case reference(Int)
        /// One of these values (JSON Schema's `enum` and `const`): compared as JSON, so 1 is 1.0.
        case values([Value])
    }

    package let kinds: Kinds
    package let number: NumberRule?
    package let string: StringRule?
    package let array: ArrayRule?
    package let object: ObjectRule?
    package let more: [Combination]
    /// The texts, where the rule is an enumeration of texts and nothing else.
    let texts: [PreparedText]?

    package init(
        _ kinds: Kinds = .all, number: NumberRule? = nil, string: StringRule? = nil, array: ArrayRule? = nil,
        object: ObjectRule? = nil, more: [Combination] = []
    ) {
        self.kinds = kinds
        self.number = number
        self.string = string
        self.array = array
        self.object = object
        let values = more.lazy.compactMap { if case .values(let values) = $0 { values } else { nil } }.first
        let texts = (values ?? []).compactMap { value in if case .string(let text) = value { text } else { nil } }
        // What is no text may be null, which its kind tells.
        let others = (values ?? []).count { $0.kind != .string && !($0.kind == .null && kinds.contains(.null)) }
        let isOfTexts = values != nil && others == 0 && more.count == 1 && kinds.subtracting(.null) == .string
        self.texts = isOfTexts ? texts.map(PreparedText.init) : nil
        self.more = isOfTexts ? [] : more
        self.values = values
    }

    /// The values of an enumeration, also when they are looked for in `texts`.
    package let values: [Value]?

    /// Whether the whole value is looked at again after the walk over it.
    var hasMore: Bool { !more.isEmpty }

    /// The same, and null.
    package var orNull: DataRule {
        let more: [Combination]
        if let values, self.more.count <= 1 {
            more = [.values(values + [.null])]
        } else if hasMore {
            return DataRule(more: [.anyOf([DataRule(.null), self])])
        } else {
            more = []
        }
        return DataRule(
            kinds.union(.null), number: number, string: string, array: array, object: object, more: more)
    }
}

/// What a number has to be.
package struct NumberRule: Sendable {
    /// How it is written.
    package enum Form: Sendable {
        case any
        /// Without fraction and exponent, and within 64 bits: what expressions read as an int.
        case int
        /// Whole, however it is written (JSON Schema's `integer`).
        case whole
    }

    package var form = Form.any
    /// Bounds; ints and doubles.
    package var minimum: Value?
    package var maximum: Value?
    package var above: Value?
    package var below: Value?
    /// Positive.
    package var multipleOf: Value?

    package init(_ form: Form = .any) { self.form = form }

    var isBounded: Bool { minimum != nil || maximum != nil || above != nil || below != nil || multipleOf != nil }
}

/// What a text has to be.
package struct StringRule: Sendable {
    package var form: TextForm?
    /// Characters, that is Unicode scalars.
    package var minLength = 0
    package var maxLength = Int.max
    /// Found anywhere in the text.
    package var pattern: TextPattern?

    package init(_ form: TextForm? = nil) { self.form = form }
}

/// What a list has to be.
package struct ArrayRule: Sendable {
    /// Of the first elements, one each.
    package var prefix: [DataRule] = []
    /// Of all others; nil: anything.
    package var items: DataRule?
    package var minItems = 0
    package var maxItems = Int.max
    package var isUnique = false

    package init(items: DataRule? = nil) { self.items = items }
}

/// What an object has to be.
package struct ObjectRule: Sendable {
    /// A member with a name.
    package struct Property: Sendable {
        package let name: String
        package let rule: DataRule
        package let isRequired: Bool
        let key: PreparedText

        package init(_ name: String, _ rule: DataRule, isRequired: Bool) {
            self.name = name
            self.rule = rule
            self.isRequired = isRequired
            key = PreparedText(name)
        }
    }

    package let properties: [Property]
    /// What members have to be that no property names; nil: anything.
    package let additional: DataRule?
    /// There must be none.
    package let isClosed: Bool
    package let minProperties: Int
    package let maxProperties: Int
    /// The places of the names, where there are too many to look at each.
    private let places: [MapKey: Int]
    private static let few = 16

    package init(
        _ properties: [Property], additional: DataRule? = nil, isClosed: Bool = false, minProperties: Int = 0,
        maxProperties: Int = .max
    ) {
        self.properties = properties
        self.additional = additional
        self.isClosed = isClosed
        self.minProperties = minProperties
        self.maxProperties = maxProperties
        places =
            properties.count <= Self.few
            ? [:]
            : Dictionary(properties.indices.map { (MapKey.string(properties[$0].name), $0) }) { first, _ in first }
    }

    /// The property of that key. Most objects have their members in the order of the declaration: `hint` is where the next
    /// one is expected.
    @inline(__always)
    func place(of key: JSONText, in bytes: UnsafeRawBufferPointer, _ hint: inout Int) -> Int? {
        if !key.isEscaped {
            if hint < properties.count, properties[hint].key.isSame(as: bytes, at: key.start, count: key.count) {
                hint += 1
                return hint - 1
            }
            if places.isEmpty {
                for index in properties.indices
                where properties[index].key.isSame(as: bytes, at: key.start, count: key.count) {
                    hint = index + 1
                    return index
                }
                return nil
            }
        }
        let name = JSONScanner(bytes, maxDepth: 0).text(key)
        return places.isEmpty ? properties.firstIndex { sameText($0.name, name) } : places[.string(name)]
    }
}
