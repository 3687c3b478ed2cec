/// A JSON object that is read as it is touched: its bytes are checked once, and what is found is where each member lies.
/// A value is made when a field is asked for; an object inside is again one of these, over the same bytes.
///
/// Making one costs a walk over the bytes and one allocation. Immutable, so any number of threads may read it.
public final class JSONObject: FieldSource {
    /// The bytes in which the object lies.
    public let bytes: [UInt8]
    /// Where in the bytes it lies, from brace to brace.
    public let range: Range<Int>
    let members: JSONMembers
    private let maxDepth: Int

    /// Checks all the bytes (or those in `range`) and remembers the members of the outermost object. Throws when they are
    /// not valid JSON, or not an object; at most 2 GiB.
    public init(_ bytes: [UInt8], in range: Range<Int>? = nil, maxDepth: Int = JSON.defaultDepth) throws(JSONProblem) {
        let given = range ?? bytes.indices
        guard given.upperBound <= Int32.max else { throw JSONProblem(message: "more than 2 GiB", offset: 0) }
        var members = JSONMembers()
        self.range = try bytes.withUnsafeBufferPointer { bytes throws(JSONProblem) in
            var scanner = JSONScanner(
                UnsafeRawBufferPointer(bytes), at: given.lowerBound, end: given.upperBound, maxDepth: maxDepth)
            return try Self.index(&scanner, &members)
        }
        self.members = members
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    /// One that was walked over already: `range` is where it lies, `members` are all of it.
    init(_ bytes: [UInt8], in range: Range<Int>, members: consuming JSONMembers, maxDepth: Int) {
        self.bytes = bytes
        self.range = range
        self.members = members
        self.maxDepth = maxDepth
    }

    private static func index(
        _ scanner: inout JSONScanner, _ members: inout JSONMembers
    ) throws(JSONProblem) -> Range<Int> {
        scanner.skipBlanks()
        let start = scanner.at
        guard scanner.next == UInt8(ascii: "{") else { throw scanner.problem("expected an object") }
        try scanner.members { (scanner: inout JSONScanner, key) throws(JSONProblem) in
            let start = scanner.at
            let isPlain = try scanner.valueIsPlain()
            members.append(JSONMember(key: key, value: start..<scanner.at, isPlain: isPlain))
        }
        let end = scanner.at
        try scanner.finish()
        return start..<end
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
    public var isEmpty: Bool { members.count == 0 }

    /// All members in their order, also those of one name.
    public var parts: [Part] {
        bytes.withUnsafeBytes { bytes in
            members.indices.map { index in
                let key = members[index].key
                return Part(
                    name: JSONScanner(bytes, maxDepth: 0).text(key), key: key.start - 1..<key.end + 1,
                    value: members[index].value)
            }
        }
    }

    /// Where the value of a member lies in `bytes`; of two with the same key the last one's.
    public func range(of name: String) -> Range<Int>? {
        bytes.withUnsafeBytes { bytes in members.last(named: PreparedText(name), in: bytes)?.value }
    }

    /// The value of a member; of two with the same key the last.
    public func field(_ name: String) -> Value? {
        bytes.withUnsafeBytes { bytes in
            members.last(named: PreparedText(name), in: bytes).flatMap { value(in: $0.value, of: bytes) }
        }
    }

    private func value(in range: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Value? {
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
            members.indices.compactMap { index in
                let name = JSONScanner(bytes, maxDepth: 0).text(members[index].key)
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
