import Expressions
import Foundation
import Synchronization

/// Encodes values straight to JSON text (RFC 8259), with the conventions of events: keys in the order of their bytes, dates
/// as RFC 3339 in UTC, to the second, `Data` as base64; an optional that is nil has no member; slashes as they are.
///
/// One word and a number, so that it travels as `any Encoder` without an allocation.
struct JSONValueEncoder: Encoder {
    let sink: JSONSink
    /// Which level of the sink it may write to.
    let turn: UInt64

    var codingPath: [any CodingKey] { sink.path }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The sink of the encoding before last, for the next one: making one costs more than filling it.
    private static let spare = SpareSink()

    /// The JSON text of a value.
    ///
    /// - Throws: `EncodingError` when it cannot be JSON (a NaN, say), or what its `encode(to:)` throws.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        var sink = spare.take() ?? JSONSink()
        defer {
            // A container that somebody has kept still refers to its sink, and may be used on any thread: that sink is
            // never another value's.
            if isKnownUniquelyReferenced(&sink) {
                sink.reset()
                spare.give(sink)
            }
        }
        try sink.write(value)
        return try sink.finish()
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sink.begin(.object, turn: turn)
        return KeyedEncodingContainer(JSONObjectContainer<Key>(sink: sink, turn: turn))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sink.begin(.array, turn: turn)
        return JSONArrayContainer(sink: sink, turn: turn)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingleContainer(sink: sink, turn: turn) }
}

extension JSONSink {
    /// Writes a value of any type: those with a form of their own in JSON, and all others as they encode themselves.
    func write<T: Encodable>(_ value: T) throws {
        if try writeDirectly(value) { return }
        let turn = open()
        try value.encode(to: JSONValueEncoder(sink: self, turn: turn))
        close()
    }

    /// Types whose own `encode(to:)` is not what JSON has for them; and the most frequent ones, for which it is a detour.
    @inline(__always)
    private func writeDirectly<T: Encodable>(_ value: T) throws -> Bool {
        if T.self == String.self, let text = value as? String {
            state.pointee.output.append(string: text)
        } else if T.self == Date.self, let date = value as? Date {
            state.pointee.output.append(string: date.formatted(.iso8601))
        } else if T.self == Data.self, let data = value as? Data {
            state.pointee.output.append(string: Base64.text([UInt8](data)).asText)
        } else if T.self == URL.self, let url = value as? URL {
            state.pointee.output.append(string: url.absoluteString)
        } else if T.self == Decimal.self, let number = value as? Decimal {
            guard number.isFinite else { throw notANumber(number) }
            state.pointee.output.append(text: number.description)
        } else {
            return false
        }
        return true
    }

    func write(_ number: Double) throws {
        guard number.isFinite else { throw notANumber(number) }
        state.pointee.output.append(double: number)
    }

    func write(_ number: Float) throws {
        guard number.isFinite else { throw notANumber(number) }
        // Its own shortest text: as a Double it would show digits that nobody has written.
        let text = number.description
        state.pointee.output.append(text: text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    private func notANumber(_ value: Any) -> EncodingError {
        .invalidValue(
            value, .init(codingPath: path, debugDescription: "\(value) cannot be JSON, which has finite numbers only"))
    }
}

extension [UInt8] {
    fileprivate var asText: String { String(decoding: self, as: UTF8.self) }
}

/// Room for one sink that nobody uses. Any thread: who takes it, has it alone.
private final class SpareSink: Sendable {
    /// The address of a sink with one reference, or 0.
    private let place = Atomic<UInt>(0)

    func take() -> JSONSink? { sink(at: place.exchange(0, ordering: .acquiring)) }

    /// One that was there goes.
    func give(_ sink: JSONSink) {
        let given = UInt(bitPattern: Unmanaged.passRetained(sink).toOpaque())
        _ = self.sink(at: place.exchange(given, ordering: .acquiringAndReleasing))
    }

    private func sink(at address: UInt) -> JSONSink? {
        UnsafeRawPointer(bitPattern: address).map { Unmanaged<JSONSink>.fromOpaque($0).takeRetainedValue() }
    }
}
