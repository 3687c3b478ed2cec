/// A JSON object that is read as it is touched: its bytes are checked once, and what is found is where each member lies.
/// A value is made when a field is asked for; an object inside is again one of these, over the same bytes.
///
/// Making one costs a walk over the bytes and two allocations. Immutable, so any number of threads may read it.
public final class JSONObject: FieldSource {
    private struct Member {
        var keyStart: UInt32
        /// The length of the key, shifted left by one; the lowest bit says whether it has escapes.
        var key: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
    }

    /// The bytes in which the object lies.
    public let bytes: [UInt8]
    /// Where in the bytes it lies, from brace to brace.
    public let range: Range<Int>
    private let members: [Member]
    private let maxDepth: Int

    /// Checks all the bytes (or those in `range`) and remembers the members of the outermost object. Throws when they are
    /// not valid JSON, or not an object; at most 2 GiB.
    public init(_ bytes: [UInt8], in range: Range<Int>? = nil, maxDepth: Int = JSON.defaultDepth) throws(JSONProblem) {
        let given = range ?? bytes.indices
        guard given.upperBound <= Int32.max else { throw JSONProblem(message: "more than 2 GiB", offset: 0) }
        let found = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONProblem) in
                var scanner = JSONScanner(bytes, at: given.lowerBound, end: given.upperBound, maxDepth: maxDepth)
                return try Self.index(&scanner)
            }
        }
        (members, self.range) = try found.get()
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    private static func index(
        _ scanner: inout JSONScanner
    ) throws(JSONProblem) -> (members: [Member], range: Range<Int>) {
        scanner.skipBlanks()
        let start = scanner.at
        guard scanner.next == UInt8(ascii: "{") else { throw scanner.problem("expected an object") }
        var members: [Member] = []
        members.reserveCapacity(8)
        try scanner.object { (_, key, value) throws(JSONProblem) in
            members.append(
                Member(
                    keyStart: UInt32(truncatingIfNeeded: key.start),
                    key: UInt32(truncatingIfNeeded: key.count << 1 | (key.isEscaped ? 1 : 0)),
                    valueStart: UInt32(truncatingIfNeeded: value.lowerBound),
                    valueEnd: UInt32(truncatingIfNeeded: value.upperBound)))
        }
        let end = scanner.at
        try scanner.finish()
        return (members, start..<end)
    }

    /// A member as it lies in `bytes`, so that it can go out byte for byte.
    public struct Part: Sendable {
        /// The key's text.
        public let name: String
        /// The key with its quotes.
        public let key: Range<Int>
        /// The value.
        public let value: Range<Int>
    }

    /// Whether it is `{}`.
    public var isEmpty: Bool { members.isEmpty }

    /// All members in their order, also those of one name.
    public var parts: [Part] {
        bytes.withUnsafeBytes { bytes in
            members.map { member in
                let key = Self.key(of: member)
                return Part(
                    name: JSONScanner(bytes, maxDepth: 0).text(key), key: key.start - 1..<key.end + 1,
                    value: Self.range(of: member))
            }
        }
    }

    /// Where the value of a member lies in `bytes`; of two with the same key the last one's.
    public func range(of name: String) -> Range<Int>? {
        bytes.withUnsafeBytes { bytes in last(named: name, in: bytes).map(Self.range) }
    }

    /// The value of a member; of two with the same key the last.
    public func field(_ name: String) -> Value? {
        bytes.withUnsafeBytes { bytes in last(named: name, in: bytes).flatMap { value(of: $0, in: bytes) } }
    }

    private func last(named name: String, in bytes: UnsafeRawBufferPointer) -> Member? {
        var name = name
        return name.withUTF8 { name in members.last { Self.isKey(name, of: $0, in: bytes) } }
    }

    private static func range(of member: Member) -> Range<Int> { Int(member.valueStart)..<Int(member.valueEnd) }

    private static func key(of member: Member) -> JSONText {
        let start = Int(member.keyStart)
        return JSONText(start: start, end: start + Int(member.key >> 1), isEscaped: member.key & 1 == 1)
    }

    private static func isKey(
        _ name: UnsafeBufferPointer<UInt8>, of member: Member, in bytes: UnsafeRawBufferPointer
    ) -> Bool {
        let key = key(of: member)
        if key.isEscaped { return JSONScanner(bytes, maxDepth: 0).text(key).utf8.elementsEqual(name) }
        guard key.count == name.count else { return false }
        let text = UnsafeRawBufferPointer(rebasing: bytes[key.start..<key.end])
        return text.withMemoryRebound(to: UInt8.self) { sameBytes($0, name) }
    }

    private func value(of member: Member, in bytes: UnsafeRawBufferPointer) -> Value? {
        let range = Self.range(of: member)
        if bytes[range.lowerBound] == UInt8(ascii: "{") {
            return (try? JSONObject(self.bytes, in: range, maxDepth: maxDepth)).map { .object($0) }
        }
        var scanner = JSONScanner(bytes, at: range.lowerBound, end: range.upperBound, maxDepth: maxDepth)
        return try? scanner.read()
    }

    /// The names of the members in their order, once each.
    public var names: [String] {
        var seen: Set<MapKey> = []
        return bytes.withUnsafeBytes { bytes in
            members.compactMap { member in
                let name = JSONScanner(bytes, maxDepth: 0).text(Self.key(of: member))
                return seen.insert(.string(name)).inserted ? name : nil
            }
        }
    }

    /// The whole object, read.
    public func value() -> Value {
        bytes.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes, at: range.lowerBound, end: range.upperBound, maxDepth: maxDepth)
            return (try? scanner.read()) ?? .null
        }
    }

    /// A unit for each 16 bytes.
    public var weight: Int { range.count >> 4 }
}
