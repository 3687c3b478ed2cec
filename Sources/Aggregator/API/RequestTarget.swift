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
        for item in bytes[bytes.index(after: mark)...].split(separator: UInt8(ascii: "&")) {
            try add(item)
        }
    }

    /// What stands before the query of any target, also of one that cannot be decoded.
    static func path(of text: String) -> String {
        String(text[..<(text.utf8.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex)])
    }

    private mutating func add(_ item: Substring.UTF8View) throws(Problem) {
        let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
        let name = try PercentCoding.decode(item[..<equals], plusIsSpace: true).orProblem(in: "the query")
        let raw = equals == item.endIndex ? item[equals...] : item[item.index(after: equals)...]
        let decoded = PercentCoding.decode(raw, plusIsSpace: true)
        // A position that is none is answered with a gap, whatever its bytes: never with a 400.
        let value = name == "last_event_id" ? decoded.repaired : try decoded.orProblem(in: "the query's \(name)")
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

/// Percent-encoding (RFC 3986, section 2.1), and `application/x-www-form-urlencoded`'s plus sign.
enum PercentCoding {
    /// Decoded bytes, and whether they are what we take: whole escapes, UTF-8, no NUL.
    struct Decoded {
        var bytes: [UInt8] = []
        var hasBrokenEscape = false

        /// Bytes that are no UTF-8 become U+FFFD.
        var repaired: String { String(decoding: bytes, as: UTF8.self) }

        /// The text, or the 400 that says why there is none.
        func orProblem(in place: String) throws(Problem) -> String {
            if hasBrokenEscape {
                throw Problem(
                    status: 400,
                    detail: "A % in \(place) is not followed by two hexadecimal digits; a % itself is written %25.")
            }
            guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                throw Problem(
                    status: 400, detail: "Once it is percent-decoded, \(place) is no UTF-8, or has a NUL in it.")
            }
            return text
        }
    }

    static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> Decoded {
        var decoded = Decoded()
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next(), let low = rest.next(), let value = hex(high, low) else {
                    decoded.hasBrokenEscape = true
                    decoded.bytes.append(byte)
                    continue
                }
                decoded.bytes.append(value)
            case UInt8(ascii: "+") where plusIsSpace: decoded.bytes.append(UInt8(ascii: " "))
            default: decoded.bytes.append(byte)
            }
        }
        return decoded
    }

    private static func hex(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = digit(high), let low = digit(low) else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
