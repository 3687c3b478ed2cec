/// Base64 (RFC 4648, section 4).
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each digit, 64 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// The bytes that a text stands for; its padding may be missing, nothing else may. Nil when it is no base64.
    package static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        var padding = 0
        for digit in text {
            if digit == UInt8(ascii: "=") {
                padding += 1
            } else {
                let value = values[Int(digit)]
                guard padding == 0, value < 64 else { return nil }
                digits.append(value)
            }
        }
        let rest = digits.count % 4
        guard rest != 1, padding == 0 || padding == (4 - rest) % 4 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        for (index, digit) in digits.enumerated() {
            bits = bits << 6 | UInt32(digit)
            // Each digit but the first of four completes a byte.
            if index % 4 > 0 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(2 * (3 - index % 4)))) }
        }
        return bytes
    }

    /// Bytes as text, with padding.
    package static func text(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text, count in
            var from = 0
            while from < bytes.count {
                let left = min(3, bytes.count - from)
                var group = UInt32(bytes[from]) << 16
                if left > 1 { group |= UInt32(bytes[from + 1]) << 8 }
                if left > 2 { group |= UInt32(bytes[from + 2]) }
                for place in 0..<4 {
                    let digit = alphabet[Int(group >> UInt32(18 - 6 * place)) & 63]
                    text[count + place] = place <= left ? digit : UInt8(ascii: "=")
                }
                from += 3
                count += 4
            }
        }
    }
}
