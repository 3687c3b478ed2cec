import Expressions

/// `redact: {fields: [data.password], patterns: [email, {match: 'tok_\w+', with: tok_…}]}`
struct RedactFilter: Filter {
    static let name = "redact"
    static let summary = "Makes secrets and personal data in an event's data unreadable."

    @Option(
        "Fields whose values are replaced whole: data.FIELD, with * for every element of a list or member of an object.",
        .example("[data.password, data.cards.*.number]"))
    var fields: OneOrMore<FieldPath>?
    @Option(
        """
        What is replaced wherever it stands in a text or a number of the data (not in the names of fields): a preset \
        (email, credit_card, iban, ip, jwt, bearer, secret), or {match: a regular expression, with: what takes its place}.
        """, .example(#"[email, credit_card, {match: "tok_[a-z0-9]+"}]"#))
    var patterns: OneOrMore<RedactPattern>?
    @Option("What takes the place of what is redacted, where a pattern does not say.")
    var with = "[redacted]"

    private var tree: FieldTree<JSONRewriting.Action>?
    private var rules: [RedactPattern] = []
    private var standIn = ""

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if fields == nil, patterns == nil {
            problems.report("expected 'fields', 'patterns' or both: without them nothing is redacted", at: options[])
        }
    }

    func shape(of input: EventShape) -> EventShape {
        input.changing { kind in
            if patterns != nil { kind.data = kind.data.withTextsForNumbers }
            for path in fields?.values ?? [] {
                if let names = path.names, kind.data.field(names) != nil {
                    kind.data = kind.data.setting(names, to: .string)
                } else {
                    kind.data = .dyn
                }
            }
        }
    }

    mutating func start(_ context: FilterContext) {
        standIn = with
        rules = patterns?.values ?? []
        let replacement = Value.string(with).jsonBytes
        tree = fields.map { FieldTree($0.values, .replace { _ in replacement }) }
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        switch event.data {
        case .none, .bytes: break
        case .text(let text):
            // A field of the whole: `data` itself.
            if tree?.action != nil { event.data = .text(standIn) } else { event.data = .text(redacted(text) ?? text) }
        case .json(let bytes):
            if let problem = JSON.validate(bytes) { throw problem }
            var result = try tree.map { tree throws(JSONProblem) in
                try JSONRewriting.apply(tree, to: bytes, others: .kept)
            }
            if !rules.isEmpty, let changed = JSONTexts.replacing(in: result ?? bytes, { redacted($0) }) {
                result = changed
            }
            if let result { event.data = .json(result) }
        }
        return .pass
    }

    /// The text after all patterns; nil where none has matched.
    private func redacted(_ text: String) -> String? {
        var result: String?
        for rule in rules { result = rule.apply(to: result ?? text, standIn: standIn) ?? result }
        return result
    }
}

extension ValueType {
    /// The type after numbers, in which something may have been found, may have become texts.
    fileprivate var withTextsForNumbers: ValueType {
        switch self {
        case .int, .uint, .double, .timestamp, .duration: return .dyn
        case .list(let element): return .list(element.withTextsForNumbers)
        case .map(let key, let value): return .map(key, value.withTextsForNumbers)
        case .object(var object):
            object.fields = object.fields.mapValues {
                .init($0.type.withTextsForNumbers, isOptional: $0.isOptional)
            }
            return .object(object)
        default: return self
        }
    }
}
