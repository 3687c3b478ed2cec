import Expressions

/// Percent-encoding (RFC 3986, section 2.1), and the plus sign of `application/x-www-form-urlencoded` (WHATWG URL,
/// section 5).
public enum PercentCoding {
    /// What a text says once it is decoded; its reader decides what to do about what is wrong with it.
    public struct Decoded: Sendable {
        /// A `%` that begins no escape stands for itself, as browsers have it.
        public internal(set) var bytes: [UInt8] = []
        /// There was such a `%`.
        public internal(set) var hasBrokenEscape = false

        /// The text; nil if it is not UTF-8.
        public var text: String? { String(validating: bytes, as: UTF8.self) }
        /// The text; what is not UTF-8 becomes U+FFFD.
        public var repaired: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Decodes once.
    ///
    /// - Parameters:
    ///   - text: as it stands in the URL or the form.
    ///   - plusIsSpace: as in queries and forms, not in paths.
    public static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> Decoded {
        var decoded = Decoded()
        decoded.bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2).compactMap(hexDigit)
                if digits.count == 2 {
                    decoded.bytes.append(UInt8(digits[0] << 4 | digits[1]))
                    rest = rest.dropFirst(2)
                } else {
                    decoded.hasBrokenEscape = true
                    decoded.bytes.append(byte)
                }
            case UInt8(ascii: "+") where plusIsSpace: decoded.bytes.append(UInt8(ascii: " "))
            default: decoded.bytes.append(byte)
            }
        }
        return decoded
    }

    /// The names and values of a query or a form, in their order; without `=` the value is empty.
    public static func pairs(_ text: some Collection<UInt8>) -> [(name: Decoded, value: Decoded)] {
        text.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair[name.endIndex...].dropFirst()
            return (decode(name, plusIsSpace: true), decode(value, plusIsSpace: true))
        }
    }

    /// A text as one part of a path: all but unreserved characters (section 2.3) as `%XX`.
    public static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            default: encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
