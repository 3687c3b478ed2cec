import Expressions

/// What is looked for in texts, and what takes its place.
struct RedactPattern: OptionValue {
    /// As the file says it: a preset's name, or the expression.
    let text: String
    private let expression: RegularExpression
    /// Nil: the file's own expression.
    private let preset: RedactPreset?
    /// Nil: what the step says.
    private let template: RedactTemplate?

    static var shape: OptionShape {
        .either([.choice(RedactPreset.allCases.map(\.rawValue)), .mapping(.string)])
    }

    static func decode(_ node: Node, _ problems: inout Problems) -> RedactPattern? {
        guard let entries = node.entries else {
            guard let preset = RedactPreset.decode(node, &problems) else { return nil }
            return RedactPattern(preset, at: node, &problems)
        }
        for entry in entries where !["match", "with"].contains(entry.key) {
            problems.report(
                "unknown key \(problems.quote(key: entry.key)) of a pattern"
                    + problems.suggestion(for: entry.key, among: ["match", "with"]), at: entry)
        }
        guard let match = node["match"] else {
            problems.report("a pattern needs 'match', a regular expression (RE2)", at: node)
            return nil
        }
        guard let text = String.decode(match, &problems) else { return nil }
        guard let expression = compile(text, at: match, &problems) else { return nil }
        var template: RedactTemplate?
        if let with = node["with"] {
            guard let text = String.decode(with, &problems) else { return nil }
            guard let made = RedactTemplate(text, groups: expression.groupCount) else {
                problems.report(
                    "expected text in which $0 is the match and $1 to $\(max(1, expression.groupCount)) its groups (the "
                        + "expression has \(expression.groupCount)); $$ writes $", at: with)
                return nil
            }
            template = made
        }
        return RedactPattern(text: text, expression: expression, preset: nil, template: template)
    }

    private init(
        text: String, expression: RegularExpression, preset: RedactPreset?, template: RedactTemplate?
    ) {
        self.text = text
        self.expression = expression
        self.preset = preset
        self.template = template
    }

    private init?(_ preset: RedactPreset, at node: Node, _ problems: inout Problems) {
        guard let expression = Self.compile(preset.expression, at: node, &problems) else { return nil }
        self.init(text: preset.rawValue, expression: expression, preset: preset, template: nil)
    }

    private static func compile(_ text: String, at node: Node, _ problems: inout Problems) -> RegularExpression? {
        do throws(RegularExpression.Problem) {
            return try RegularExpression(text)
        } catch {
            problems.report("this is no regular expression (RE2): \(error.message)", at: node)
            return nil
        }
    }

    /// As the file would say it.
    var optionText: String? { preset == nil ? "{match: \(text.quotedForYAML)}" : text }

    /// The text after its matches were replaced; nil if there is none.
    func apply(to text: String, standIn: String) -> String? {
        expression.replacing(in: text) { groups in
            let match = (groups.first ?? nil) ?? ""
            guard !match.isEmpty, preset?.isMet(by: match) ?? true else { return nil }
            if let template { return template.text(groups) }
            // What says that a secret follows stays.
            let lead = preset == nil ? nil : groups.dropFirst().first ?? nil
            return (lead ?? "") + standIn
        }
    }
}

/// What takes a match's place: text in which `$1` is a group.
struct RedactTemplate: Sendable {
    private enum Part: Sendable {
        case text(String)
        case group(Int)
    }

    private var parts: [Part] = []

    /// Nil when it names a group that there is not.
    init?(_ text: String, groups: Int) {
        var literal = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "$" else {
                literal.append(character)
                continue
            }
            guard let next = rest.popFirst() else { return nil }
            if next == "$" {
                literal.append("$")
            } else if let group = next.wholeNumberValue, next.isASCII, group <= groups {
                parts += [.text(literal), .group(group)]
                literal = ""
            } else {
                return nil
            }
        }
        parts.append(.text(literal))
    }

    func text(_ groups: [String?]) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let literal): text += literal
            case .group(let number): text += groups[number] ?? ""
            }
        }
    }
}
