import Aggregator

/// `verify:` of the file. All that is given has to be right.
struct VerifyOptions: OptionGroup {
    @Option(
        "The secret of a GitHub webhook (its `X-Hub-Signature-256`), or several while it is being changed.", .secret,
        .example("\"${GITHUB_SECRET}\""))
    var github: OneOrMore<String>?
    @Option("The signing secret of a Stripe webhook (its `Stripe-Signature`), or several.", .secret)
    var stripe: OneOrMore<String>?
    @Option("The secret of a sender that keeps to Standard Webhooks (`whsec_…`), or several.", .secret)
    var standard: OneOrMore<String>?
    @Option(
        "A signature of the body in a header of your choice.", .example("{header: X-Signature, secret: \"${SECRET}\"}"))
    var hmac: SignatureOptions?
    @Option("The users, as `NAME: PASSWORD`, of whom one has to ask (RFC 7617).", .secret)
    var basic: OrderedOptions<String>?
    @Option("The token to come with, as `Authorization: Bearer`, `?token=` or a cookie; or several.", .secret)
    var token: OneOrMore<String>?
    @Option("A header with a fixed secret in it, such as GitLab's `X-Gitlab-Token`.")
    var header: HeaderOptions?
    @Option(
        "How far a signature's time may be from now, where it has one (Stripe's, Standard Webhooks').",
        .range(1...86_400))
    var tolerance: Duration = .seconds(300)
    @Option(
        """
        For so long a signature is remembered: a request that comes with it again is answered as before and emits \
        nothing. At least as long as `tolerance` would let it through. 0s: never. For `hmac`, whose equal bodies have \
        equal signatures, only where this is given; else 10m.
        """)
    var replay: Duration?
    @Option("So many signatures are remembered.", .range(1...1_000_000)) var keys = 10_000

    init() {}

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        let lists = [("github", github), ("stripe", stripe), ("standard", standard), ("token", token)]
        for (name, secrets) in lists {
            guard let secrets else { continue }
            if secrets.values.contains("") { problems.report("a secret must not be empty", at: options[name]) }
            if name == "standard", !secrets.values.allSatisfy({ StandardWebhooks.key(of: $0) != nil }) {
                problems.report("expected whsec_ and then base64", at: options[name])
            }
        }
        if let basic {
            if basic.entries.isEmpty { problems.report("expected at least one NAME: PASSWORD", at: options["basic"]) }
            for entry in basic.entries {
                if entry.value.isEmpty { problems.report("a password must not be empty", at: options["basic"]) }
                if entry.name.contains(":") {
                    problems.report("a user's name must not have a colon (RFC 7617)", at: options["basic"])
                }
            }
        }
        if basic != nil, token != nil {
            problems.report(
                "both would have to stand in Authorization; choose 'basic' or 'token'", at: options["basic"])
        }
        if lists.allSatisfy({ $0.1 == nil }), hmac == nil, basic == nil, header == nil {
            problems.report(
                "expected one of github, stripe, standard, hmac, basic, token, header", at: options[])
        }
    }

    /// It covers the body, so that nothing can be said before all of that is there.
    var isOfBody: Bool { github != nil || stripe != nil || standard != nil || hmac != nil }

    /// How long signatures are remembered, and how many; nil: they are not.
    var replayWindow: (within: Duration, keys: Int)? {
        guard isOfBody else { return nil }
        let isAlone = github == nil && stripe == nil && standard == nil
        let asked = replay ?? (isAlone ? .zero : .seconds(600))
        guard asked > .zero else { return nil }
        // A time may lie as far ahead as behind: so long it may be let through.
        let isTimed = stripe != nil || standard != nil
        return (isTimed ? max(asked, tolerance * 2) : asked, keys)
    }
}

/// A signature in a header of one's own.
struct SignatureOptions: OptionGroup {
    @Option("The header that has it.", .example("X-Signature")) var header: String
    @Option("The secret, or several while it is being changed.", .secret) var secret: OneOrMore<String>
    @Option("The hash function of the HMAC.") var algorithm = DigestAlgorithm.sha256
    @Option("How the header writes it.") var encoding = SignatureEncoding.hex
    @Option("What stands before it in the header.", .example("sha256=")) var prefix = ""

    init() {}

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if secret.values.contains("") { problems.report("a secret must not be empty", at: options["secret"]) }
        problems.checkHeader(header, at: options["header"])
    }
}

/// How bytes are written in a header.
enum SignatureEncoding: String, OptionChoice {
    case hex
    case base64
}

/// A fixed secret in a header.
struct HeaderOptions: OptionGroup {
    @Option("The header that has it.", .example("X-Gitlab-Token")) var name: String
    @Option("What it has to say; or several.", .secret) var secret: OneOrMore<String>

    init() {}

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if secret.values.contains("") { problems.report("a secret must not be empty", at: options["secret"]) }
        problems.checkHeader(name, at: options["name"])
    }
}

extension Problems {
    /// Headers that never get to a source cannot be looked at there.
    fileprivate mutating func checkHeader(_ name: String, at node: Node) {
        let isToken =
            !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
        if !isToken { report("expected the name of a header", at: node) }
        if ["authorization", "cookie", "content-length"].contains(name.lowercased()) {
            report("'\(name)' is not handed to sources; use 'basic' or 'token'", at: node)
        }
    }
}
