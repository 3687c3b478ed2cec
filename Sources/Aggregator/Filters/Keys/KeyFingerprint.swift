import Expressions

/// What stands for a key in the memory of a step: 128 bits, whatever the key's type and size, so that ten thousand keys take
/// the same memory whether they are numbers or log lines.
///
/// Two halves of SipHash with a seed of this process: that two of a million keys share a fingerprint has a probability
/// of 10⁻²⁷, and nobody who sends events can look for such a pair. Keys that are equal in CEL (`1`, `1u` and `1.0`; maps in
/// any order) have the same fingerprint.
struct KeyFingerprint: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// The fingerprint of a value; nil, what is absent, is a key of its own.
    init(_ value: Value?) {
        var writer = Writer()
        if let value { writer.write(value) } else { writer.tag(.absent) }
        (high, low) = writer.finish()
    }

    /// Of several values in their order.
    init(_ values: [Value?]) {
        var writer = Writer()
        for value in values { if let value { writer.write(value) } else { writer.tag(.absent) } }
        (high, low) = writer.finish()
    }

    static func == (a: KeyFingerprint, b: KeyFingerprint) -> Bool { a.low == b.low && a.high == b.high }

    func hash(into hasher: inout Hasher) { hasher.combine(low) }

    /// 64 bits of it, evenly distributed.
    var bits: UInt64 { low }
}

/// Feeds a value to both halves, so that values of different types differ even where their bytes do not.
private struct Writer {
    enum Tag: UInt8 {
        case absent, null, bool, int, uint, double, string, bytes, list, map, timestamp, duration, type, optional
    }

    private var first = Hasher()
    private var second = Hasher()

    init() {
        // Any prefix makes the second half another function.
        second.combine(0x9E37_79B9_7F4A_7C15 as UInt64)
    }

    consuming func finish() -> (UInt64, UInt64) {
        (UInt64(bitPattern: Int64(first.finalize())), UInt64(bitPattern: Int64(second.finalize())))
    }

    mutating func tag(_ tag: Tag) { write(tag.rawValue) }

    mutating func write(_ value: Value) {
        switch value {
        case .null: tag(.null)
        case .bool(let isTrue):
            tag(.bool)
            write(isTrue ? 1 : 0 as UInt8)
        case .int, .uint, .double: write(number: value)
        case .string(var text):
            tag(.string)
            text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes):
            tag(.bytes)
            bytes.withUnsafeBytes { write($0) }
        case .list(let elements):
            tag(.list)
            write(UInt64(elements.count))
            for element in elements { write(element) }
        case .map(let map): write(map)
        case .object(let source): write(source.value())
        case .timestamp(let moment):
            tag(.timestamp)
            write(UInt64(bitPattern: moment.seconds))
            write(UInt64(moment.nanoseconds))
        case .duration(let span):
            tag(.duration)
            write(UInt64(bitPattern: span.seconds))
            write(UInt64(bitPattern: Int64(span.nanoseconds)))
        case .type(let kind):
            tag(.type)
            write(.string(kind.rawValue))
        case .optional(let held):
            tag(.optional)
            if let held { write(held) }
        }
    }

    /// A number by its mathematical value: as an integer where it is one.
    private mutating func write(number: Value) {
        switch number {
        case .int(let number):
            tag(.int)
            write(UInt64(bitPattern: number))
        case .uint(let number):
            tag(number <= UInt64(Int64.max) ? .int : .uint)
            write(number)
        case .double(let number):
            if let whole = Int64(exactly: number) { return write(number: .int(whole)) }
            if let whole = UInt64(exactly: number) { return write(number: .uint(whole)) }
            tag(.double)
            write(number.isNaN ? Double.nan.bitPattern : number.bitPattern)
        default: break
        }
    }

    /// The sum of the entries' fingerprints does not depend on their order.
    private mutating func write(_ map: ValueMap) {
        tag(.map)
        var sum: (UInt64, UInt64) = (0, 0)
        for entry in map {
            var writer = Writer()
            writer.write(entry.key.value)
            writer.write(entry.value)
            let (high, low) = writer.finish()
            sum = (sum.0 &+ high, sum.1 &+ low)
        }
        write(UInt64(map.count))
        write(sum.0)
        write(sum.1)
    }

    private mutating func write(_ byte: UInt8) {
        first.combine(byte)
        second.combine(byte)
    }

    private mutating func write(_ word: UInt64) {
        first.combine(word)
        second.combine(word)
    }

    /// With its length, so that a list's texts cannot flow into each other.
    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        write(UInt64(bytes.count))
        first.combine(bytes: bytes)
        second.combine(bytes: bytes)
    }
}
