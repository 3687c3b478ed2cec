import Aggregator

/// A line as `{"message": …}`: most lines are copied once.
extension LineEncoder {
    /// `{"message":"…"` and what comes after it. What is no UTF-8 becomes U+FFFD.
    static func message(_ line: UnsafeRawBufferPointer, then tail: StaticString) -> [UInt8] {
        isPlain(line) ? plainMessage(line, then: tail) : escapedMessage(line, then: tail)
    }

    private static let head: StaticString = #"{"message":"#

    /// Most lines are printable ASCII without quotes and backslashes: their bytes stand in JSON as they are.
    private static func plainMessage(_ line: UnsafeRawBufferPointer, then tail: StaticString) -> [UInt8] {
        let before = head.utf8CodeUnitCount + 1
        let quote = before + line.count
        let count = quote + 1 + tail.utf8CodeUnitCount
        return [UInt8](unsafeUninitializedCapacity: count) { json, length in
            let json = UnsafeMutableRawBufferPointer(json)
            json.copyMemory(from: UnsafeRawBufferPointer(start: head.utf8Start, count: before - 1))
            json[before - 1] = UInt8(ascii: "\"")
            UnsafeMutableRawBufferPointer(rebasing: json[before..<quote]).copyMemory(from: line)
            json[quote] = UInt8(ascii: "\"")
            UnsafeMutableRawBufferPointer(rebasing: json[(quote + 1)...])
                .copyMemory(from: UnsafeRawBufferPointer(start: tail.utf8Start, count: tail.utf8CodeUnitCount))
            length = count
        }
    }

    private static func escapedMessage(_ line: UnsafeRawBufferPointer, then tail: StaticString) -> [UInt8] {
        var json: [UInt8] = []
        // Room for some escapes, so that a line rarely grows it.
        json.reserveCapacity(head.utf8CodeUnitCount + line.count + line.count / 8 + 8 + tail.utf8CodeUnitCount)
        head.withUTF8Buffer { json += $0 }
        JSON.append(string: String(decoding: line, as: UTF8.self), to: &json)
        tail.withUTF8Buffer { json += $0 }
        return json
    }

    /// Has only bytes that neither JSON (RFC 8259, section 7) nor UTF-8 has to look at: ASCII from 0x20 on, but no quote and
    /// no backslash. Looks at all of them, eight at a time: in most lines there is nothing to stop at.
    static func isPlain(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.count >= 8 else { return line.allSatisfy(isPlain) }
        var hits: UInt64 = 0
        var at = 0
        while at + 8 <= line.count {
            hits |= specials(line.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        // The last eight again, of which some have been looked at.
        return hits | specials(line.loadUnaligned(fromByteOffset: line.count - 8, as: UInt64.self)) == 0
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Not zero if there is a byte that is not plain: the high bit of one, or that which is borrowed where 0x20, or what a
    /// quote or a backslash leaves zero, is taken from.
    @inline(__always)
    private static func specials(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        let control = word &- (ones &* 0x20)
        return (word | quote | backslash | control) & (ones &* 0x80)
    }
}
