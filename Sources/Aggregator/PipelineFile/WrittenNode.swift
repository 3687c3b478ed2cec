extension WrittenNode {
    /// Longer ones are cut.
    private static let width = 100

    /// A mapping is shown without its own braces, which would say nothing.
    init(_ node: Node) {
        var text = Self.inner(node, depth: 0)
        if node.entries != nil { text = String(text.dropFirst().dropLast()) }
        if text.count > Self.width { text = text.prefix(Self.width - 1) + "…" }
        self.init(text: text, line: node.place.line)
    }

    /// In YAML's flow style, but without quotes, so that expressions read as they are. What came from the environment may be
    /// a secret, and is not shown.
    private static func inner(_ node: Node, depth: Int) -> String {
        guard depth < 8 else { return "…" }
        switch node.content {
        case .scalar(let text, _):
            return node.isSubstituted ? "…" : text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        case .list(let elements):
            return "[" + elements.map { inner($0, depth: depth + 1) }.joined(separator: ", ") + "]"
        case .mapping(let entries):
            return "{" + entries.map { "\($0.key): \(inner($0.value, depth: depth + 1))" }.joined(separator: ", ") + "}"
        }
    }
}
