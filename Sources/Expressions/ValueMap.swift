/// A key of a map: CEL allows bool, int, uint and string. An int and a uint of the same value are the same key.
public enum MapKey: Sendable, Hashable {
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case string(String)

    /// The key as a value.
    public var value: Value {
        switch self {
        case .bool(let key): .bool(key)
        case .int(let key): .int(key)
        case .uint(let key): .uint(key)
        case .string(let key): .string(key)
        }
    }

    /// The key that a value is in a map literal, nil for types that cannot be one.
    public init?(_ value: Value) {
        switch value {
        case .bool(let key): self = .bool(key)
        case .int(let key): self = .int(key)
        case .uint(let key): self = .uint(key)
        case .string(let key): self = .string(key)
        default: return nil
        }
    }

    /// The key that a value finds: as above, and a double that is a whole number finds the integer.
    init?(finding value: Value) {
        if case .double(let number) = value {
            if let key = Int64(exactly: number) {
                self = .int(key)
            } else if let key = UInt64(exactly: number) {
                self = .uint(key)
            } else {
                return nil
            }
        } else {
            self.init(value)
        }
    }

    /// The same key: integers by their value, texts by their scalars.
    public static func == (a: MapKey, b: MapKey) -> Bool {
        switch (a, b) {
        case (.string(let a), .string(let b)): sameText(a, b)
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .uint(let b)): a == b
        case (.int(let a), .uint(let b)), (.uint(let b), .int(let a)): a >= 0 && a.magnitude == b
        case (.bool(let a), .bool(let b)): a == b
        default: false
        }
    }

    /// Equal keys have equal hashes, whatever their type.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let key): hasher.combine(key)
        case .int(let key): hasher.combine(UInt64(bitPattern: key))
        case .uint(let key): hasher.combine(key)
        case .string(let key):
            // Not String's own hash: that one is blind to normalisation, and so would have to be the equality.
            var key = key
            key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}

/// CEL's map: keys in the order of their first appearance. Lookups are a scan in small maps and a hash in large ones.
public struct ValueMap: Sendable {
    /// A key with its value.
    public typealias Element = (key: MapKey, value: Value)

    private var entries: [Element] = []
    private var index: [MapKey: Int]?
    /// Up to here a scan is as fast as hashing, and needs no second allocation.
    private static let scanned = 8

    /// An empty map.
    public init() {}

    /// An empty map with room for `capacity` entries.
    public init(capacity: Int) { entries.reserveCapacity(capacity) }

    /// The value of a key; setting nil is ignored, a map only grows.
    public subscript(key: MapKey) -> Value? {
        get { position(of: key).map { entries[$0].value } }
        set { if let newValue { set(key, newValue) } }
    }

    /// The value of a string key.
    public subscript(key: String) -> Value? {
        get { self[.string(key)] }
        set { self[.string(key)] = newValue }
    }

    /// Sets the value of a key, which keeps its place if it was there. True when the key is new.
    @discardableResult
    public mutating func set(_ key: MapKey, _ value: Value) -> Bool {
        if let position = position(of: key) {
            entries[position].value = value
            return false
        }
        entries.append((key, value))
        if index != nil {
            index?[key] = entries.count - 1
        } else if entries.count > Self.scanned {
            var made: [MapKey: Int] = [:]
            for (position, entry) in entries.enumerated() { made[entry.key] = position }
            index = made
        }
        return true
    }

    private func position(of key: MapKey) -> Int? {
        if let index { return index[key] }
        return entries.firstIndex { $0.key == key }
    }
}

extension ValueMap: RandomAccessCollection {
    /// The position of the first entry.
    public var startIndex: Int { 0 }
    /// One past the position of the last entry.
    public var endIndex: Int { entries.count }
    /// The entry at a position, in the order of insertion.
    public subscript(position: Int) -> Element { entries[position] }
}

extension ValueMap: ExpressibleByDictionaryLiteral {
    /// A map with string keys.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(capacity: elements.count)
        for (key, value) in elements { set(.string(key), value) }
    }
}
