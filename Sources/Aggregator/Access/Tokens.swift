import Expressions

/// The tokens of `auth.tokens`, and who a request says it is.
struct Tokens: Sendable {
    private struct Entry {
        var caller: Caller
        /// As long as every other's, filled up with zeros.
        var padded: [UInt8]
        var length: Int
    }

    private var entries: [Entry] = []
    /// The length of the longest.
    private var width = 0

    /// Tokens, and whom each stands for.
    init(_ tokens: [(token: String, caller: Caller)] = []) {
        width = tokens.map(\.token.utf8.count).max() ?? 0
        entries = tokens.map { token, caller in
            let bytes = Array(token.utf8)
            return Entry(
                caller: caller, padded: bytes + [UInt8](repeating: 0, count: width - bytes.count), length: bytes.count)
        }
    }

    /// Whose token that is.
    ///
    /// Takes the same steps whatever is given and whatever is configured: every token is compared to its full width, no
    /// comparison ends early, and there is no index that depends on a secret.
    func caller(presenting text: String?) -> Caller {
        guard let text, !text.isEmpty else { return .anonymous }
        let given = Array(text.utf8)
        let padded = Array(given.prefix(width)) + [UInt8](repeating: 0, count: max(0, width - given.count))
        var caller = Caller.wrong
        for entry in entries {
            var difference = entry.length ^ given.count
            for index in 0..<width { difference |= Int(entry.padded[index] ^ padded[index]) }
            if difference == 0 { caller = entry.caller }
        }
        return caller
    }

    /// The first there is of `Authorization: Bearer` (RFC 6750, section 2.1), the query's `token`, and the cookie `token`.
    /// An empty one is none at all.
    static func presented(authorization: String?, query: String?, cookie: String?) -> String? {
        if let text = authorization.flatMap(bearer), !text.isEmpty { return text }
        if let query, !query.isEmpty { return query }
        return cookie.flatMap(token(inCookies:))
    }

    private static func bearer(_ authorization: String) -> String? {
        let words = authorization.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return words[1].trimmingSpaces
    }

    /// What `Authorization: Basic` (RFC 7617, section 2) says; nil where it is of another scheme.
    static func basic(_ authorization: String) -> String? {
        let words = authorization.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "basic" else { return nil }
        return words[1].trimmingSpaces
    }

    /// RFC 6265, section 4.2.1; a value may stand in double quotes.
    private static func token(inCookies cookies: String) -> String? {
        for cookie in cookies.split(separator: ";") {
            let pair = cookie.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, pair[0].trimmingSpaces == "token" else { continue }
            var value = pair[1].trimmingSpaces
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
                value = String(value.dropFirst().dropLast())
            }
            if !value.isEmpty { return value }
        }
        return nil
    }
}

/// Who sent a request.
enum Caller: Sendable, Equatable {
    /// No token.
    case anonymous
    /// A token that nobody has.
    case wrong
    /// The holder of the token with this name, and what it claims: a map.
    case known(name: String, claims: Value = .map([:]))

    /// The name of its token; nil if it has none that is known.
    var name: String? { if case .known(let name, _) = self { name } else { nil } }

    /// May this caller use what is guarded so? What is public ignores a wrong token; nothing else does.
    ///
    /// - Parameters:
    ///   - subject: what is asked for; nil: a whole channel, or a route without one.
    ///   - channel: nil at a source's routes.
    func may(_ access: Access, subject: String? = nil, channel: String? = nil) -> Bool {
        switch (access, self) {
        case (.public, _), (.authenticated, .known): true
        case (.authenticated, _), (.expression, .wrong): false
        case (.expression(let condition), .anonymous):
            condition.allows(claims: nil, subject: subject, channel: channel)
        case (.expression(let condition), .known(_, let claims)):
            condition.allows(claims: claims, subject: subject, channel: channel)
        }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at its ends: optional white space, as RFC 9110, section 5.6.3, has it.
    var trimmingSpaces: String {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let bytes = Array(utf8)
        guard let start = bytes.firstIndex(where: { !isSpace($0) }), let end = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[start...end], as: UTF8.self)
    }
}
