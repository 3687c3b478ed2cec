/// Eight bytes of a string in JSON at a time, for those who read and those who write them.
package enum JSONWord {
    /// The high bit of each byte.
    @usableFromInline
    static let high: UInt64 = 0x8080_8080_8080_8080
    @usableFromInline
    static let ones: UInt64 = 0x0101_0101_0101_0101

    /// In each byte the high bit says "is a quote, a backslash, or below 0x20": what cannot stand in a string as it is
    /// (RFC 8259, section 7). A borrow can make bytes after the first hit wrong, but never the first.
    @inlinable @inline(__always)
    package static func specials(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let isQuote = (quote &- ones) & ~quote
        let isBackslash = (backslash &- ones) & ~backslash
        let isControl = (word &- ones &* 0x20) & ~word
        return (isQuote | isBackslash | isControl) & high
    }

    /// The eight bytes at a place, the first in the lowest bits.
    @inline(__always)
    static func load(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
}
