public import Aggregator

/// Follows text files as they grow, and through all ways in which they are rotated.
///
/// A file is told by its device and inode, and by its first bytes and those before the place up to which it was read, not
/// by its name. Its handle is kept over a rename or removal until its successor is there and its writer has been silent for
/// a while, so that what is written to the old file late is read too. A line is emitted once it has its end; a last line
/// without one when the file is rotated away or cut off, or after `flush`. Where reading stands is kept in the pipeline's
/// state, so that a restart goes on there, also in files that were rotated meanwhile (`Checkpoint`).
///
/// `data` is `{"message": line}` for text, with `"truncated": true` for a line that was cut. For JSON it is the line as it
/// stands, for other formats an object of its fields; a line that does not fit its format is
/// `{"message": line, "error": what is wrong}`. `subject` is the path as matched.
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
    @Option(
        "What a line is: `text` becomes `{\"message\": …}`, `json` is taken as it stands; the fields of `logfmt`, of `regex` "
            + "(with `pattern`), `csv`, access logs (`common`, `combined`, of Apache and nginx) and `syslog` (RFC 3164 and "
            + "5424) become an object.")
    public var format = LineFormat.text
    /// For `regex`.
    @Option(
        "For `regex`: a pattern (RE2) whose named groups become the fields.",
        .example("'^(?P<level>\\w+): (?P<message>.*)'"))
    public var pattern: LinePattern?
    /// For `csv`.
    @Option("For `csv`: the names of the columns. Not given: the first line of each file says them.")
    public var columns: [String]?
    /// For `csv`.
    @Option("For `csv`: the character between two values.", .range(1...1)) public var delimiter = ","
    /// What is no text.
    @Option(
        "Fields of `logfmt`, `regex` and `csv` that are no text: `int`, `number` or `bool`. Where a line's value is none, the "
            + "line does not fit.", .example("{status: int}"))
    public var convert: [String: FieldKind] = [:]
    /// The event's time.
    @Option(
        "The field that says when it happened, which becomes the event's time: RFC 3339, seconds or milliseconds since 1970, "
            + "or as in access logs and syslog. Not given: `timestamp` of `common`, `combined` and `syslog`. Without such a "
            + "field, or with `none`, it is the time of reading.", .example("time"))
    public var timeField: String?
    /// What becomes of lines that do not fit.
    @Option(
        "Whether a line that does not fit its format is kept as `{\"message\": …, \"error\": …}` or dropped. It is counted and "
            + "logged either way.")
    public var misfits = Misfits.keep
    /// Events of several lines.
    @Option("Which lines belong together.", .example("{start: '^\\d{4}-'}")) public var multiline: Multiline?
    /// Where to begin.
    @Option(
        "Where to begin in files that are there at the start: `checkpoint`, where the last run stopped (in a file that none "
            + "has read, at its beginning); `beginning`; `end`. Those that appear later are read from their beginning.")
    public var from = Beginning.checkpoint
    /// What is too old.
    @Option(
        "What is in a file that was last written to longer ago than this, when it is found first, is passed over.",
        .example("7d"))
    public var ignoreOlder: Duration?
    /// The longest line.
    @Option(
        "The longest line, without its end, or lines that belong together; one of which the event would be longer than "
            + "`server.limits.event` is too long as well.", .range(64...67_108_864))
    public var maxLine = ByteSize.mebibytes(1)
    /// What becomes of longer ones.
    @Option("Whether longer lines are cut (and marked `truncated`) or dropped.") public var longLines = LongLines.cut
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

    /// With its defaults.
    public init() {}

    /// Where to begin in a file that is there at the start.
    public enum Beginning: String, OptionChoice {
        /// With all that is in it.
        case beginning
        /// With what is written from now on.
        case end
        /// Where the last run stopped.
        case checkpoint
    }

    /// Where reading stands.
    public var keepsState: Bool { from == .checkpoint }

    /// Objects to what no event can be, and to patterns that name no file.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if include.isEmpty { problems.report("expected at least one path", at: options["include"]) }
        checkPatterns(include, at: options["include"], &problems)
        checkPatterns(exclude, at: options["exclude"], &problems)
        checkFormat(options, &problems)
    }

    /// Patterns that mean no file, whatever there is.
    private func checkPatterns(_ patterns: [PathOption], at node: Node, _ problems: inout Problems) {
        guard case .list(let nodes) = node.content, nodes.count == patterns.count else { return }
        for (pattern, node) in zip(patterns, nodes) {
            if Glob.hasOpenSet(pattern.written) {
                problems.report(
                    "the bracket is never closed: expected a set such as [0-9], or \\[ for the character itself",
                    at: node)
            } else if pattern.written.hasSuffix("/") {
                problems.report(
                    "expected files, not a folder: all logs in it and in those below are \(pattern.written)**/*.log",
                    at: node)
            } else if RotatedName.isCompressed(pattern.written) {
                problems.report(
                    "compressed files are never read: expected the names that logs have before they are compressed",
                    at: node)
            } else if FileLook(path: pattern.path)?.kind == .folder {
                problems.warn(
                    "this is a folder, of which nothing is followed: all logs in it and in those below are "
                        + "\(pattern.written)/**/*.log", at: node.place)
            }
        }
    }

    private func checkFormat(_ options: OptionPlaces, _ problems: inout Problems) {
        if format == .regex {
            if let pattern {
                if !pattern.expression.groupNames.contains(where: { $0 != nil }) {
                    problems.report("expected named groups, such as (?P<level>\\w+)", at: options["pattern"])
                }
            } else {
                problems.report("`format: regex` needs a `pattern`", at: options["format"])
            }
        } else if pattern != nil {
            problems.report("`pattern` is for `format: regex`", at: options["pattern"])
        }
        if columns != nil, format != .csv { problems.report("`columns` is for `format: csv`", at: options["columns"]) }
        if let columns, columns.isEmpty || Set(columns).count < columns.count {
            problems.report("expected the names of the columns, none twice", at: options["columns"])
        }
        if !Self.isDelimiter(delimiter) {
            problems.report("expected one ASCII character that is no quote", at: options["delimiter"])
        }
    }

    private static func isDelimiter(_ text: String) -> Bool {
        guard text.utf8.count == 1, let byte = text.utf8.first else { return false }
        return byte == 0x09 || byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"")
    }

    /// What is between two values of CSV.
    var delimiterByte: UInt8 { delimiter.utf8.first ?? UInt8(ascii: ",") }

    /// Follows the files until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        let thread = try BlockingThread()
        let notices = context.files.notices()
        let rhythm = PollRhythm()
        let checkpoint = try from == .checkpoint ? Checkpoint(directory: context.stateDirectory()) : nil
        let settings = TailSettings(self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [poll] in
                try await rhythm.run(every: poll, waking: settings.patience, context.clock, notices)
            }
            group.addTask(executorPreference: thread) {
                try await Tailer(settings, context, notices, rhythm, checkpoint).run()
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
    /// `name=value` pairs.
    case logfmt
    /// What the named groups of a pattern say.
    case regex
    /// Values between delimiters (RFC 4180).
    case csv
    /// The common log format of web servers.
    case common
    /// The combined one: with referrer and user agent.
    case combined
    /// RFC 3164 or RFC 5424.
    case syslog
}

/// What becomes of a line that is too long.
public enum LongLines: String, OptionChoice {
    /// Its beginning is emitted, with `"truncated": true`.
    case cut
    /// It is dropped, counted and logged.
    case drop
}

/// What becomes of a line that does not fit its format.
public enum Misfits: String, OptionChoice {
    /// It is emitted as a message, with what is wrong.
    case keep
    /// It is dropped, counted and logged.
    case drop
}
