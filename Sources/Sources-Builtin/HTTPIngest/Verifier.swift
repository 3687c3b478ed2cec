import Aggregator

/// Whether a request is from whom it says: `verify:` as it is asked for each one.
///
/// Every secret is tried, and compared in constant time, so that neither which one was right nor how nearly wrong one was
/// shows in the time it takes. A signature is one of the bytes as they were sent.
struct Verifier: Sendable {
    private let schemes: [any SignatureScheme]
    private let users: [SecretHash]
    private let tokens: [SecretHash]
    private let header: (name: String, secrets: [SecretHash])?
    private let realm: String
    private let tolerance: Duration

    init(_ options: VerifyOptions, source: String) {
        var schemes: [any SignatureScheme] = []
        if let secrets = options.github { schemes.append(GitHubSignature(secrets: secrets.values)) }
        if let secrets = options.stripe { schemes.append(StripeSignature(secrets: secrets.values)) }
        if let secrets = options.standard { schemes.append(StandardWebhooks(secrets: secrets.values)) }
        if let hmac = options.hmac { schemes.append(HeaderSignature(hmac)) }
        self.schemes = schemes
        users = options.basic.map { $0.entries.map { SecretHash("\($0.name):\($0.value)") } } ?? []
        tokens = options.token.map { $0.values.map(SecretHash.init) } ?? []
        header = options.header.map { ($0.name.lowercased(), $0.secret.values.map(SecretHash.init)) }
        realm = source
        tolerance = options.tolerance
    }

    /// What the sender has to show beside a signature.
    ///
    /// - Throws: a 401.
    func checkSender(of request: RouteRequest) throws(Refusal) {
        if !users.isEmpty, !Self.isAny(of: users, request.sender.basic.flatMap(Self.credentials)) {
            throw Refusal(
                401, "This needs a user's name and password (Authorization: Basic), and none, or wrong ones, came.",
                header: ("WWW-Authenticate", "Basic realm=\"\(realm)\", charset=\"UTF-8\""))
        }
        if !tokens.isEmpty, !Self.isAny(of: tokens, request.sender.token) {
            throw Refusal(401, "Invalid token", header: ("WWW-Authenticate", "Bearer"))
        }
        if let header, !Self.isAny(of: header.secrets, request.headers[header.name]) {
            throw Refusal(
                401, "The header '\(header.name)' does not have the secret that this source was given.",
                header: ("WWW-Authenticate", "Secret header=\"\(header.name)\""))
        }
    }

    /// Checks the signatures of the body.
    ///
    /// - Returns: what tells this request from every other; nil if nothing is signed.
    /// - Throws: a 401.
    func signature(of request: RouteRequest, now: Timestamp) throws(Refusal) -> [UInt8]? {
        var key: [UInt8]?
        for scheme in schemes {
            let found = try scheme.check(request, now: now, tolerance: tolerance)
            key = (key ?? []) + found
        }
        return key
    }

    private static func isAny(of secrets: [SecretHash], _ given: String?) -> Bool {
        guard let given else { return false }
        var found = false
        for secret in secrets where secret.matches(given) { found = true }
        return found
    }

    private static func credentials(_ base64: String) -> String? {
        TextCoding.base64(base64).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
