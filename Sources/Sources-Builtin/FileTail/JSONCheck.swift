/// Whether bytes are one JSON text (RFC 8259), strictly, without building anything.
struct JSONCheck {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0

    /// Deeper than this is refused (RFC 8259, section 9, allows a limit): the check calls itself.
    private static let depthLimit = 128

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The offset of the first byte that cannot be; nil: it is valid.
    static func firstMistake(in bytes: UnsafeRawBufferPointer) -> Int? {
        var check = JSONCheck(bytes)
        guard check.value(depth: 0) else { return check.at }
        check.skipBlanks()
        guard check.at == bytes.count else { return check.at }
        // Only strings can hold what is no ASCII, so it is enough to look once at the whole.
        return JSONBytes.isASCII(bytes) || String(validating: bytes, as: UTF8.self) != nil ? nil : firstBadByte(bytes)
    }

    private static func firstBadByte(_ bytes: UnsafeRawBufferPointer) -> Int {
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .valid(let scalar) = decoder.parseScalar(from: &iterator) { offset += scalar.count }
        return offset
    }

    private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipBlanks() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) -> Bool {
        guard depth < Self.depthLimit else { return false }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return object(depth: depth + 1)
        case UInt8(ascii: "["): return array(depth: depth + 1)
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        at += 1
        skipBlanks()
        if skip("}") { return true }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\""), string() else { return false }
            skipBlanks()
            guard skip(":"), value(depth: depth) else { return false }
            skipBlanks()
            if skip("}") { return true }
            guard skip(",") else { return false }
        }
    }

    private mutating func array(depth: Int) -> Bool {
        at += 1
        skipBlanks()
        if skip("]") { return true }
        while true {
            guard value(depth: depth) else { return false }
            skipBlanks()
            if skip("]") { return true }
            guard skip(",") else { return false }
        }
    }

    private mutating func skip(_ expected: Unicode.Scalar) -> Bool {
        guard at < bytes.count, UInt32(bytes[at]) == expected.value else { return false }
        at += 1
        return true
    }

    private mutating func word(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count, bytes[at] == word.utf8Start[index] else { return false }
            at += 1
        }
        return true
    }

    private mutating func string() -> Bool {
        at += 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return true
            case UInt8(ascii: "\\"):
                at += 1
                guard escape() else { return false }
            case ..<0x20: return false
            default: at += 1
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 1
            return true
        case UInt8(ascii: "u"):
            at += 1
            for _ in 0..<4 {
                guard Self.isHexadecimal(next) else { return false }
                at += 1
            }
            return true
        default: return false
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// Section 6: `-`? (`0` | 1–9 digits) (`.` digits)? (`e` sign? digits)?
    private mutating func number() -> Bool {
        _ = skip("-")
        if !skip("0") {
            guard digits() else { return false }
        }
        if skip("."), !digits() { return false }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            return digits()
        }
        return true
    }

    /// At least one.
    private mutating func digits() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        return at > start
    }
}
