import Aggregator

extension TaskBoard {
    /// The bounds of everything on the board.
    struct Limits: Sendable {
        /// Tasks under way.
        var concurrency: Int
        /// Tasks that wait.
        var queue: Int
        /// Tasks that are over and still known.
        var history: Int
        /// Tasks of one job under way, for jobs that have such a bound.
        var perJob: [String: Int] = [:]
        /// Jobs whose tasks are tried more than once.
        var retried: Set<String> = []
        /// How long an `Idempotency-Key` is known.
        var rememberKeys: Duration = .seconds(86_400)
    }

    /// What became of a wish for a task.
    enum Submission: Sendable {
        case accepted(TaskRecord)
        /// The same was accepted before, as the task with this id.
        case known(String)
        /// The key has been used for something else.
        case conflict
        /// So many wait already; the first of them is likely to begin after that time.
        case full(waiting: Int, pause: Duration)
        /// The source stops.
        case closed
    }

    /// A task to work on.
    struct Assignment: Sendable {
        var record: TaskRecord
        var arguments: TaskArguments
    }

    /// What became of a wish for a task's end.
    enum Cancellation: Sendable {
        case unknown
        /// It was over before.
        case over(TaskRecord)
        /// It had not begun, and is cancelled.
        case done(TaskRecord)
        /// Its work has been told.
        case underWay(TaskRecord)
    }

    /// Which tasks are asked for.
    struct Selection: Sendable {
        /// Any, if empty.
        var statuses: Set<TaskStatus> = []
        /// Any, if empty.
        var jobs: Set<String> = []
        /// Those that were created before the one with this number.
        var before: Int?

        func contains(_ record: TaskRecord) -> Bool {
            (statuses.isEmpty || statuses.contains(record.status)) && (jobs.isEmpty || jobs.contains(record.job))
                && record.number < before ?? .max
        }
    }
}
