import Expressions

/// JSON text as it grows, in memory of its own that is kept for the next one. Reserved before it is written to: so most
/// bytes cost one store, without a look at who else has the memory.
struct JSONOutput {
    private(set) var count = 0
    private var capacity = 512
    private var base = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 8)

    /// More than this is not kept.
    private static let kept = 65_536

    /// The memory goes.
    func free() { base.deallocate() }

    /// The text, for the time of the call.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func reset() {
        count = 0
        guard capacity > Self.kept else { return }
        base.deallocate()
        self = JSONOutput()
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
        memory.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = memory
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count)
        if let start = bytes.baseAddress { (base + count).copyMemory(from: start, byteCount: bytes.count) }
        count += bytes.count
    }

    mutating func append<Number: BinaryInteger>(integer number: Number) {
        guard let number = Int64(exactly: number) else { return append(text: String(number)) }
        // 19 digits and a sign.
        reserve(20)
        if number < 0 { append(UInt8(ascii: "-")) }
        var magnitude = number.magnitude
        var digits = 1
        var limit: UInt64 = 10
        while digits < 19, magnitude >= limit {
            digits += 1
            limit &*= 10
        }
        var place = count + digits
        count = place
        repeat {
            place -= 1
            let (rest, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
            base.storeBytes(of: UInt8(ascii: "0") + UInt8(digit), toByteOffset: place, as: UInt8.self)
            magnitude = rest
        } while magnitude > 0
    }

    /// A finite number, as short as it can be read back: `21.5`, `21`, `1e-07`.
    mutating func append(double number: Double) {
        // With at most 15 digits in all, a whole number divided by a power of ten is rounded once, as it will be when it is
        // read. The first power for which that gives the number gives its shortest text.
        var scale = 1.0
        for places in 0...6 {
            let scaled = number * scale
            guard abs(scaled) < 1e15 else { break }
            let rounded = Int64(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
            if Double(rounded) / scale == number, rounded != 0 { return append(rounded, places: places) }
            scale *= 10
        }
        let text = number.description
        append(text: text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    /// `12345` with two places is `123.45`.
    private mutating func append(_ number: Int64, places: Int) {
        guard places > 0 else { return append(integer: number) }
        if number < 0 { append(UInt8(ascii: "-")) }
        var power: UInt64 = 1
        for _ in 0..<places { power *= 10 }
        let (whole, fraction) = number.magnitude.quotientAndRemainder(dividingBy: power)
        append(integer: whole)
        // The one before the zeros of the fraction gives way to the point.
        let point = count
        append(integer: fraction + power)
        base.storeBytes(of: UInt8(ascii: "."), toByteOffset: point, as: UInt8.self)
    }

    /// A text as it is, without quotes.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// A text as a JSON string, with quotes; escapes what RFC 8259, section 7 demands and nothing else.
    @inline(__always)
    mutating func append(string text: String) {
        var text = text
        text.withUTF8 { append(string: UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(string text: UnsafeRawBufferPointer) {
        reserve(text.count + 2)
        base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: count, as: UInt8.self)
        let to = base + count + 1
        var at = 0
        while at + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard JSONWord.specials(UInt64(littleEndian: word)) == 0 else { return append(text, escapingFrom: at) }
            to.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
            at += 8
        }
        while at < text.count {
            let byte = text[at]
            guard byte >= 0x20, byte != 0x22, byte != 0x5C else { return append(text, escapingFrom: at) }
            to.storeBytes(of: byte, toByteOffset: at, as: UInt8.self)
            at += 1
        }
        to.storeBytes(of: UInt8(ascii: "\""), toByteOffset: at, as: UInt8.self)
        count += at + 2
    }

    /// The rest of a string: what comes before `start` is written already.
    @inline(never)
    private mutating func append(_ text: UnsafeRawBufferPointer, escapingFrom start: Int) {
        count += start + 1
        for byte in text[start...] {
            switch byte {
            case 0x22, 0x5C:
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0x08: append("\\b")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20:
                append("\\u00")
                append(hexDigit(byte >> 4))
                append(hexDigit(byte & 0x0F))
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Appends a piece of the text once more.
    mutating func `repeat`(_ piece: Range<Int>) {
        reserve(piece.count)
        (base + count).copyMemory(from: base + piece.lowerBound, byteCount: piece.count)
        count += piece.count
    }

    /// Takes a piece out; what comes after it moves up.
    mutating func remove(_ piece: Range<Int>) {
        // Memory that overlaps, which this call allows.
        (base + piece.lowerBound).copyMemory(from: base + piece.upperBound, byteCount: count - piece.upperBound)
        count -= piece.count
    }

    /// The first eight bytes of a piece, the first in the highest bits; of a shorter one the rest is 0.
    @inline(__always)
    func head(at start: Int, count length: Int) -> UInt64 {
        if start + 8 <= capacity {
            let word = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            return length >= 8 ? word : length == 0 ? 0 : word & ~(UInt64.max >> UInt64(length * 8))
        }
        return bytes[start..<start + length].prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            << UInt64(max(0, 8 - length) * 8)
    }
}
