#if canImport(Glibc)
    import Glibc
#endif

/// Where the server listens.
public enum ListenAddress: OptionValue, Hashable {
    /// A numeric IPv4 or IPv6 address without brackets, and a port, 0 for a free one.
    case tcp(host: String, port: Int)
    /// The path of a socket.
    case unix(path: String)

    /// What may be written.
    public static var shape: OptionShape { .string }

    /// An address as the file would write it, relative to the current folder; nil if it is none.
    public init?(_ text: String) {
        let place = FilePlace(line: 1, column: 1)
        var problems = Problems(directory: FileContent.currentDirectory)
        let node = Node(.scalar(text, isPlain: false), from: place, to: place, style: .plain)
        guard let address = Self.decode(node, &problems) else { return nil }
        self = address
    }

    /// Whoever is not on this machine cannot reach it.
    public var isLoopback: Bool {
        switch self {
        case .tcp(let host, _): host.hasPrefix("127.") || host == "::1" || host.hasPrefix("::ffff:127.")
        case .unix: true
        }
    }

    /// As the file would say it.
    public var optionText: String? {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "\"[\(host)]:\(port)\"" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> ListenAddress? {
        guard let text = node.plainText else {
            problems.expected("an address: host:port, \"[v6]:port\" or unix:/path", at: node)
            return nil
        }
        if text.hasPrefix("unix:") { return socket(text.dropFirst(5), node, &problems) }
        guard let colon = text.lastIndex(of: ":") else {
            let advice = text.allSatisfy(\.isNumber) ? "; 127.0.0.1:\(text) is that port on this machine" : ""
            problems.report(
                "expected an address: host:port, \"[v6]:port\" or unix:/path, not \(problems.quote(node))\(advice)",
                at: node)
            return nil
        }
        guard let port = portNumber(text[text.index(after: colon)...]) else {
            problems.report(
                "expected a port from 0 to 65535 after the last ':'; an IPv6 address stands in brackets: \"[::1]:8080\"",
                at: node)
            return nil
        }
        return host(text[..<colon], problems: &problems, node).map { .tcp(host: $0, port: port) }
    }

    /// The numeric form of the host.
    private static func host(_ text: Substring, problems: inout Problems, _ node: Node) -> String? {
        if text == "localhost" { return "127.0.0.1" }
        if text.hasPrefix("["), text.hasSuffix("]") {
            if isNumeric(text.dropFirst().dropLast(), AF_INET6) { return String(text.dropFirst().dropLast()) }
        } else if isNumeric(text, AF_INET) {
            return String(text)
        }
        let advice =
            switch text {
            case "", "*": "0.0.0.0 listens on every IPv4 address, \"[::]\" on every address"
            case _ where isNumeric(text, AF_INET6): "an IPv6 address stands in brackets: \"[\(text)]:PORT\""
            default: "a name is not looked up: write a numeric address, or localhost"
            }
        problems.report("\(problems.quote(key: String(text))) is no address to listen on; \(advice)", at: node)
        return nil
    }

    private static func socket(_ written: Substring, _ node: Node, _ problems: inout Problems) -> ListenAddress? {
        let path = PathOption.join(problems.directory, String(written))
        // sockaddr_un.sun_path has 108 bytes, one of them for the terminating zero.
        guard !written.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else {
            problems.report("expected the path of a socket after 'unix:', at most 107 bytes with its folder", at: node)
            return nil
        }
        return .unix(path: path)
    }

    private static func isNumeric(_ text: some StringProtocol, _ family: Int32) -> Bool {
        var address = in6_addr()
        return inet_pton(family, String(text), &address) == 1
    }
}

/// A port from 0 to 65535 in decimal digits; nil for anything else, also for the sign that Swift's own reading takes.
func portNumber(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return UInt16(text).map(Int.init)
}
