/// A piece of the pipeline file, with its place: what YAML says, before anybody has asked what it means. Aliases and merge
/// keys are resolved, `${…}` is filled in.
public struct Node: Sendable {
    /// What it is.
    public let content: Content
    /// Where it begins.
    public let place: FilePlace
    /// Right after its last character.
    let end: FilePlace
    /// How it was written.
    let style: Style
    /// Something in it came from the environment: it is text, which a number may be read from even within quotes.
    let isSubstituted: Bool
    /// The key it stands under, or, for an element of a list, that of the list.
    var label: Label?
    /// Keys that somebody has decoded and taken out: no longer there, but known all the same.
    private(set) var taken: [String] = []

    /// What a node can be.
    public indirect enum Content: Sendable {
        /// Text; `isPlain`: written without quotes, so that `5` may be a number, `true` a truth value, and nothing at all null.
        case scalar(String, isPlain: Bool)
        /// A list.
        case list([Node])
        /// A mapping, in its order. Keys are always text.
        case mapping([Entry])
    }

    /// A key and its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let place: FilePlace
        /// The value.
        public let value: Node
    }

    /// How a node was written (YAML 1.1, chapter 9).
    enum Style: Sendable {
        case plain
        case singleQuoted
        case doubleQuoted
        case block
        case collection
    }

    /// A key as it names its value in messages.
    struct Label: Sendable {
        var text: String
        var place: FilePlace
        /// It is the key of the list that the node is in.
        var isOfList = false
    }

    init(
        _ content: Content, from place: FilePlace, to end: FilePlace, style: Style, isSubstituted: Bool = false
    ) {
        self.content = content
        self.place = place
        self.end = end
        self.style = style
        self.isSubstituted = isSubstituted
    }
}

extension Node {
    /// The text, with or without quotes; nil for a list or a mapping.
    public var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// The elements; nil if it is no list.
    public var elements: [Node]? {
        if case .list(let elements) = content { elements } else { nil }
    }

    /// The keys and values in their order; nil if it is no mapping.
    public var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The value under a key; nil if there is none.
    public subscript(key: String) -> Node? { entries?.first { $0.key == key }?.value }

    /// Nothing stands there, or `null` or `~` without quotes.
    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content, !isSubstituted else { return false }
        return text.isEmpty || text == "null" || text == "~"
    }

    /// The text that may be read as a number, a truth value, or a quantity: written without quotes, or taken from the
    /// environment. Nil for all else.
    public var numberText: String? {
        guard case .scalar(let text, let isPlain) = content, isPlain || isSubstituted, !isNull else { return nil }
        return text
    }

    /// The text, unless nothing stands there; quotes do not matter, as for `15s`.
    var plainText: String? { isNull ? nil : text }

    /// May this text stand without quotes where YAML's flow collections are? For defaults in the reference; it is careful,
    /// not complete.
    static func isSafePlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, text != "null", text != "true", text != "false" else {
            return false
        }
        let isWord = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./ :".unicodeScalars.contains($0)
        }
        return isWord && (first.properties.isAlphabetic || first == "/" || first == "." || first == "_")
            && !text.contains(": ") && !text.hasSuffix(":") && !text.hasSuffix(" ")
    }

    /// Without one key, which stays known in messages about the others.
    func taking(_ key: String) -> (rest: Node, value: Node?) {
        guard let entries else { return (self, nil) }
        var rest = Node(
            .mapping(entries.filter { $0.key != key }), from: place, to: end, style: style,
            isSubstituted: isSubstituted)
        rest.label = label
        rest.taken = taken + [key]
        return (rest, self[key])
    }
}

/// A place in a file.
public struct FilePlace: Sendable, Hashable, Comparable {
    /// Index of the file among those loaded together, for messages.
    public var file: Int = 0
    /// From 1.
    public var line: Int
    /// From 1, in characters (Unicode scalars).
    public var column: Int

    /// A place.
    public init(file: Int = 0, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// Earlier in the file.
    public static func < (left: FilePlace, right: FilePlace) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
