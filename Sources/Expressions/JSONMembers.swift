/// Where a member of a JSON object lies in the text.
struct JSONMember {
    fileprivate var keyStart: UInt32 = 0
    /// The length of the key, shifted left by one; the lowest bit says whether it has escapes.
    fileprivate var keyLength: UInt32 = 0
    /// Shifted left by one; the lowest bit says whether it is a string without escapes.
    fileprivate var valueStart: UInt32 = 0
    fileprivate var valueEnd: UInt32 = 0

    fileprivate init() {}

    /// Both lie within the first 2 GiB.
    @inline(__always)
    init(key: JSONText, value: Range<Int>, isPlain: Bool) {
        keyStart = UInt32(truncatingIfNeeded: key.start)
        keyLength = UInt32(truncatingIfNeeded: key.count << 1 | (key.isEscaped ? 1 : 0))
        valueStart = UInt32(truncatingIfNeeded: value.lowerBound << 1 | (isPlain ? 1 : 0))
        valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
    }

    /// The key, without its quotes.
    @inline(__always)
    var key: JSONText {
        let start = Int(keyStart)
        return JSONText(start: start, end: start + Int(keyLength >> 1), isEscaped: keyLength & 1 == 1)
    }

    /// The value.
    @inline(__always)
    var value: Range<Int> { Int(valueStart >> 1)..<Int(valueEnd) }

    /// Whether the value is a string without escapes: its text lies between its quotes.
    @inline(__always)
    var isPlain: Bool { valueStart & 1 == 1 }

    /// Whether the value is a number.
    @inline(__always)
    func isNumber(in bytes: UnsafeRawBufferPointer) -> Bool {
        let first = bytes[value.lowerBound]
        return first &- UInt8(ascii: "0") < 10 || first == UInt8(ascii: "-")
    }

    /// Whether this is its key.
    @inline(__always)
    func isNamed(_ name: PreparedText, in bytes: UnsafeRawBufferPointer) -> Bool {
        if keyLength & 1 == 0 { return name.isSame(as: bytes, at: Int(keyStart), count: Int(keyLength >> 1)) }
        return sameText(JSONScanner(bytes, maxDepth: 0).text(key), name.text)
    }
}

/// The members of an object in their order. The first dozen, which is all of most objects, need no memory of their own.
///
/// Never copied: each look at a member would else move all of them.
struct JSONMembers: ~Copyable {
    private var few = InlineArray<12, JSONMember>(repeating: JSONMember())
    private var more: [JSONMember] = []
    private(set) var count = 0

    @inline(__always)
    mutating func append(_ member: JSONMember) {
        if count < few.count { few[count] = member } else { more.append(member) }
        count += 1
    }

    @inline(__always)
    subscript(index: Int) -> JSONMember { index < few.count ? few.span[index] : more[index - few.count] }

    var indices: Range<Int> { 0..<count }

    /// The last of that name: of two it is the one that counts.
    @inline(__always)
    func last(named name: PreparedText, in bytes: UnsafeRawBufferPointer) -> JSONMember? {
        if count > few.count, let found = more.last(where: { $0.isNamed(name, in: bytes) }) { return found }
        let few = few.span
        var index = min(count, few.count)
        while index > 0 {
            index -= 1
            if few[index].isNamed(name, in: bytes) { return few[index] }
        }
        return nil
    }
}

/// A text that many others are compared with: most are told apart, or found to be the same, by one word.
struct PreparedText: Sendable {
    let text: String
    let count: Int
    /// The first eight bytes, the first in the lowest bits, and a mask of as many.
    private let head: UInt64
    private let mask: UInt64

    init(_ text: String) {
        self.text = text
        count = text.utf8.count
        var head: UInt64 = 0
        for (index, byte) in text.utf8.prefix(8).enumerated() { head |= UInt64(byte) << UInt64(index * 8) }
        self.head = head
        mask = count < 8 ? 1 << UInt64(count * 8) &- 1 : .max
    }

    /// Whether these bytes are the text.
    @inline(__always)
    func isSame(as other: UnsafeRawBufferPointer, at start: Int, count: Int) -> Bool {
        guard count == self.count else { return false }
        guard start + 8 <= other.count else { return isSameBytewise(as: other, at: start) }
        guard (JSONWord.load(other, at: start) ^ head) & mask == 0 else { return false }
        return count <= 8 || isSameBytewise(as: other, at: start)
    }

    private func isSameBytewise(as other: UnsafeRawBufferPointer, at start: Int) -> Bool {
        var text = text
        return text.withUTF8 { text in
            sameBytes(
                UnsafeRawBufferPointer(text), UnsafeRawBufferPointer(rebasing: other[start..<start + count]))
        }
    }

    /// How these bytes stand to the text. UTF-8 has the order of the scalars it encodes.
    func order(of other: UnsafeRawBufferPointer, at start: Int, count: Int) -> Order {
        if isSame(as: other, at: start, count: count) { return .same }
        let other = UnsafeRawBufferPointer(rebasing: other[start..<start + count])
        return other.lexicographicallyPrecedes(text.utf8) ? .before : .after
    }
}
