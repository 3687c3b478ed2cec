import Aggregator

/// A way to sign a request.
protocol SignatureScheme: Sendable {
    /// Checks the request's signature.
    ///
    /// - Parameter tolerance: how far the time in it may be from `now`, if it has one.
    /// - Returns: the signature, as bytes.
    /// - Throws: a 401 that says what is wrong, but nothing about the right one.
    func check(_ request: RouteRequest, now: Timestamp, tolerance: Duration) throws(Refusal) -> [UInt8]
}

extension SignatureScheme {
    /// The one of `given` that is the HMAC of `message` under one of the keys.
    fileprivate func match(
        _ given: [[UInt8]], _ algorithm: DigestAlgorithm, _ keys: [[UInt8]], _ message: [UInt8]
    ) -> [UInt8]? {
        var found: [UInt8]?
        for key in keys {
            guard let code = Digest.hmac(algorithm, key: key, message) else { continue }
            for signature in given where Digest.areSame(signature, code) { found = code }
        }
        return found
    }

    fileprivate func refusal(_ header: String, _ what: String) -> Refusal {
        Refusal(401, "The header \(header) \(what).", header: ("WWW-Authenticate", "HMAC header=\"\(header)\""))
    }

    fileprivate func checkTime(
        _ text: some StringProtocol, in header: String, now: Timestamp, tolerance: Duration
    ) throws(Refusal) {
        guard let seconds = Int64(text), let time = Timestamp(seconds: seconds) else {
            throw refusal(header, "has no time in seconds since 1970")
        }
        let distance = abs(now.seconds - time.seconds)
        if distance > tolerance.components.seconds {
            throw refusal(
                header,
                "is of a time \(distance) seconds from now; at most \(tolerance.components.seconds) are tolerated, "
                    + "so send it anew, and set the clocks if that does not help")
        }
    }

    fileprivate static var notOfThisBody: String {
        "is not the signature of this body with the secret that this source was given"
    }
}

/// `X-Hub-Signature-256: sha256=HEX`, of the body
/// (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
struct GitHubSignature: SignatureScheme {
    private static let header = "X-Hub-Signature-256"
    private let inner: HeaderSignature

    init(secrets: [String]) {
        inner = HeaderSignature(
            header: Self.header, secrets: secrets, algorithm: .sha256, encoding: .hex, prefix: "sha256=")
    }

    func check(_ request: RouteRequest, now: Timestamp, tolerance: Duration) throws(Refusal) -> [UInt8] {
        try inner.check(request, now: now, tolerance: tolerance)
    }
}

/// An HMAC of the body in any header.
struct HeaderSignature: SignatureScheme {
    private let header: String
    private let field: String
    private let keys: [[UInt8]]
    private let algorithm: DigestAlgorithm
    private let encoding: SignatureEncoding
    private let prefix: String

    init(header: String, secrets: [String], algorithm: DigestAlgorithm, encoding: SignatureEncoding, prefix: String) {
        self.header = header
        field = header.lowercased()
        keys = secrets.map { Array($0.utf8) }
        self.algorithm = algorithm
        self.encoding = encoding
        self.prefix = prefix
    }

    init(_ options: SignatureOptions) {
        self.init(
            header: options.header, secrets: options.secret.values, algorithm: options.algorithm,
            encoding: options.encoding, prefix: options.prefix)
    }

    func check(_ request: RouteRequest, now: Timestamp, tolerance: Duration) throws(Refusal) -> [UInt8] {
        guard let text = request.headers[field] else {
            throw refusal(header, "is missing: this source takes signed requests")
        }
        guard text.hasPrefix(prefix), let given = bytes(text.dropFirst(prefix.count)), !given.isEmpty else {
            throw refusal(header, "has to be \(prefix.isEmpty ? "" : "'\(prefix)' and then ")\(encoding.rawValue)")
        }
        guard let code = match([given], algorithm, keys, request.body) else {
            throw refusal(header, Self.notOfThisBody)
        }
        return code
    }

    private func bytes(_ text: Substring) -> [UInt8]? {
        switch encoding {
        case .hex: TextCoding.hex(text)
        case .base64: TextCoding.base64(text)
        }
    }
}

/// `Stripe-Signature: t=SECONDS,v1=HEX,v1=HEX…`, of `SECONDS.BODY`
/// (https://docs.stripe.com/webhooks#verify-manually).
struct StripeSignature: SignatureScheme {
    private static let header = "Stripe-Signature"
    private let keys: [[UInt8]]

    init(secrets: [String]) { keys = secrets.map { Array($0.utf8) } }

    func check(_ request: RouteRequest, now: Timestamp, tolerance: Duration) throws(Refusal) -> [UInt8] {
        guard let text = request.headers["stripe-signature"] else {
            throw refusal(Self.header, "is missing: this source takes signed requests")
        }
        var time: Substring?
        var given: [[UInt8]] = []
        for element in text.split(separator: ",") {
            let pair = element.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            if pair[0] == "t" { time = time ?? pair[1] }
            // Whatever other schemes it may have (v0 is for tests), somebody who can downgrade must gain nothing by them.
            if pair[0] == "v1", let bytes = TextCoding.hex(pair[1]) { given.append(bytes) }
        }
        guard let time, !given.isEmpty else { throw refusal(Self.header, "has to be t=SECONDS,v1=HEX") }
        let message = Array(time.utf8) + [UInt8(ascii: ".")] + request.body
        guard let code = match(given, .sha256, keys, message) else { throw refusal(Self.header, Self.notOfThisBody) }
        try checkTime(time, in: Self.header, now: now, tolerance: tolerance)
        return code
    }
}

/// `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,BASE64 v1,BASE64…`, of `ID.SECONDS.BODY`
/// (https://github.com/standard-webhooks/standard-webhooks).
struct StandardWebhooks: SignatureScheme {
    private static let header = "webhook-signature"
    private let keys: [[UInt8]]

    init(secrets: [String]) { keys = secrets.compactMap(Self.key) }

    /// What `whsec_BASE64` says; nil if it is none.
    static func key(of secret: String) -> [UInt8]? {
        let text = secret.hasPrefix("whsec_") ? secret.dropFirst("whsec_".count) : secret[...]
        return TextCoding.base64(text).flatMap { $0.isEmpty ? nil : $0 }
    }

    func check(_ request: RouteRequest, now: Timestamp, tolerance: Duration) throws(Refusal) -> [UInt8] {
        guard let id = request.headers["webhook-id"], let time = request.headers["webhook-timestamp"],
            let text = request.headers[Self.header]
        else {
            throw refusal(
                Self.header, "or webhook-id or webhook-timestamp is missing: this source takes signed requests")
        }
        let given = text.split(separator: " ").compactMap { element in
            element.hasPrefix("v1,") ? TextCoding.base64(element.dropFirst(3)) : nil
        }
        let message = Array("\(id).\(time).".utf8) + request.body
        guard let code = match(given, .sha256, keys, message) else { throw refusal(Self.header, Self.notOfThisBody) }
        try checkTime(time, in: "webhook-timestamp", now: now, tolerance: tolerance)
        return code
    }
}
