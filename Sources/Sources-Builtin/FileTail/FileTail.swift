public import Aggregator

/// Follows text files as they grow, and through all ways in which they are rotated.
///
/// A file is told by its device and inode, and by the bytes before the place up to which it was read, not by its name. Its
/// handle is kept over a rename or removal until its successor is there and its writer has been silent for a while, so that
/// what is written to the old file late is read too. A line is emitted once it has its end; a last line without one when
/// the file is rotated away or cut off, or after `flush`.
///
/// `data` is `{"message": line}` for text, with `"truncated": true` for a line that was cut. For JSON it is the line as it
/// stands; one that is no JSON is `{"message": line, "error": what is wrong}`. `subject` is the path as matched.
public struct FileTail: EventSource {
    /// The word in the pipeline file.
    public static let name = "file_tail"
    /// In one sentence.
    public static let summary = "The lines that are written to files, also when these are rotated, cut off or replaced."

    /// Which files.
    @Option(
        "The files to follow: paths, with `*`, `?`, `[a-z]`, and `**` for any number of folders. Hidden ones only where the "
            + "dot is written.", .example("[logs/*.log]"))
    public var include: [PathOption]
    /// Which of them not.
    @Option("Files to leave out, written the same way.") public var exclude: [PathOption] = []
    /// The events' type.
    @Option("The type of the events.") public var type = "log"
    /// What a line is.
    @Option("What a line is: `text` becomes `{\"message\": …}`, `json` is taken as it stands.")
    public var format = LineFormat.text
    /// Where to begin.
    @Option(
        "Where to begin in files that are there at the start. Those that appear later are read from their beginning.")
    public var from = Beginning.end
    /// The longest line.
    @Option(
        "The longest line, without its end; one of which the event would be longer than `server.limits.event` is too long "
            + "as well.", .range(64...67_108_864))
    public var maxLine = ByteSize.mebibytes(1)
    /// What becomes of longer ones.
    @Option("Whether longer lines are cut (and marked `truncated`) or dropped.") public var oversize = LineOversize.cut
    /// How often to look.
    @Option(
        "How often to look at files of which the system gives no notice of changes; at all others ten times more seldom, to "
            + "be sure.", .range(0.01...3600))
    public var poll = Duration.seconds(1)
    /// When to give up waiting for a line's end.
    @Option(
        "After how much silence a last line without end is emitted. Not given: never, because a program that writes through "
            + "a buffer pauses anywhere; when its file is rotated it is emitted all the same.", .example("5s"))
    public var flush: Duration?

    /// How long a writer may be silent before the file it wrote is given up for its successor.
    var grace = Duration.seconds(5)
    /// Files that are held open.
    var openLimit = 256

    /// What belongs to the formats and the ways to begin that are still to come.
    public static var later: [String] { ["multiline", "pattern"] }

    /// With its defaults.
    public init() {}

    /// Where to begin in a file that is there at the start.
    public enum Beginning: String, OptionChoice {
        /// With all that is in it.
        case beginning
        /// With what is written from now on.
        case end

        /// One of the words; what is planned but not there yet is refused as that.
        public static func decode(_ node: Node, _ problems: inout Problems) -> Beginning? {
            decode(node, &problems, planned: ["checkpoint"])
        }
    }

    /// Objects to what no event can be, and to patterns that name no file.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if include.isEmpty { problems.report("expected at least one path", at: options["include"]) }
    }

    /// Follows the files until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        let thread = try ReadingThread()
        let notices = context.files.notices()
        let rhythm = PollRhythm()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [poll] in try await rhythm.run(every: poll, context.clock, notices) }
            group.addTask(executorPreference: thread) {
                try await Tailer(TailSettings(self), context, notices, rhythm).run()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// What a line of a file is.
public enum LineFormat: String, OptionChoice {
    /// Any text.
    case text
    /// One JSON text (RFC 8259) each.
    case json

    /// One of the words; what is planned but not there yet is refused as that.
    public static func decode(_ node: Node, _ problems: inout Problems) -> LineFormat? {
        decode(node, &problems, planned: ["logfmt", "regex"])
    }
}

/// What becomes of a line that is too long.
public enum LineOversize: String, OptionChoice {
    /// Its beginning is emitted, with `"truncated": true`.
    case cut
    /// It is dropped, counted and logged.
    case drop
}

extension OptionChoice {
    /// `planned`: words that will be choices one day.
    fileprivate static func decode(_ node: Node, _ problems: inout Problems, planned: Set<String>) -> Self? {
        if case .scalar(let word, _) = node.content, planned.contains(word) {
            let choices = allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")
            problems.report("`\(word)` is not supported yet: use \(choices)", at: node)
            return nil
        }
        guard let word = String.decode(node, &problems) else { return nil }
        if let choice = Self(rawValue: word) { return choice }
        problems.report("expected one of \(allCases.map(\.rawValue).joined(separator: ", "))", at: node)
        return nil
    }
}
