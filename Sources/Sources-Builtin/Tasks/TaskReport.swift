import Aggregator

/// Turns what a program writes into the events of its task, and remembers what its end will tell.
struct TaskReport {
    /// How much is told.
    struct Limits: Sendable {
        /// Lines become `task.log` at all.
        var logs = true
        /// Lines a second, over time; ten times that at once.
        var rate = 100
        /// Bytes of a line that are told.
        var length = 4 << 10
    }

    /// Bytes of a line that are read: a result, one line of JSON, may be longer than what a log tells.
    static let readable = 64 << 10

    /// The task as it stands.
    private(set) var record: TaskRecord
    /// What the program has given as its result.
    private(set) var result: [UInt8]?
    private var isResultExplicit = false
    private let reader: ProgressReader
    private let limits: Limits
    private var lines: [ChildProcess.Stream: OutputLines] = [
        .output: OutputLines(limit: readable), .errors: OutputLines(limit: readable),
    ]
    private var logs: Allowance
    private var steps = Allowance(rate: 50, burst: 500)
    private var dropped = 0
    /// What the last `task.progress` said.
    private var told: (progress: Int, stage: String?)

    init(_ record: TaskRecord, _ reader: ProgressReader, _ limits: Limits) {
        self.record = record
        self.reader = reader
        self.limits = limits
        logs = Allowance(rate: limits.rate, burst: limits.rate * 10)
        told = (record.progress, record.stage)
    }

    /// The events of what was written just now.
    ///
    /// - Parameter uptime: the clock's, for the rates.
    mutating func take(
        _ bytes: [UInt8], from stream: ChildProcess.Stream, at time: Timestamp, uptime: Duration
    ) -> [Event] {
        let whole = lines[stream]?.append(bytes) ?? []
        var events: [Event] = []
        for line in whole { take(line, from: stream, at: time, uptime: uptime, &events) }
        return events
    }

    /// The events of what is left when nothing more will be written.
    mutating func finish(at time: Timestamp, uptime: Duration) -> [Event] {
        var events: [Event] = []
        for stream in [ChildProcess.Stream.output, .errors] {
            if let line = lines[stream]?.finish() { take(line, from: stream, at: time, uptime: uptime, &events) }
        }
        tellDropped(at: time, &events)
        return events
    }

    private mutating func take(
        _ line: OutputLines.Line, from stream: ChildProcess.Stream, at time: Timestamp, uptime: Duration,
        _ events: inout [Event]
    ) {
        let meaning = reader.read(line.bytes)
        if stream == .output, let result = meaning.result, meaning.isExplicit || !isResultExplicit {
            (self.result, isResultExplicit) = (result, meaning.isExplicit)
        }
        if !meaning.isOnlyProgress, limits.logs { tell(line, from: stream, at: time, uptime: uptime, &events) }
        guard let progress = meaning.progress else { return }
        record.progress = progress
        if let stage = meaning.stage { record.stage = stage }
        if let message = meaning.message { record.message = message }
        if (record.progress, record.stage) != told, steps.take(at: uptime) {
            told = (record.progress, record.stage)
            events.append(record.event(at: time))
        }
    }

    private mutating func tell(
        _ line: OutputLines.Line, from stream: ChildProcess.Stream, at time: Timestamp, uptime: Duration,
        _ events: inout [Event]
    ) {
        guard logs.take(at: uptime) else {
            dropped += 1
            record.dropped += 1
            return
        }
        tellDropped(at: time, &events)
        // What is cut in the middle of a character ends with U+FFFD.
        let text = String(decoding: line.bytes.prefix(limits.length), as: UTF8.self)
        let isCut = line.isCut || line.bytes.count > limits.length
        events.append(record.logEvent(.text(text, stream, isCut: isCut), at: time))
    }

    private mutating func tellDropped(at time: Timestamp, _ events: inout [Event]) {
        guard dropped > 0 else { return }
        events.append(record.logEvent(.dropped(dropped), at: time))
        dropped = 0
    }
}

/// So many a second over time, and some more at once (a token bucket).
struct Allowance {
    private let rate: Double
    private let burst: Double
    private var left: Double
    private var last: Duration?

    init(rate: Int, burst: Int) {
        (self.rate, self.burst) = (Double(rate), Double(burst))
        left = Double(burst)
    }

    /// Takes one, if there is one.
    mutating func take(at uptime: Duration) -> Bool {
        if let last { left = min(burst, left + (uptime - last) / .seconds(1) * rate) }
        last = uptime
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
