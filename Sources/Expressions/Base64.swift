/// Base64 with padding (RFC 4648, section 4).
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Bytes as text.
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
