/// Which pages of which sites, and under which names, may use this server.
struct Origins: Sendable {
    /// Names beside loopback's own that a loopback listener answers to, in lower case.
    private let hosts: Set<String>
    /// Nil: no `cors`, so that no CORS header is ever sent.
    private let shared: Set<String>?
    private let isSharedWithAll: Bool
    private let credentials: Bool

    /// - Parameters:
    ///   - hosts: `server.hosts`.
    ///   - shared: `server.cors.origins`; `*` is any.
    ///   - credentials: `server.cors.credentials`.
    init(hosts: [String] = [], shared: [String]? = nil, credentials: Bool = false) {
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.shared = shared.map { Set($0.map { $0.lowercased() }) }
        isSharedWithAll = shared?.contains("*") ?? false
        self.credentials = credentials
    }

    /// As the file says.
    init(_ server: ServerSettings) {
        self.init(
            hosts: server.hosts.map(\.name),
            shared: server.cors.map { cors in
                cors.origins.values.map { if case .site(let origin) = $0 { origin } else { "*" } }
            },
            credentials: server.cors?.credentials ?? false)
    }

    /// Why the request's `Host` is not ours, or nil if it is.
    ///
    /// A page of any site can point a name of its own at 127.0.0.1 (DNS rebinding), and its scripts then count as of our
    /// origin; only the name gives it away. A request without `Host` (HTTP/1.0) is from no browser.
    func objection(toHost host: String?, onLoopback: Bool) -> Problem? {
        guard onLoopback, let host, !host.isEmpty else { return nil }
        guard let name = Self.split(host)?.name else {
            return Problem(status: 400, detail: "The Host field is no host with an optional port.")
        }
        if Self.isLoopback(name) || hosts.contains(name) || hosts.contains(host.lowercased()) { return nil }
        return Problem(
            status: 403,
            detail: "This server listens on a loopback address and does not answer to the name \"\(name)\". "
                + "If it should, add that name to server.hosts in the pipeline file.")
    }

    /// Why a request that may change something is refused as another site's, or nil if it is none, or a shared one.
    func objection(toMethod method: String, site: String?, origin: String?, host: String?) -> Problem? {
        if method == "GET" || method == "HEAD" || method == "OPTIONS" { return nil }
        let isForeign: Bool
        if let site {
            isForeign = site != "same-origin" && site != "none"
        } else if let origin {
            isForeign = !Self.isOrigin(origin, of: host)
        } else {
            isForeign = false
        }
        if !isForeign || origin.map(isShared) ?? false { return nil }
        return Problem(
            status: 403,
            detail: "This request comes from a page of another site. "
                + "If that page may use this server, add its origin to server.cors.origins in the pipeline file.")
    }

    /// The lines that let a page of another site read the answer; empty without `cors`.
    func lines(forOrigin origin: String?) -> [(name: String, value: String)] {
        guard shared != nil else { return [] }
        guard let origin, isShared(origin) else { return [("Vary", "Origin")] }
        var lines = [("Access-Control-Allow-Origin", isSharedWithAll ? "*" : origin)]
        if credentials { lines.append(("Access-Control-Allow-Credentials", "true")) }
        return lines + [("Vary", "Origin")]
    }

    /// The same where nobody has looked at the request: as much as is right whatever its `Origin` is.
    var linesForAnybody: [(name: String, value: String)] {
        guard let shared else { return [] }
        if isSharedWithAll { return lines(forOrigin: "*") }
        return lines(forOrigin: shared.count == 1 ? shared.first : nil)
    }

    /// What a preflight is told beyond that (Fetch standard, section 3.3.3).
    func preflightLines(forOrigin origin: String?, methods: [String]) -> [(name: String, value: String)] {
        guard let origin, isShared(origin) else { return [] }
        return [
            ("Access-Control-Allow-Methods", methods.joined(separator: ", ")),
            ("Access-Control-Allow-Headers", "authorization, content-type, last-event-id"),
            ("Access-Control-Max-Age", "600"),
        ]
    }

    private func isShared(_ origin: String) -> Bool {
        guard let shared else { return false }
        return isSharedWithAll || shared.contains(origin.lowercased())
    }

    /// Is it the origin (RFC 6454) of the host that was asked? A port that the scheme implies may be left out.
    private static func isOrigin(_ origin: String, of host: String?) -> Bool {
        let origin = origin.lowercased()
        guard let host, let asked = split(host) else { return false }
        for (scheme, port) in [("http://", "80"), ("https://", "443")] where origin.hasPrefix(scheme) {
            guard let theirs = split(String(origin.dropFirst(scheme.count))) else { return false }
            return theirs.name == asked.name && (theirs.port ?? port) == (asked.port ?? port)
        }
        return false
    }

    /// `name`, `name:port`, `[v6]:port`: the name in lower case, brackets and all. Nil if it is none of these.
    static func split(_ host: String) -> (name: String, port: String?)? {
        let host = host.lowercased()
        let end: String.Index
        if host.hasPrefix("[") {
            guard let bracket = host.firstIndex(of: "]") else { return nil }
            end = host.index(after: bracket)
        } else {
            end = host.firstIndex(of: ":") ?? host.endIndex
        }
        let name = String(host[..<end])
        guard !name.isEmpty, !name.utf8.contains(where: { $0 <= 0x20 || "/@?#\\\"".utf8.contains($0) }) else {
            return nil
        }
        if end == host.endIndex { return (name, nil) }
        let port = host[host.index(after: end)...]
        guard host[end] == ":", port.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return (name, port.isEmpty ? nil : String(port))
    }

    private static func isLoopback(_ name: String) -> Bool {
        if name == "localhost" || name == "[::1]" { return true }
        let octets = name.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy {
                $0.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } && UInt8($0) != nil
            }
    }
}
