public import Aggregator

/// Jobs that are started over HTTP: real programs, or simulations of them. What they do is told as events about the task.
///
/// | request | answer |
/// |---|---|
/// | `POST {path}/{job}` | 202 `{"task_id", "status": "pending", "events"}`; 429 when `queue` tasks wait already |
/// | `POST {path}` | the same, for the only job, or for the one that the body names: `{"job": …, "args": […]}` |
/// | `GET {path}` | `{"tasks": […], "next"}`, newest first, 100 of them or `?limit=`; `?status=` and `?job=` choose |
/// | `GET {path}/{id}` | one task |
/// | `DELETE {path}/{id}` | cancels: 200, or 202 when its program takes longer to end; 409 when it was over |
///
/// Events, with the task's id as their subject: `task.pending`; `task.progress` when the number (in whole percents) or the
/// status changes; `task.log` for the lines of output; and one of `task.completed`, `task.failed`, `task.cancelled`. Their
/// data is `{"task_id", "job", "status", "progress"}`, with `stage`, `message`, `result`, `exit_code`, `signal`, `error`,
/// `attempt`, `retry_at`, `trigger`, `cancelling` and `dropped` where there is something to say.
///
/// A program runs in a session of its own without input, and a task is over when its program is. What the program leaves
/// behind in its process group has half a second to let go of its output, and is killed then: a daemon has to leave
/// the group (`setsid`). When the server stops, all groups get SIGTERM, and SIGKILL within the drain time, and their tasks fail,
/// because the server was stopped. When the server itself is killed, the groups are killed with it (see `Guardian`).
///
/// What is known of the tasks is kept in the state folder: after a restart, what was running has failed, and what waited
/// waits again.
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
        "How long an `Idempotency-Key` is remembered: the same request gets the same task, another one 422. At most 10,000 are.",
        .range(0...2_592_000))
    var rememberKeys: Duration = .seconds(86_400)
    @Option(
        "Lines of output a second that a task may tell in `task.log` over time, ten times that at once; the rest is counted.",
        .range(0...100_000))
    var logRate = 100
    @Option("How much of a line of output `task.log` tells.", .range(16...65_536)) var logLine = ByteSize.kibibytes(4)

    /// Tasks with their defaults; `jobs` has none.
    public init() {}

    /// The tasks.
    public var keepsState: Bool { true }

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

    /// An event for each state of a task, and for the lines that its program writes.
    public var emits: EventShape {
        let states = ["pending", "progress", "completed", "failed", "cancelled"].map { state in
            EventShape.Kind(type: "task.\(state)", data: TaskRecord.dataType(of: "task.\(state)"))
        }
        let log = TaskRecord.dataType(of: "task.log", more: ["stream": .string, "cut": .bool])
        return EventShape(states + [.init(type: "task.log", data: log)])
    }

    /// Answers requests and runs tasks until it is cancelled; then it ends them all before it returns.
    public func run(_ context: SourceContext) async throws {
        // One wake is enough: whoever is woken takes all that is ready.
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let jobs = jobs.entries.map { (name: $0.name, job: $0.value) }
        let journal = TaskJournal(path: try context.stateDirectory() + "/tasks.jsonl", log: context.log)
        let emit: @Sendable ([Event]) throws(EventProblem) -> Void = { events throws(EventProblem) in
            try context.emitNow(events, misfits: .setAside)
        }
        let metrics = TaskMetrics(jobs: jobs.map(\.name), context)
        let board = TaskBoard(
            limits, clock: context.clock, log: context.log, journal: journal, metrics: metrics, emit: emit
        ) {
            wake.yield()
        }
        let desk = TaskDesk(path: base, jobs: jobs, board: board, context: context)
        try await TaskMemory(jobs: jobs, log: context.log).restore(board, from: journal)
        context.subjects { board.isKnownToFollower($0) ? .yes : .no(TaskDesk.unknown) }
        context.serve { request in desk.answer(request) }
        let runner = TaskRunner(
            jobs: Dictionary(jobs.map { ($0.name, $0.job) }) { first, _ in first }, board: board,
            context: context, metrics: metrics,
            limits: TaskReport.Limits(logs: logRate > 0, rate: logRate, length: logLine.bytes),
            timetables: jobs.compactMap { JobTimetable($0.name, $0.job, board, context) })
        await runner.run(wakes)
        await journal.close()
        try Task.checkCancellation()
    }

    private var limits: TaskBoard.Limits {
        let jobs = jobs.entries
        let perJob = Dictionary(jobs.map { ($0.name, $0.value.concurrency) }) { first, _ in first }
        return TaskBoard.Limits(
            concurrency: concurrency, queue: queue, history: history, perJob: perJob.compactMapValues { $0 },
            retried: Set(jobs.filter { $0.value.retry != nil }.map(\.name)), rememberKeys: rememberKeys)
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
