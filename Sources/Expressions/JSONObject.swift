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

    /// The value of a member; of two with the same key the last.
    public func field(_ name: String) -> Value? {
        var name = name
        return name.withUTF8 { name in
            bytes.withUnsafeBytes { bytes in
                for member in members.reversed() where Self.isKey(name, of: member, in: bytes) {
                    return value(of: member, in: bytes)
                }
                return nil
            }
        }
    }

    private static func isKey(
        _ name: UnsafeBufferPointer<UInt8>, of member: Member, in bytes: UnsafeRawBufferPointer
    ) -> Bool {
        let start = Int(member.keyStart)
        let count = Int(member.key >> 1)
        if member.key & 1 == 0 {
            guard count == name.count else { return false }
            let key = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
            return key.withMemoryRebound(to: UInt8.self) { sameBytes($0, name) }
        }
        let text = JSONText(start: start, end: start + count, isEscaped: true)
        return JSONScanner(bytes, maxDepth: 0).text(text).utf8.elementsEqual(name)
    }

    private func value(of member: Member, in bytes: UnsafeRawBufferPointer) -> Value? {
        let range = Int(member.valueStart)..<Int(member.valueEnd)
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
                let start = Int(member.keyStart)
                let end = start + Int(member.key >> 1)
                let name = JSONScanner(bytes, maxDepth: 0).text(
                    JSONText(start: start, end: end, isEscaped: member.key & 1 == 1))
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
