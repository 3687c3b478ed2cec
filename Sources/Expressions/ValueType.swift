/// What is known of a value before it is there. `dyn` is the top: nothing is known, everything is decided at run time.
public indirect enum ValueType: Sendable, Hashable {
    /// Anything.
    case dyn
    case null
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case timestamp
    case duration
    /// A type as a value.
    case type
    /// A list and what is in it.
    case list(ValueType)
    /// A map, its keys and its values.
    case map(ValueType, ValueType)
    /// An optional value, and what it holds when it is not none.
    case optional(ValueType)
    /// An object of which the fields are known: naming another one is a problem of the expression.
    case object(ObjectType)
}

/// The fields of an object that has a declaration: an event, or the `data` of a typed event.
public struct ObjectType: Sendable, Hashable {
    /// What a field holds, and whether it may be absent.
    public struct Field: Sendable, Hashable {
        /// What it holds. A JSON number in a field of type `double` is read as a double, a string in one of type
        /// `timestamp` or `duration` as that.
        public var type: ValueType
        /// Whether `has()` may be false. It is a note for readers; nothing is refused for it.
        public var isOptional: Bool
        /// The texts that it can be, of an enumeration of texts; nil: not known. That it is compared with another one is
        /// remarked upon (`Expression.remarks`).
        public var texts: Set<String>?

        /// A field of this type, required unless said otherwise.
        public init(_ type: ValueType, isOptional: Bool = false, texts: Set<String>? = nil) {
            self.type = type
            self.isOptional = isOptional
            self.texts = texts
        }
    }

    /// What messages call it: `event`, `data of the type 'price'`.
    public var name: String
    /// Its fields by name; there are no others.
    public var fields: [String: Field]

    /// An object with these fields and no others.
    public init(name: String, fields: [String: Field]) {
        self.name = name
        self.fields = fields
    }
}

extension ValueType {
    /// The kind every value of this type has, nil for `dyn`.
    var kind: ValueKind? {
        switch self {
        case .dyn: nil
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .list: .list
        case .map, .object: .map
        case .optional: .optional
        }
    }

    var isOptional: Bool { if case .optional = self { true } else { false } }

    /// What is in a list; `dyn` of everything else.
    var element: ValueType { if case .list(let element) = self { element } else { .dyn } }

    /// What an optional value holds; the type itself when it is none.
    var unwrapped: ValueType { if case .optional(let type) = self { type } else { self } }

    var isNumber: Bool { self == .int || self == .uint || self == .double }

    /// Whether a value of this type can be one of that type: false only where it is certain that it cannot.
    func canBe(_ other: ValueType) -> Bool {
        switch (self, other) {
        case (.dyn, _), (_, .dyn): true
        case (.list, .list): true  // both may be empty
        case (.optional, .optional): true  // both may be none
        case (.map, .map), (.map, .object), (.object, .map), (.object, .object): true
        default: self == other
        }
    }

    /// Whether `==` between the two can be true: as above, and numbers are compared across types, anything may be null.
    func canEqual(_ other: ValueType) -> Bool {
        canBe(other) || (isNumber && other.isNumber) || self == .null || other == .null
    }

    /// The smallest type that both are.
    func joined(with other: ValueType) -> ValueType {
        switch (self, other) {
        case (.list(let a), .list(let b)): .list(a.joined(with: b))
        case (.map(let a, let x), .map(let b, let y)): .map(a.joined(with: b), x.joined(with: y))
        case (.optional(let a), .optional(let b)): .optional(a.joined(with: b))
        default: self == other ? self : .dyn
        }
    }

    /// What `kind` tells of a type.
    init(_ kind: ValueKind) {
        switch kind {
        case .null: self = .null
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .bytes
        case .list: self = .list(.dyn)
        case .map: self = .map(.dyn, .dyn)
        case .timestamp: self = .timestamp
        case .duration: self = .duration
        case .type: self = .type
        case .optional: self = .optional(.dyn)
        }
    }

    /// With its article, for sentences: `an int`, `a list`.
    var phrase: String {
        if case .object(let object) = self { return "an object (\(object.name))" }
        return kind?.phrase ?? "a value"
    }

    /// As a person who writes no programs would say it.
    var plainPhrase: String {
        switch self {
        case .int, .uint, .double: "a number"
        case .bool: "true or false"
        case .string: "text"
        case .map, .object: "an object"
        default: phrase
        }
    }
}
