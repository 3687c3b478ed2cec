/// What the data of a kind of event has to be: a type that a pipeline file declares, or a JSON Schema, made ready to be
/// checked on every event. Immutable; any thread.
public struct DataType: Sendable {
    /// The rule for the whole value.
    package let root: DataRule
    /// The rules that others refer to by their place in here: so a type may contain itself.
    package let definitions: [DataRule]

    /// A type of rules that belong together: every `reference` in them is an index of `definitions`.
    package init(_ root: DataRule, definitions: [DataRule] = []) {
        self.root = root
        self.definitions = definitions
    }

    /// Walks over a JSON text once, checks that it is valid and of this type, and builds nothing but, of an object, the
    /// table of its members that expressions read from.
    ///
    /// - Returns: the object, nil if it is another value.
    /// - Throws: the first fault.
    public func check(_ json: [UInt8], maxDepth: Int = JSON.defaultDepth) throws(DataFault) -> JSONObject? {
        guard json.count <= Int32.max else { throw DataFault(pointer: "", reason: "has more than 2 GiB") }
        var check = DataCheck(self, size: json.count)
        let range = json.withUnsafeBytes { check.document($0, maxDepth: maxDepth) }
        guard let range else { throw check.fault }
        guard json[range.lowerBound] == UInt8(ascii: "{") else { return nil }
        return JSONObject(json, in: range, members: check.members, maxDepth: maxDepth)
    }

    /// Every fault of a JSON text that `check` refuses, in the order in which they are found, at most `limit`. It is a second
    /// walk, for messages.
    public func faults(of json: [UInt8], limit: Int = 10, maxDepth: Int = JSON.defaultDepth) -> [DataFault] {
        guard json.count <= Int32.max else { return [] }
        var check = DataCheck(self, size: json.count, faults: limit)
        let isWalked = json.withUnsafeBytes { check.document($0, maxDepth: maxDepth) } != nil
        let last = isWalked || check.faults.count >= limit ? [] : [check.fault]
        return check.faults + last
    }

    /// Checks a text that is no JSON but stands for itself, as `text/plain` does.
    public func check(text: String) throws(DataFault) { _ = try check(Value.string(text).jsonBytes) }

    /// Checks bytes that are no JSON: only a type that takes bytes, or anything, has room for them.
    public func check(bytes: [UInt8]) throws(DataFault) {
        if root.takesBytes { return }
        throw DataFault(pointer: "", reason: "expected \(root.words), not bytes")
    }

    /// Checks that there may be no data at all: only if the type is optional, or takes anything.
    public func checkAbsence() throws(DataFault) {
        if root.kinds.contains(.null), !root.hasMore { return }
        throw DataFault(pointer: "", reason: "there is no data; expected \(root.words)")
    }
}

/// Why data is not of its type.
public struct DataFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where, as a JSON Pointer (RFC 6901); empty: the data as a whole. A member that is missing has the place it would
    /// have.
    public var pointer: String
    /// What is wrong and what was expected, without the place.
    public var reason: String
    /// Others beside it, where somebody asked for them; they have none themselves.
    public var others: [DataFault] = []

    /// A fault.
    public init(pointer: String, reason: String) {
        self.pointer = pointer
        self.reason = reason
    }

    /// One sentence for people, without its full stop.
    public var description: String { pointer.isEmpty ? "data: \(reason)" : "data at \(pointer): \(reason)" }
}
