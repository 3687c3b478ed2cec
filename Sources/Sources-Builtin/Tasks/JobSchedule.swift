import Aggregator
import Logging

/// When a job starts by itself.
struct JobSchedule: OptionGroup {
    @Option("When: the five fields of crontab(5), six with the second first, or a name such as `@daily`.", .whole)
    var cron: CronExpression
    @Option("The time zone, by its IANA name.", .example("Europe/Vienna")) var zone = ZoneName.utc
}

/// Starts a job's tasks at the times of its schedule. Times at which its last one is not over yet are left out, and so are
/// those at which the server or the machine did not run.
struct JobTimetable: Sendable {
    let job: String
    let schedule: CronSchedule
    /// What a request without arguments would give.
    let arguments: TaskArguments
    let saved: SavedArguments
    let board: TaskBoard
    let context: SourceContext

    /// Nil for a job without a schedule.
    init?(_ name: String, _ job: Job, _ board: TaskBoard, _ context: SourceContext) {
        guard let schedule = job.schedule, let arguments = try? job.args.texts(TaskWish()) else { return nil }
        self.job = name
        self.schedule = CronSchedule(expression: schedule.cron, zone: schedule.zone)
        (self.arguments, saved) = (arguments, SavedArguments(arguments, of: job))
        (self.board, self.context) = (board, context)
    }

    /// Somebody may set the clock, or the machine sleep: it is looked at again at least so often.
    private static let patience = Duration.seconds(30)
    /// Later than this is missed, not late; in seconds.
    private static let lateness: Int64 = 60

    /// Until it is cancelled, or nothing is due any more.
    func run() async {
        var previous: String?
        var last = context.clock.now()
        // A schedule of every second would say it every second.
        var complaints = SparseLog(context.log, context.clock)
        while let due = schedule.next(after: last) {
            guard let now = await wait(for: due) else { return }
            last = now
            guard now >= due, now.seconds - due.seconds <= Self.lateness else { continue }
            if let previous, let status = board.record(previous)?.status, !status.isOver {
                complaints.tell(
                    .notice, "job \(job): not started at \(due), because task \(previous) is still \(status.rawValue)")
                continue
            }
            switch board.submit(job, arguments, saved, isScheduled: true) {
            case .accepted(let record): previous = record.id
            case .full(let waiting, _):
                complaints.warn("job \(job): not started at \(due), because \(waiting) tasks wait already")
            case .known, .conflict, .closed: return
            }
        }
    }

    /// When it is due, or before, when the clock was put back; nil when cancelled.
    private func wait(for due: Timestamp) async -> Timestamp? {
        var before = context.clock.now()
        while true {
            let now = context.clock.now()
            if now >= due || now < before { return now }
            before = now
            let left = Duration.milliseconds(due.millisecondsSince1970 - now.millisecondsSince1970) + .milliseconds(1)
            do { try await context.clock.sleep(for: min(left, Self.patience)) } catch { return nil }
        }
    }
}
