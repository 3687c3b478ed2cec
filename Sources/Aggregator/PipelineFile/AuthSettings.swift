import Expressions

/// `auth:`: how callers prove who they are.
struct AuthSettings: OptionGroup {
    @Option("Tokens that are known beforehand.") var tokens: [TokenDefinition]

    static let later = ["jwt"]

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if tokens.isEmpty {
            problems.report("without a token nobody could come in; give one, or leave out auth", at: options["tokens"])
        }
        guard let nodes = options["tokens"].elements, nodes.count == tokens.count else { return }
        var names: [String: Int] = [:]
        var owners: [String: String] = [:]
        for (token, node) in zip(tokens, nodes) {
            let line = (node["name"] ?? node).place.line
            if let first = names.updateValue(line, forKey: token.name) {
                problems.report(
                    "the name '\(token.name)' stands here twice, first on line \(first)", at: node["name"] ?? node)
            }
            if let owner = owners.updateValue(token.name, forKey: token.token) {
                problems.report("this token is that of '\(owner)' already", at: node["token"] ?? node)
            }
        }
    }
}

/// One token and whom it stands for.
struct TokenDefinition: OptionGroup {
    @Option("What it is called in logs and metrics, where the token itself never stands.") var name: String
    @Option("The token, as the caller sends it.", .secret) var token: String
    @Option("What access expressions know of its holder.") var claims = OrderedOptions<PlainValue>()

    /// The claims, as expressions see them.
    var claimsValue: Value {
        .map(
            claims.entries.reduce(into: ValueMap(capacity: claims.entries.count)) { map, claim in
                map.set(.string(claim.name), claim.value.value)
            })
    }

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if name.isEmpty { problems.report("expected a name", at: options["name"]) }
        if token.isEmpty { problems.report("an empty token would let everybody in", at: options["token"]) }
        // It travels in a field of HTTP, where only these bytes come through unharmed (RFC 6750, section 2.1).
        if !token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            problems.report("expected a token of visible ASCII characters without blanks", at: options["token"])
        }
    }
}
