/// `server.cors`: which pages of other sites may use this server (Fetch Standard, "CORS protocol").
struct CORS: OptionGroup {
    @Option("Their origins, `scheme://host[:port]` each, or `\"*\"` for all.") var origins: OneOrMore<Origin>
    @Option("They may send cookies and `Authorization`.") var credentials = false

    /// An origin as browsers write it in the `Origin` field.
    enum Origin: OptionValue, Hashable {
        /// Written `*`.
        case any
        /// Scheme and host in lower case, the port only if it is not the scheme's own.
        case site(String)
    }

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if origins.values.contains(.any), credentials {
            problems.report(
                "origins: [\"*\"] with credentials would let every site act as your users; name the origins instead",
                at: options["credentials"])
        }
    }
}

extension CORS.Origin {
    static var shape: OptionShape { .string }

    var optionText: String? {
        switch self {
        case .any: "\"*\""
        case .site(let origin): origin.quotedForYAML
        }
    }

    static func decode(_ node: Node, _ problems: inout Problems) -> CORS.Origin? {
        if node.plainText == "*" { return .any }
        guard let text = node.plainText, let origin = normalized(text) else {
            problems.expected(
                "an origin: \"*\", or scheme://host[:port] without a path, such as https://app.example.com", at: node)
            return nil
        }
        return .site(origin)
    }

    /// As a browser serializes it (WHATWG HTML, "origin").
    private static func normalized(_ text: String) -> String? {
        let parts = text.lowercased().split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[0].utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z"),
            parts[0].utf8.allSatisfy({ HostName.isValid(String(UnicodeScalar($0))) || $0 == UInt8(ascii: "+") })
        else { return nil }
        var host = parts[1]
        var port: Int?
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            guard let number = portNumber(host[host.index(after: colon)...]) else { return nil }
            port = number
            host = host[..<colon]
        }
        let isBracketed =
            host.hasPrefix("[") && host.hasSuffix("]")
            && host.dropFirst().dropLast().allSatisfy {
                $0.isHexDigit || $0 == ":" || $0 == "."
            }
        guard HostName.isValid(host) || isBracketed && host.count > 3 else { return nil }
        let usual = ["http": 80, "https": 443][parts[0]]
        return "\(parts[0])://\(host)" + (port == nil || port == usual ? "" : ":\(port ?? 0)")
    }
}
