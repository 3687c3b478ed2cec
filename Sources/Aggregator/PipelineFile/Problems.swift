public import Expressions

/// The mistakes found in a pipeline file so far, and what those who look for them need to know of the file.
public struct Problems: Sendable {
    /// One mistake, or one warning.
    public struct Problem: Sendable, Hashable {
        /// A warning lets the file pass.
        public var isWarning: Bool
        /// Where.
        public var place: FilePlace
        /// How many characters the caret underlines.
        public var length: Int
        /// What is wrong, what was expected, what to do.
        public var message: String
    }

    /// In the order in which they were found, none twice; the first `limit` of them.
    public private(set) var all: [Problem] = []
    /// The folder of the file, which relative paths are relative to.
    public let directory: String
    /// How long a source may take to stop (`SourceContext.timeToStop`), as the file's `server` says: for options that ask for
    /// more than that.
    public internal(set) var timeToStop = ServerSettings().timeToStop
    /// What is known of the events at the place that is being decoded: those that a step is given, or a channel.
    public internal(set) var events = EventShape.unknown {
        didSet { if events != oldValue { eventEnvironment = events.environment } }
    }
    /// The variables of expressions over them.
    private(set) var eventEnvironment = EventEnvironment.standard

    let source: SourceText
    private(set) var concealed: [Range<FilePlace>] = []
    private var concealedStarts: Set<FilePlace> = []
    private var ignored: Set<FilePlace> = []
    private(set) var errorCount = 0
    /// What was found beyond `limit`.
    private(set) var omitted = 0
    private var seen: Set<Problem> = []

    /// More than this nobody reads, and a file of some megabytes could have millions.
    static let limit = 200

    /// None yet.
    public init(directory: String = "") { self.init(directory: directory, source: SourceText("")) }

    init(directory: String, source: SourceText) {
        self.directory = directory
        self.source = source
    }

    /// For an attempt whose mistakes may not matter.
    func fresh() -> Problems {
        var attempt = Problems(directory: directory, source: source)
        attempt.concealed = concealed
        attempt.concealedStarts = concealedStarts
        attempt.ignored = ignored
        attempt.events = events
        attempt.timeToStop = timeToStop
        return attempt
    }

    /// No mistakes; warnings are none.
    public var isEmpty: Bool { errorCount == 0 }

    /// Notes a mistake at a node.
    public mutating func report(_ message: String, at node: Node) {
        if ignored.contains(node.place) {
            errorCount += 1
        } else {
            add(message, at: node.place, length: source.visibleLength(of: node), isWarning: false)
        }
    }

    /// Notes a mistake at a key.
    public mutating func report(_ message: String, at entry: Node.Entry) {
        report(message, at: entry.place, length: entry.key.unicodeScalars.count)
    }

    /// Notes a mistake at a place.
    public mutating func report(_ message: String, at place: FilePlace, length: Int = 1) {
        add(message, at: place, length: length, isWarning: false)
    }

    /// Notes a mistake in an expression that stands in this node: at its place within the text if the text stands in the
    /// file as it is, else at the node, with the place said in words.
    public mutating func report(_ problem: ExpressionProblem, at node: Node) {
        add(problem, at: node, isWarning: false)
    }

    /// Notes something in an expression that may well be a mistake.
    mutating func warn(_ remark: ExpressionProblem, at node: Node) { add(remark, at: node, isWarning: true) }

    private mutating func add(_ problem: ExpressionProblem, at node: Node, isWarning: Bool) {
        // The expression counts bytes, the file characters.
        let bytes = (node.text ?? "").utf8
        let offset = Self.characters(bytes.prefix(problem.place.offset))
        let length = max(1, Self.characters(bytes.dropFirst(problem.place.offset).prefix(problem.length)))
        if let place = source.place(ofOffset: offset, in: node) {
            add(problem.message, at: place, length: length, isWarning: isWarning)
            return
        }
        let line = problem.place.line > 1 ? "line \(problem.place.line), " : ""
        let message = "\(problem.message) (\(line)column \(problem.place.column) of the expression)"
        if isWarning {
            warn(message, at: node.place, length: source.visibleLength(of: node))
        } else {
            report(message, at: node)
        }
    }

    /// A byte 10xxxxxx continues the character before it.
    private static func characters(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { count, byte in byte & 0xC0 == 0x80 ? count : count + 1 }
    }

    /// Notes something that may well be a mistake.
    public mutating func warn(_ message: String, at place: FilePlace, length: Int = 1) {
        add(message, at: place, length: length, isWarning: true)
    }

    /// Notes that something else was expected, with the nearest of the words that would do.
    public mutating func expected(_ what: String, at node: Node, among words: [String] = []) {
        var message = "expected \(what), not \(quote(node))"
        if let text = node.text, let nearest = nearestName(to: text, among: words) {
            message += "; did you mean '\(nearest)'?"
        }
        report(message, at: node)
    }

    /// From now on, what stands in this node is shown in no message and no line.
    public mutating func conceal(_ node: Node) {
        switch node.content {
        case .scalar:
            guard concealedStarts.insert(node.place).inserted else { return }
            concealed.append(node.place..<max(node.place, node.end))
        case .list(let elements): for element in elements { conceal(element) }
        case .mapping(let entries): for entry in entries { conceal(entry.value) }
        }
    }

    /// What stands in this node is not known, and why was told: whatever else it may seem to be is not.
    mutating func ignore(_ node: Node) { ignored.insert(node.place) }

    /// What stands there, for a message: its text in quotes, shortened, or "a list".
    public func quote(_ node: Node) -> String {
        switch node.content {
        case .list(let elements): return elements.isEmpty ? "an empty list" : "a list"
        case .mapping(let entries): return entries.isEmpty ? "an empty mapping" : "a mapping"
        case .scalar(let text, let isPlain):
            if concealedStarts.contains(node.place) { return "this text" }
            if node.isNull { return "nothing" }
            if text.isEmpty { return "an empty text" }
            return isPlain || node.isSubstituted ? quote(key: text) : "the text \(quote(key: text))"
        }
    }

    /// A name in quotes, shortened.
    func quote(key: String) -> String {
        key.unicodeScalars.count <= 60
            ? "'\(key)'" : "'\(String(String.UnicodeScalarView(key.unicodeScalars.prefix(57))))…'"
    }

    /// "; did you mean 'interval'?", or the names there are.
    func suggestion(for name: String, among known: [String]) -> String {
        // Looking for it costs, and a file of millions of mistakes shows only the first ones.
        guard all.count < Self.limit else { return "" }
        if let nearest = nearestName(to: name, among: known) { return "; did you mean '\(nearest)'?" }
        if known.isEmpty { return "; there are none" }
        let shown = known.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        return "; known are \(shown)" + (known.count > 20 ? " and \(known.count - 20) more" : "")
    }

    private mutating func add(_ message: String, at place: FilePlace, length: Int, isWarning: Bool) {
        let problem = Problem(isWarning: isWarning, place: place, length: length, message: message)
        if !isWarning { errorCount += 1 }
        guard !seen.contains(problem) else { return }
        guard all.count < Self.limit else {
            omitted += 1
            return
        }
        seen.insert(problem)
        all.append(problem)
    }
}
