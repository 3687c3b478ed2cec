/// The path of a route or a channel: parts of literal text, and parts in braces that stand for any one part.
struct PathPattern: Sendable, Hashable {
    /// One part, without slashes.
    enum Part: Sendable, Hashable {
        /// Exactly this, percent-decoded.
        case literal(String)
        /// Any part that is not empty; its name.
        case parameter(String)
        /// All that is left of the path, at least one part; its name. Only the server's own paths have it.
        case rest(String)
    }

    /// None: the path is `/`.
    let parts: [Part]

    /// Why a path cannot be one.
    struct Mistake: Error {
        var message: String
    }

    /// Two patterns with the same shape match exactly the same paths.
    var shape: [String?] {
        parts.map { if case .literal(let text) = $0 { text } else { nil } }
    }

    var parameters: [String] {
        parts.compactMap { part in
            switch part {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    /// First parts that are the server's own.
    static let reserved: Set<String> = ["channels", "stream", "health", "metrics"]

    /// One of the server's own paths.
    init(_ parts: Part...) { self.parts = parts }

    /// What a pipeline file or a source says.
    init(_ text: String) throws(Mistake) {
        guard text.hasPrefix("/") else { throw Mistake(message: "a path begins with '/'") }
        var parts: [Part] = []
        if text != "/" {
            for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
                parts.append(try Self.part(part))
            }
        }
        self.parts = parts
        let names = parameters
        if let twice = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) }) {
            throw Mistake(message: "'{\(twice.element)}' stands in this path twice")
        }
        if case .literal(let first) = parts.first, Self.reserved.contains(first) {
            throw Mistake(message: "'/\(first)' is the server's own, and so is all below it; choose another path")
        }
    }

    private static func part(_ text: Substring) throws(Mistake) -> Part {
        if text.isEmpty {
            throw Mistake(message: "a part of this path is empty; write no '/' at the end, and none twice")
        }
        if text == "." || text == ".." {
            throw Mistake(message: "clients resolve '\(text)' before they ask; leave it out")
        }
        if text.hasPrefix("{"), text.hasSuffix("}"), !text.dropFirst().dropLast().contains(where: { "{}".contains($0) })
        {
            let name = text.dropFirst().dropLast()
            guard PipelineGraph.isName(String(name)), !name.contains("-") else {
                throw Mistake(message: "'{\(name)}' is no placeholder: expected a name, such as {subject}")
            }
            return .parameter(String(name))
        }
        if text.contains(where: { "{}".contains($0) }) {
            throw Mistake(message: "a placeholder is a whole part of the path: /a/{subject}, not /a-{subject}")
        }
        if let bad = text.unicodeScalars.first(where: {
            "?#\\ ".unicodeScalars.contains($0) || $0.value < 0x20 || $0.value == 0x7F
        }) {
            throw Mistake(
                message: "\(bad == " " ? "a blank" : "'\(bad)'") cannot stand in a path; write it percent-encoded")
        }
        let decoded = PercentCoding.decode(text.utf8, plusIsSpace: false)
        guard !decoded.hasBrokenEscape, let literal = decoded.text else {
            throw Mistake(message: "'%' begins two hexadecimal digits, and together they are UTF-8; '%25' is a '%'")
        }
        return .literal(literal)
    }
}

/// A channel's `path`.
struct ChannelPath: OptionValue {
    /// As it was written.
    var text: String
    var pattern: PathPattern

    /// The path of the stream of one subject; nil if it has no `{subject}`.
    func url(subject: String) -> String? {
        pattern.parameters.isEmpty ? nil : text.replacing("{subject}", with: PercentCoding.encode(subject))
    }

    static var shape: OptionShape { .string }
    var optionText: String? { text.optionText }

    static func decode(_ node: Node, _ problems: inout Problems) -> ChannelPath? {
        guard let text = String.decode(node, &problems) else { return nil }
        do throws(PathPattern.Mistake) {
            let pattern = try PathPattern(text)
            if let other = pattern.parameters.first(where: { $0 != "subject" }) {
                problems.report("'{\(other)}' means nothing in a channel's path; expected {subject}, or none", at: node)
                return nil
            }
            if pattern.parts.isEmpty {
                problems.report("'/' is the server's own page; choose another path", at: node)
                return nil
            }
            return ChannelPath(text: text, pattern: pattern)
        } catch {
            problems.report(error.message, at: node)
            return nil
        }
    }
}
