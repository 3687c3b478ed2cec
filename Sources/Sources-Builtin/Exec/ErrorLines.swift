import Aggregator
import Logging

/// What a program writes to standard error, in the log: at the level that a line begins with. At most a hundred lines a second;
/// the rest is counted.
struct ErrorLines {
    /// The last line, without its level: why the program has ended, often.
    private(set) var last: String?

    private let context: SourceContext
    private let leftOut: SourceCounter
    private var lines = OutputLines(limit: 4096)
    private var second = Duration.zero
    private var count = 0
    private var silent = 0

    private static let rate = 100

    init(_ context: SourceContext) {
        self.context = context
        leftOut = context.counter(
            "left_out_errors", help: "Lines on standard error that came too fast to be logged.")
    }

    mutating func take(_ bytes: [UInt8]) {
        for line in lines.append(bytes) { tell(line) }
    }

    mutating func finish() {
        if let line = lines.finish() { tell(line) }
        tellSilent()
    }

    private mutating func tellSilent() {
        if silent > 0 { context.log.warning("\(silent) lines on standard error were left out") }
        silent = 0
    }

    private mutating func tell(_ line: OutputLines.Line) {
        let (level, text) = Self.level(of: String(decoding: line.bytes, as: UTF8.self))
        last = String(text.prefix(200))
        let now = context.clock.uptime()
        if now - second >= .seconds(1) {
            tellSilent()
            (second, count) = (now, 0)
        }
        count += 1
        guard count <= Self.rate else {
            silent += 1
            leftOut.add()
            if silent == 1 {
                context.log.warning(
                    "more than \(Self.rate) lines a second on standard error: the rest of them is left out")
            }
            return
        }
        context.log.log(level: level, "\(text)\(line.isCut ? "…" : "")")
    }

    /// `<3>text` as sd-daemon(3) has it, or a word: `ERROR: text`, `[warn] text`, `info text`.
    static func level(of line: String) -> (Logger.Level, String) {
        let bytes = Array(line.utf8.prefix(3))
        if bytes.count == 3, bytes[0] == UInt8(ascii: "<"), bytes[2] == UInt8(ascii: ">"),
            (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[1])
        {
            let levels: [Logger.Level] = [.critical, .critical, .critical, .error, .warning, .notice, .info, .debug]
            return (levels[Int(bytes[1] - UInt8(ascii: "0"))], String(line.dropFirst(3)))
        }
        let word = line.prefix(12).drop { $0 == "[" || $0 == "<" }.prefix { $0.isLetter && $0.isASCII }
        return (words[word.lowercased()] ?? .info, line)
    }

    private static let words: [String: Logger.Level] = [
        "trace": .trace, "debug": .debug, "info": .info, "information": .info, "notice": .notice, "warn": .warning,
        "warning": .warning, "err": .error, "error": .error, "traceback": .error, "critical": .critical,
        "fatal": .critical, "panic": .critical,
    ]
}
