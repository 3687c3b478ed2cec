/// A value of CEL (language definition, "Values"). Small enough to be passed around by copy: 17 bytes.
///
/// `==` is CEL's equality: numbers are compared by their mathematical value whatever their type, NaN equals nothing,
/// strings are compared scalar by scalar (no Unicode normalisation), maps without regard to order.
public enum Value: Sendable {
    /// JSON's null; not the same as absent.
    case null
    /// True or false.
    case bool(Bool)
    /// A signed 64-bit integer.
    case int(Int64)
    /// An unsigned 64-bit integer; literals end in `u`.
    case uint(UInt64)
    /// An IEEE 754 binary64 number.
    case double(Double)
    /// Text.
    case string(String)
    /// Bytes, of any content.
    case bytes([UInt8])
    /// A list, of any mixture of types.
    case list([Value])
    /// A map, in the order in which its keys were written.
    case map(ValueMap)
    /// A moment in time.
    case timestamp(Timestamp)
    /// A span of time.
    case duration(ValueDuration)
    /// A type as a value: what `type(x)` gives.
    case type(ValueKind)
    /// A value that may be none: what `optional.of(x)`, `optional.none()` and `a.?b` give.
    indirect case optional(Value?)
    /// An object whose fields are read when they are touched; to CEL it is a map with string keys.
    case object(any FieldSource)
}

/// The type of a value at run time, as `type(x)` tells it. An object is a `map`.
public enum ValueKind: String, Sendable, Hashable, CaseIterable {
    case null = "null_type"
    case bool
    case int
    case uint
    case double
    case string
    case bytes
    case list
    case map
    case timestamp = "google.protobuf.Timestamp"
    case duration = "google.protobuf.Duration"
    case type
    case optional = "optional_type"

    /// The word for it in messages: `timestamp` rather than `google.protobuf.Timestamp`.
    public var word: String {
        switch self {
        case .null: "null"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .optional: "optional value"
        default: rawValue
        }
    }

    /// The word with its article: `an int`.
    var phrase: String {
        switch self {
        case .null: "null"
        case .int: "an int"
        case .optional: "an optional value"
        case .bytes: "bytes"
        default: "a \(word)"
        }
    }
}

extension Value {
    /// Its type at run time.
    public var kind: ValueKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map, .object: .map
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type
        case .optional: .optional
        }
    }

    /// How much work a walk through it is, in units of the evaluation budget: an element is one, 16 bytes of text are one.
    var weight: Int {
        switch self {
        case .string(let text): 1 + text.utf8.count >> 4
        case .bytes(let bytes): 1 + bytes.count >> 4
        case .list(let elements): elements.reduce(1) { $0 + $1.weight }
        case .map(let map): map.reduce(1) { $0 + 1 + $1.value.weight }
        case .object(let source): 1 + source.weight
        case .optional(let value): 1 + (value?.weight ?? 0)
        default: 1
        }
    }
}

/// A lazily read object: how `data` gets at its fields without parsing everything.
///
/// Threads: an expression may be evaluated on any thread, several at once; a source must stand that. It is a class, so
/// that a value stays small and is copied cheaply.
public protocol FieldSource: AnyObject, Sendable {
    /// The value of a field, or nil where it is absent. Called once for each time an expression touches the field.
    func field(_ name: String) -> Value?
    /// The whole object, as a `.map` (or what else it is): asked for by comparisons, macros, `size`, `in`, JSON.
    func value() -> Value
    /// How much work reading it may be, in units of the evaluation budget (an element, or 16 bytes). Default 1.
    var weight: Int { get }
}

extension FieldSource {
    /// One unit: right for an object whose fields are at hand.
    public var weight: Int { 1 }
}
