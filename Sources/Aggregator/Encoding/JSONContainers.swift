// The containers of `JSONValueEncoder`: each call writes a key, or an element's comma, and the value.

/// An object.
struct JSONObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: JSONSink
    let turn: UInt64

    var codingPath: [any CodingKey] { sink.path }

    mutating func encodeNil(forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        sink.state.pointee.output.append("null")
    }

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        sink.state.pointee.output.append(value ? "true" : "false")
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        sink.state.pointee.output.append(string: value)
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        try sink.write(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        try sink.write(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { try number(value, forKey: key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { try number(value, forKey: key) }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        try sink.write(value)
    }

    @inline(__always)
    private func number<N: BinaryInteger>(_ value: N, forKey key: Key) throws {
        try sink.key(key.stringValue, turn: turn)
        sink.state.pointee.output.append(integer: value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        part(key.stringValue).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        part(key.stringValue).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { part("super") }

    mutating func superEncoder(forKey key: Key) -> any Encoder { part(key.stringValue) }

    private func part(_ key: String) -> JSONValueEncoder {
        sink.part { try sink.key(key, turn: turn) }
    }
}

/// An array.
struct JSONArrayContainer: UnkeyedEncodingContainer {
    let sink: JSONSink
    let turn: UInt64

    var codingPath: [any CodingKey] { sink.path }
    var count: Int { sink.state.pointee.level.turn == turn ? sink.state.pointee.level.count : 0 }

    mutating func encodeNil() throws {
        try sink.element(turn: turn)
        sink.state.pointee.output.append("null")
    }

    mutating func encode(_ value: Bool) throws {
        try sink.element(turn: turn)
        sink.state.pointee.output.append(value ? "true" : "false")
    }

    mutating func encode(_ value: String) throws {
        try sink.element(turn: turn)
        sink.state.pointee.output.append(string: value)
    }

    mutating func encode(_ value: Double) throws {
        try sink.element(turn: turn)
        try sink.write(value)
    }

    mutating func encode(_ value: Float) throws {
        try sink.element(turn: turn)
        try sink.write(value)
    }

    mutating func encode(_ value: Int) throws { try number(value) }
    mutating func encode(_ value: Int8) throws { try number(value) }
    mutating func encode(_ value: Int16) throws { try number(value) }
    mutating func encode(_ value: Int32) throws { try number(value) }
    mutating func encode(_ value: Int64) throws { try number(value) }
    mutating func encode(_ value: UInt) throws { try number(value) }
    mutating func encode(_ value: UInt8) throws { try number(value) }
    mutating func encode(_ value: UInt16) throws { try number(value) }
    mutating func encode(_ value: UInt32) throws { try number(value) }
    mutating func encode(_ value: UInt64) throws { try number(value) }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try sink.element(turn: turn)
        try sink.write(value)
    }

    @inline(__always)
    private func number<N: BinaryInteger>(_ value: N) throws {
        try sink.element(turn: turn)
        sink.state.pointee.output.append(integer: value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        part().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { part().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { part() }

    private func part() -> JSONValueEncoder {
        sink.part { try sink.element(turn: turn) }
    }
}

/// A single value.
struct JSONSingleContainer: SingleValueEncodingContainer {
    let sink: JSONSink
    let turn: UInt64

    var codingPath: [any CodingKey] { sink.path }

    func encodeNil() throws {
        try sink.single(turn: turn)
        sink.state.pointee.output.append("null")
    }

    func encode(_ value: Bool) throws {
        try sink.single(turn: turn)
        sink.state.pointee.output.append(value ? "true" : "false")
    }

    func encode(_ value: String) throws {
        try sink.single(turn: turn)
        sink.state.pointee.output.append(string: value)
    }

    func encode(_ value: Double) throws {
        try sink.single(turn: turn)
        try sink.write(value)
    }

    func encode(_ value: Float) throws {
        try sink.single(turn: turn)
        try sink.write(value)
    }

    func encode(_ value: Int) throws { try number(value) }
    func encode(_ value: Int8) throws { try number(value) }
    func encode(_ value: Int16) throws { try number(value) }
    func encode(_ value: Int32) throws { try number(value) }
    func encode(_ value: Int64) throws { try number(value) }
    func encode(_ value: UInt) throws { try number(value) }
    func encode(_ value: UInt8) throws { try number(value) }
    func encode(_ value: UInt16) throws { try number(value) }
    func encode(_ value: UInt32) throws { try number(value) }
    func encode(_ value: UInt64) throws { try number(value) }

    func encode<T: Encodable>(_ value: T) throws {
        try sink.single(turn: turn)
        try sink.write(value)
    }

    @inline(__always)
    private func number<N: BinaryInteger>(_ value: N) throws {
        try sink.single(turn: turn)
        sink.state.pointee.output.append(integer: value)
    }
}

extension JSONSink {
    /// An encoder for a part that is filled in later, at the place that `begin` makes. The functions that give it out cannot
    /// throw: what is wrong is kept, and thrown at the end.
    fileprivate func part(_ begin: () throws -> Void) -> JSONValueEncoder {
        var part = JSONSink()
        do {
            try begin()
            part = deferredPart()
        } catch {
            note(outOfTurn())
        }
        return JSONValueEncoder(sink: part, turn: part.open())
    }
}
