/// A piece of the pipeline file, with its place: what YAML says, before anybody has asked what it means. Aliases and merge
/// keys are resolved, `${…}` is filled in.
public struct Node: Sendable {
    /// What it is.
    public let content: Content
    /// Where it begins.
    public let place: FilePlace

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
}

/// A place in a file.
public struct FilePlace: Sendable, Hashable {
    /// Index of the file among those loaded together, for messages.
    public var file: Int = 0
    /// From 1.
    public var line: Int
    /// From 1, in characters.
    public var column: Int

    /// A place.
    public init(file: Int = 0, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// The mistakes found in a pipeline file so far.
public struct Problems: Sendable {
    /// One mistake.
    public struct Problem: Sendable {
        /// Where.
        public var place: FilePlace
        /// How many characters the caret underlines.
        public var length: Int
        /// What is wrong, what was expected, what to do.
        public var message: String
    }

    /// In the order in which they were found.
    public private(set) var all: [Problem] = []

    /// None yet.
    public init() {}

    /// No mistakes.
    public var isEmpty: Bool { all.isEmpty }

    /// Notes a mistake at a node.
    public mutating func report(_ message: String, at node: Node) { report(message, at: node.place) }

    /// Notes a mistake at a place.
    public mutating func report(_ message: String, at place: FilePlace, length: Int = 1) {
        all.append(Problem(place: place, length: length, message: message))
    }
}
