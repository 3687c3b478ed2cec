/// A request's target in origin-form (RFC 9112, section 3.2.1), taken apart and percent-decoded once (RFC 3986,
/// section 2.1). What it holds is well-formed UTF-8 without NUL.
struct RequestTarget: Sendable {
    /// The path as it came, without the query: for redirects.
    let path: String
    /// What stands between the slashes, decoded: an encoded slash stays inside its part. `/` is one empty part.
    private(set) var parts: [String]
    /// The query's items in their order, decoded, `+` as a space; without `token`.
    private(set) var query: [(name: String, value: String)] = []
    /// The first `token` of the query, which nobody beyond access control gets to see.
    private(set) var token: String?

    /// - Throws: what is wrong with it, for a 400.
    init(_ text: String) throws(Problem) {
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw Problem(status: 400, detail: "A request target here is a path that begins with \"/\".")
        }
        let bytes = text.utf8
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        path = Self.path(of: text)
        parts = []
        for part in bytes[bytes.index(after: bytes.startIndex)..<mark].split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            parts.append(try PercentCoding.decode(part, plusIsSpace: false).orProblem(in: "the path"))
        }
        guard mark != bytes.endIndex else { return }
        for (name, value) in PercentCoding.pairs(bytes[bytes.index(after: mark)...]) { try add(name, value) }
    }

    /// What stands before the query of any target, also of one that cannot be decoded.
    static func path(of text: String) -> String {
        String(text[..<(text.utf8.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex)])
    }

    private mutating func add(_ name: PercentCoding.Decoded, _ value: PercentCoding.Decoded) throws(Problem) {
        let name = try name.orProblem(in: "the query")
        // A position that is none is answered with a gap, whatever its bytes: never with a 400.
        let value = name == "last_event_id" ? value.repaired : try value.orProblem(in: "the query's \(name)")
        if name == "token" {
            token = token ?? value
        } else {
            query.append((name, value))
        }
    }

    /// The first item of that name.
    func first(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// All items of that name.
    func all(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
}

extension PercentCoding.Decoded {
    /// The text, or the 400 that says why there is none: we take whole escapes, UTF-8 and no NUL.
    fileprivate func orProblem(in place: String) throws(Problem) -> String {
        if hasBrokenEscape {
            throw Problem(
                status: 400,
                detail: "A % in \(place) is not followed by two hexadecimal digits; a % itself is written %25.")
        }
        guard !bytes.contains(0), let text else {
            throw Problem(
                status: 400, detail: "Once it is percent-decoded, \(place) is no UTF-8, or has a NUL in it.")
        }
        return text
    }
}
