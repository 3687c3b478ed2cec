import Expressions
import Logging

/// Runs one test: the real filters and the real walk, with a clock that is moved by hand and a list where the hub would be.
/// No source is started, no socket opened.
///
/// Time is a list of moments. At each of them the alarms that are due go off first, in the order of the filters in the file,
/// and then the inputs come, in the order of the test. All of it happens on the caller's thread, so that a run is the same
/// each time.
struct Rehearsal: ~Copyable {
    /// Why a test could not be run to its end.
    struct Break: Error {
        let message: String
    }

    /// One event of an input.
    private struct Arrival {
        let input: TestInput
        /// From 0.
        let repetition: Int
        var at: Duration { input.at + input.every * repetition }
    }

    /// Without `run:` it is over when nothing waits any more, or after so many alarms, or so much time.
    private static let alarmsAfterInputs = 10_000
    private static let alarms = 1_000_000
    private static let inputs = 1_000_000

    private let test: PipelineTest
    private let time: VirtualClock
    private let trace: WalkTrace
    private let live: LivePipeline
    private var rung = 0

    /// - Throws: what a filter objects to being started.
    init(_ test: PipelineTest, of definition: PipelineDefinition) throws {
        self.test = test
        time = VirtualClock(start: test.start)
        trace = WalkTrace(clock: time.clock)
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var settings = HubSettings(definition.server)
        settings.loops = 1
        // Channels are opened in a hub; it is never started, and no frame comes to it.
        let hub = try Hub(settings, handler: Nobody(), log: log)
        live = try LivePipeline(
            definition, hub: hub, state: StateFolder(path: definition.server.state.path), files: FileWatcher(),
            log: log,
            clock: time.clock, trace: trace)
    }

    /// What happened, and how long it took on the clock.
    mutating func run() throws -> (record: WalkTrace.Record, simulated: Duration) {
        trace.begin(.alarm)
        try live.startFilters()
        defer { live.alarms.stop() }
        // Each `repeat` is bounded, but there may be many.
        guard test.inputs.reduce(0, { $0 + $1.count }) <= Self.inputs else {
            throw Break(message: "more than \(Self.inputs) events would go in; repeat them less often")
        }
        // `sorted` is stable: what comes at one moment keeps the order of the file.
        let arrivals = test.inputs.flatMap { input in (0..<input.count).map { Arrival(input: input, repetition: $0) } }
            .sorted { $0.at < $1.at }
        for arrival in arrivals {
            try go(to: arrival.at)
            try feed(arrival)
        }
        if let run = test.run {
            try go(to: time.uptime() + run)
        } else {
            try goOn()
        }
        return (trace.record, time.uptime())
    }

    /// Moves the clock, and lets everything happen that is due until then.
    private mutating func go(to moment: Duration) throws(Break) {
        while let next = live.alarms.next, next <= moment { try ring(at: next) }
        time.advance(by: moment - time.uptime())
    }

    /// Goes on until no step waits any more.
    private mutating func goOn() throws(Break) {
        let limit = rung + Self.alarmsAfterInputs
        while let next = live.alarms.next {
            guard rung < limit else {
                throw Break(
                    message: """
                        after the last input steps asked to be woken \(Self.alarmsAfterInputs) times, until \
                        \(time.uptime().text), and there is no end to it: say how long time is to go on, with `run: 1h`
                        """)
            }
            try ring(at: next)
        }
    }

    private mutating func ring(at moment: Duration) throws(Break) {
        rung += 1
        guard rung <= Self.alarms else {
            throw Break(
                message:
                    "steps asked to be woken \(Self.alarms) times, until \(time.uptime().text); test a shorter time")
        }
        time.advance(by: moment - time.uptime())
        trace.begin(.alarm)
        live.alarms.ringFirst()
        try check()
    }

    private func feed(_ arrival: Arrival) throws(Break) {
        let input = arrival.input
        let number = arrival.repetition == 0 ? "" : ".\(arrival.repetition + 1)"
        var event = Event(
            id: .given((input.id ?? "input-\(input.number)") + number), type: input.type, subject: input.subject,
            time: input.time ?? time.now(), data: input.data)
        trace.begin(.input(input.number))
        if let filter = input.filter {
            event.source = input.source
            live.feed(event, to: filter)
        } else {
            do {
                try live.emit(event, as: input.source)
            } catch {
                event.source = input.source
                trace.ended(event, .rejected(error.message))
            }
        }
        try check()
    }

    private func check() throws(Break) {
        guard trace.isFull else { return }
        throw Break(message: "more than \(WalkTrace.limit) events came of it; test with fewer, or a shorter time")
    }
}

/// Answers for a hub that nobody comes to.
private final class Nobody: HubHandler {
    func head(_ request: borrowing IncomingRequest) { request.respond(HubResponse(status: 503)) }
    func body(_ request: borrowing IncomingRequest) { request.respond(HubResponse(status: 503)) }
    func piece(_ request: borrowing IncomingRequest, isLast: Bool) { request.respond(HubResponse(status: 503)) }
    func room() {}
    func envelope(_ frame: borrowing FrameView) -> [UInt8]? { nil }
}

extension Pipeline {
    /// The tests of the file, in its order.
    public var tests: [PipelineTest] { definition.tests }

    /// Runs a test: its events go through the filters and into the channels, as they would when the pipeline runs, but with
    /// a clock of its own, so that an hour takes a millisecond. Nothing is started or opened, and every run is the same.
    ///
    /// Blocks for as long as the steps take. Tests may be run on several threads at once.
    public func run(_ test: PipelineTest) -> PipelineTestResult {
        let began = PipelineClock.system.uptime()
        func result(
            _ outcome: PipelineTestResult.Outcome, _ summary: String, _ report: [PipelineTestResult.Line],
            _ simulated: Duration
        ) -> PipelineTestResult {
            PipelineTestResult(
                test: test, outcome: outcome, summary: summary, report: report, simulated: simulated,
                duration: PipelineClock.system.uptime() - began)
        }
        do {
            var rehearsal = try Rehearsal(test, of: definition)
            let (record, simulated) = try rehearsal.run()
            let verdict = TestVerdict(test, record, definition)
            return result(verdict.summary.isEmpty ? .passed : .failed, verdict.summary, verdict.report, simulated)
        } catch {
            let message = (error as? Rehearsal.Break)?.message ?? "\(error)"
            return result(.broken, message, [.init(.note, "    \(message)")], .zero)
        }
    }
}
