public import Aggregator

/// Which lines belong together.
public struct Multiline: OptionGroup {
    /// How an event begins.
    @Option(
        "A pattern (RE2): a line that it matches begins an event, and those after it belong to that.",
        .example("'^\\d{4}-\\d{2}-\\d{2} '"))
    public var start: LinePattern?
    /// How it goes on.
    @Option(
        "A pattern (RE2): a line that it matches belongs to the event before, any other begins one. With `start` too, a "
            + "line that neither matches is an event of its own.", .example("'^\\s'"))
    public var continuation: LinePattern?
    /// When it is over.
    @Option("After how much silence an event is over though no line has begun the next.", .range(0.01...3600))
    public var timeout = Duration.seconds(1)

    /// With its defaults.
    public init() {}

    /// Objects when nothing tells where an event begins.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if start == nil, continuation == nil {
            problems.report("expected `start`, `continuation`, or both: patterns that lines match", at: options[])
        }
    }
}

/// A regular expression that lines match.
public struct LinePattern: OptionValue {
    /// Compiled.
    public let expression: RegularExpression

    /// What may be written.
    public static var shape: OptionShape { .string }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> LinePattern? {
        guard let text = String.decode(node, &problems) else { return nil }
        do throws(RegularExpression.Problem) {
            return LinePattern(expression: try RegularExpression(text))
        } catch {
            problems.report("the pattern is not right: \(error.message)", at: node)
            return nil
        }
    }

    /// As the file would say it.
    public var optionText: String? { expression.text.optionText }
    /// Its length.
    public var optionMeasure: Double? { expression.text.optionMeasure }
}

/// Puts lines that belong together into one, with line feeds between them: at most `limit` bytes.
struct LineGrouper {
    let rules: Multiline
    let limit: Int
    let longLines: LongLines
    /// Groups that were too long, so far.
    private(set) var oversized = 0
    /// Where the group under way begins in its file; nil: there is none.
    private(set) var start: Int?
    /// The group under way was too long, and has been dealt with: its other lines are skipped.
    private(set) var isSkipping = false
    private var text: [UInt8] = []
    private var isCut = false

    init(rules: Multiline, limit: Int, longLines: LongLines) {
        self.rules = rules
        self.limit = limit
        self.longLines = longLines
    }

    var hasPartial: Bool { start != nil }

    /// Forgets what is under way.
    mutating func restart() { resume(LineState()) }

    /// Goes on as somebody stopped.
    mutating func resume(_ state: LineState) {
        text.removeAll()
        (start, isCut, isSkipping) = (nil, false, state.isSkippingGroup)
    }

    /// Takes a line; gives out the group before it if it does not belong to that.
    mutating func feed(_ line: LineSplitter.Line, _ take: (LineSplitter.Line) -> Void) {
        if isBeginning(line.bytes) {
            flush(take)
            isSkipping = false
        } else if isSkipping {
            return
        }
        if start == nil {
            start = line.start
        } else {
            text.append(0x0A)
        }
        text.append(contentsOf: line.bytes.prefix(max(0, limit + 1 - text.count)))
        isCut = isCut || line.isCut
        guard text.count > limit else { return }
        oversized += 1
        if longLines == .cut {
            let end = text.withUnsafeBytes { LineSplitter.cut($0, at: limit) }
            text.removeSubrange(end...)
            isCut = true
            flush(take)
        }
        resume(LineState(isSkippingGroup: true))
    }

    /// Gives out the group under way.
    mutating func flush(_ take: (LineSplitter.Line) -> Void) {
        guard let start else { return }
        text.withUnsafeBytes { take(LineSplitter.Line(bytes: $0, isCut: isCut, start: start)) }
        resume(LineState())
    }

    private func isBeginning(_ line: UnsafeRawBufferPointer) -> Bool {
        let line = String(decoding: line, as: UTF8.self)
        if let start = rules.start {
            if start.expression.matches(line) { return true }
            guard rules.continuation != nil else { return false }
        }
        return rules.continuation.map { !$0.expression.matches(line) } ?? false
    }
}
