public import Aggregator

/// Jobs that are started over HTTP: real programs, or simulations of them. What they do is told as events about the task.
///
/// | request | answer |
/// |---|---|
/// | `POST {path}/{job}` | 202 `{"task_id", "status": "pending", "events"}`; 429 when `queue` tasks wait already |
/// | `POST {path}` | the same, for the only job, or for the one that the body names: `{"job": …, "args": […]}` |
/// | `GET {path}` | `{"tasks": […]}`, newest first, 100 of them or `?limit=` |
/// | `GET {path}/{id}` | one task |
/// | `DELETE {path}/{id}` | cancels: 200 when it had not begun, 202 when its program is being ended, 409 when it was over |
///
/// Events, with the task's id as their subject: `task.pending`; `task.progress` when the number (in whole percents) or the
/// status changes; `task.log` for the lines of output; and one of `task.completed`, `task.failed`, `task.cancelled`. Their
/// data is `{"task_id", "job", "status", "progress"}`, with `stage`, `message`, `result`, `exit_code`, `signal` and `error`
/// where there is something to say.
///
/// A program runs in a session of its own without input, and a task is over when its program is. What the program leaves
/// behind in its process group has half a second to let go of its output, and is killed then: a daemon has to leave the
/// group (`setsid`). When the server stops, all groups get SIGTERM, and SIGKILL after at most 5s. A server that is killed
/// itself cannot do that: then a program ends when it writes to its closed pipes (SIGPIPE), unless a service manager ends
/// the whole service, as systemd and containers do.
public struct Tasks: RoutedSource {
    /// `tasks`.
    public static let name = "tasks"
    /// For `aggregator list`.
    public static let summary = "Jobs started over HTTP, as real programs or simulated: their progress, output and end."

    @Option("The path under which tasks are started, listed, shown and cancelled.") var path = "/tasks"
    @Option("The jobs, by name.", .example("{report: {command: [./report.sh], timeout: 10m}}")) var jobs:
        OrderedOptions<Job>
    @Option("Tasks that run at one time.", .range(1...256)) var concurrency = 4
    @Option("Tasks that wait for their turn; more are refused with 429.", .range(0...10_000)) var queue = 100
    @Option("Tasks that are over and still known, the last ones.", .range(0...10_000)) var history = 1000
    @Option(
        "Lines of output a second that a task may tell in `task.log` over time, ten times that at once; the rest is counted.",
        .range(0...100_000))
    var logRate = 100
    @Option("How much of a line of output `task.log` tells.", .range(16...65_536)) var logLine = ByteSize.kibibytes(4)

    /// Tasks with their defaults; `jobs` has none.
    public init() {}

    /// Objects to what no event or route could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if jobs.entries.isEmpty { problems.report("expected at least one job", at: options["jobs"]) }
        for job in jobs.entries where !Self.isName(job.name) {
            problems.report("'\(job.name)' is part of a path: write letters, digits, _ and -", at: job.place)
        }
    }

    /// The routes, as the options say.
    public var routes: [Route] {
        let base = base
        return [
            Route("POST", base.isEmpty ? "/" : base, bodyLimit: 256 << 10),
            Route("POST", base + "/{job}", bodyLimit: 256 << 10),
            Route("GET", base.isEmpty ? "/" : base),
            Route("GET", base + "/{id}"),
            Route("DELETE", base + "/{id}"),
        ]
    }

    /// Whether it runs real programs, which a server that is open to others must not do without authentication.
    public var runsCommands: Bool { jobs.entries.contains { $0.value.command != nil } }

    /// Answers requests and runs tasks until it is cancelled; then it ends them all before it returns.
    public func run(_ context: SourceContext) async throws {
        // One wake is enough: whoever is woken takes all that is ready.
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let pairs = jobs.entries.map { ($0.name, $0.value.concurrency) }
        let limits = TaskBoard.Limits(
            concurrency: concurrency, queue: queue, history: history,
            perJob: Dictionary(pairs) { first, _ in first }.compactMapValues { $0 })
        let emit: @Sendable ([Event]) throws(EventProblem) -> Void = { events throws(EventProblem) in
            try context.emitNow(events, misfits: .setAside)
        }
        let board = TaskBoard(limits, clock: context.clock, log: context.log, emit: emit) { wake.yield() }
        let desk = TaskDesk(path: base, jobs: jobs.entries.map { ($0.name, $0.value) }, board: board, context: context)
        context.subjects { board.record($0) == nil ? .no(TaskDesk.unknown) : .yes }
        context.serve { request in .now(desk.answer(request)) }
        let runner = TaskRunner(
            jobs: Dictionary(jobs.entries.map { ($0.name, $0.value) }) { first, _ in first }, board: board,
            context: context, limits: TaskReport.Limits(logs: logRate > 0, rate: logRate, length: logLine.bytes))
        await runner.run(wakes)
        try Task.checkCancellation()
    }

    /// Without a slash at its end.
    private var base: String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
