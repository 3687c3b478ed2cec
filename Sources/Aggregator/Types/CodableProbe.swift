import Expressions
import Foundation

/// Finds out what a Codable type is in JSON without a value of it: lets it decode itself from a decoder that has every
/// field, and notes what is asked for.
///
/// What a type decides by what it reads cannot be known so: of a type whose `init(from:)` throws, nothing is.
final class CodableProbe: Decoder {
    /// What was noted.
    private(set) var type = ValueType.dyn
    let name: String
    let depth: Int
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// Types that contain themselves are known so far.
    fileprivate static let maxDepth = 8

    /// Why a type cannot be decoded from nothing.
    struct Unknown: Error {}

    private init(name: String, depth: Int) {
        self.name = name
        self.depth = depth
    }

    /// What a type is in JSON, as events encode it.
    static func valueType(of type: any Decodable.Type, named name: String) -> ValueType {
        (try? probe(type, name: name, depth: 0).type) ?? .dyn
    }

    /// What a type is, and a value of it for the decoding that goes on.
    fileprivate static func probe<T: Decodable>(_ type: T.Type, name: String, depth: Int) throws -> (
        value: T, type: ValueType
    ) {
        if let (value, known) = plain(type) { return (value, known) }
        guard depth < maxDepth else { throw Unknown() }
        // Of an enum of texts no text but its own would do.
        if let cases = type as? any CaseIterable.Type, let value = first(of: cases) as? T { return (value, raw(type)) }
        let probe = CodableProbe(name: name, depth: depth + 1)
        let value = try T(from: probe)
        return (value, probe.type)
    }

    /// Types that events encode in a form of their own (`Event.init(…data:)`), and the simplest.
    private static func plain<T>(_ type: T.Type) -> (T, ValueType)? {
        let values: [(Any, ValueType)] = [
            ("", .string), (false, .bool), (0.0, .double), (Float(0), .double), (0, .int), (Int8(0), .int),
            (Int16(0), .int), (Int32(0), .int), (Int64(0), .int), (UInt(0), .int), (UInt8(0), .int),
            (UInt16(0), .int), (UInt32(0), .int), (UInt64(0), .int), (Date(timeIntervalSince1970: 0), .timestamp),
            (Data(), .bytes), (URL(fileURLWithPath: "/"), .string), (Decimal(0), .double), (UUID(), .string),
        ]
        for (value, known) in values {
            if Swift.type(of: value) == type, let value = value as? T { return (value, known) }
        }
        return nil
    }

    private static func first<C: CaseIterable>(of type: C.Type) -> Any? { type.allCases.first }

    private static func raw(_ type: Any.Type) -> ValueType {
        guard let type = type as? any RawRepresentable.Type else { return .dyn }
        func raw<R: RawRepresentable>(_ type: R.Type) -> ValueType {
            R.RawValue.self == String.self ? .string : R.RawValue.self == Int.self ? .int : .dyn
        }
        return raw(type)
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        if case .object = self.type {} else { self.type = .object(ObjectType(name: name, fields: [:])) }
        return KeyedDecodingContainer(ProbedObject<Key>(probe: self))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        type = .list(.dyn)
        return ProbedList(probe: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { ProbedValue(probe: self) }

    // MARK: Notes

    private var optionals: Set<String> = []
    fileprivate func noteOptional(_ field: String) { optionals.insert(field) }

    fileprivate func note(_ field: String, _ type: ValueType, isOptional: Bool) {
        guard case .object(var object) = self.type else { return }
        object.fields[field] = .init(type, isOptional: isOptional || optionals.contains(field))
        self.type = .object(object)
    }

    /// Its names are asked for, so only the data knows them.
    fileprivate func noteMap(of value: ValueType) { type = .map(.string, value) }
    fileprivate func noteList(of element: ValueType) { type = .list(element) }
    fileprivate func noteAll(_ type: ValueType) { self.type = type }
}

/// Every key is there.
private struct ProbedObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: CodableProbe
    var codingPath: [any CodingKey] { [] }
    private static var anyName: String { "aName" }

    /// One, of a type of keys that takes any: that of dictionaries.
    var allKeys: [Key] { Key(stringValue: Self.anyName).map { [$0] } ?? [] }

    func contains(_ key: Key) -> Bool { true }

    /// Only who decodes what may be missing asks this.
    func decodeNil(forKey key: Key) throws -> Bool {
        probe.noteOptional(key.stringValue)
        return false
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        let (value, known) = try CodableProbe.probe(type, name: "'\(key.stringValue)'", depth: probe.depth)
        if key.stringValue == Self.anyName { probe.noteMap(of: known) } else { note(key, known, isOptional: false) }
        return value
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let known = (try? CodableProbe.probe(type, name: "'\(key.stringValue)'", depth: probe.depth).type) ?? .dyn
        note(key, known, isOptional: true)
        return nil
    }

    private func note(_ key: Key, _ type: ValueType, isOptional: Bool) {
        probe.note(key.stringValue, type, isOptional: isOptional)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw CodableProbe.Unknown() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw CodableProbe.Unknown() }
    func superDecoder() throws -> any Decoder { throw CodableProbe.Unknown() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw CodableProbe.Unknown() }
}

/// One element.
private struct ProbedList: UnkeyedDecodingContainer {
    let probe: CodableProbe
    var codingPath: [any CodingKey] { [] }
    var count: Int? { nil }
    private(set) var currentIndex = 0
    /// Deep within a type that contains itself there is none.
    var isAtEnd: Bool { currentIndex > 0 || probe.depth >= CodableProbe.maxDepth }

    init(probe: CodableProbe) { self.probe = probe }

    mutating func decodeNil() -> Bool { false }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, known) = try CodableProbe.probe(type, name: probe.name, depth: probe.depth)
        // Of a list whose elements are told by their places nothing more is known.
        probe.noteList(of: currentIndex == 0 ? known : .dyn)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { throw CodableProbe.Unknown() }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw CodableProbe.Unknown() }
    mutating func superDecoder() throws -> any Decoder { throw CodableProbe.Unknown() }
}

/// The value itself.
private struct ProbedValue: SingleValueDecodingContainer {
    let probe: CodableProbe
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, known) = try CodableProbe.probe(type, name: probe.name, depth: probe.depth)
        probe.noteAll(known)
        return value
    }
}
