#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a text stands for: forms of declared types, and formats of JSON Schema (draft 2020-12, "JSON Schema Validation",
/// section 7.3), which are checked here.
package enum TextForm: String, Sendable, CaseIterable {
    /// RFC 3339; without offset it is UTC.
    case timestamp
    /// As expressions write it: `1h30m`, `1.5s`.
    case span
    /// RFC 4648, section 4.
    case base64
    /// RFC 3339 with its offset.
    case dateTime = "date-time"
    case date
    case time
    /// ISO 8601: `PT1H30M`.
    case duration
    case email
    case uri
    case uuid
    case ipv4
    case ipv6

    /// What is expected, in a message.
    var words: String {
        switch self {
        case .timestamp: "a timestamp such as 2024-05-01T12:00:00Z"
        case .span: "a duration such as 1h30m or 1.5s"
        case .base64: "bytes as base64"
        case .dateTime: "a date and time with its offset, such as 2024-05-01T12:00:00Z"
        case .date: "a date such as 2024-05-01"
        case .time: "a time with its offset, such as 12:00:00Z"
        case .duration: "a duration such as PT1H30M"
        case .email: "an e-mail address"
        case .uri: "a URI with its scheme"
        case .uuid: "a UUID"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        }
    }

    /// Whether a text has this form.
    func matches(_ text: String) -> Bool {
        switch self {
        case .timestamp: Timestamp(lenient: text) != nil
        case .span: ValueDuration(text) != nil
        case .base64: Base64.bytes(text.utf8) != nil
        case .dateTime: Timestamp(rfc3339: text) != nil
        case .date: text.utf8.count == 10 && Timestamp(rfc3339: text + "T00:00:00Z") != nil
        case .time: Timestamp(rfc3339: "2000-01-01T" + text) != nil
        case .ipv4: isAddress(text, AF_INET)
        case .ipv6: isAddress(text, AF_INET6)
        case .duration: Self.isoDuration?.matches(text) == true && text.last != "T" && text != "P"
        case .email: Self.mailbox?.matches(text) == true
        case .uri: Self.absoluteURI?.matches(text) == true
        case .uuid: Self.hexadecimalUUID?.matches(text) == true
        }
    }

    private func isAddress(_ text: String, _ family: Int32) -> Bool {
        var address = in6_addr()
        return !text.utf8.contains(0) && inet_pton(family, text, &address) == 1
    }

    // RFC 3339, appendix A.
    private static let isoDuration = try? Pattern(
        #"^P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)$"#)
    // RFC 5321, section 4.1.2, without quoted local parts.
    private static let mailbox = try? Pattern(
        #"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"#
    )
    // RFC 3986, section 4.3, by its characters.
    private static let absoluteURI = try? Pattern(
        #"^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$"#)
    // RFC 9562, section 4.
    private static let hexadecimalUUID = try? Pattern(#"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"#)
}

/// A regular expression that a text must match somewhere (RE2's syntax).
package struct TextPattern: Sendable {
    package let text: String
    private let pattern: Pattern

    /// Compiles it; throws what is wrong with it.
    package init(_ text: String) throws(RegularExpression.Problem) {
        do throws(Pattern.Problem) {
            pattern = try Pattern(text)
        } catch {
            throw RegularExpression.Problem(message: error.message)
        }
        self.text = text
    }

    func matches(_ text: String) -> Bool { pattern.matches(text) }
}
