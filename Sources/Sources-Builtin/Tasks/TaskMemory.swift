import Aggregator
import Logging

/// Brings back what a server before this one knew of the tasks.
struct TaskMemory: Sendable {
    let jobs: [(name: String, job: Job)]
    let log: Logger

    /// Reads the journal, ends what the former server's programs have left behind, and fills the board.
    func restore(_ board: TaskBoard, from journal: TaskJournal) async throws {
        var tasks: [String: SavedTask] = [:]
        var keys: [(key: String, use: IdempotencyKeys.Use)] = []
        var unreadable = 0
        for line in try await journal.read() {
            if case .map(let members)? = try? Value(json: line) {
                if let task = SavedTask(members) {
                    tasks[task.record.id] = task
                    continue
                } else if let key = IdempotencyKeys.saved(members) {
                    keys.append(key)
                    continue
                }
            }
            unreadable += 1
        }
        if unreadable > 0 {
            log.warning("tasks: \(unreadable) lines of the state were not readable and are left out")
        }
        let running = tasks.values.filter { $0.record.status == .processing }
        for task in running { ResultFile(of: task.record.id).remove() }
        let groups = Dictionary(running.compactMap { task in task.group.map { ($0, task.record.id) } }) { first, _ in
            first
        }
        for task in Remnants.kill(groups) {
            log.warning("task \(task): ended what its program had left running when the server was killed")
        }
        board.restore(Self.ordered(tasks.values), keys) { arguments(of: $0) }
    }

    /// What is over by the time of its end, so that the history forgets the right ones; then the others as they came.
    private static func ordered(_ tasks: some Sequence<SavedTask>) -> [SavedTask] {
        tasks.sorted { a, b in
            switch (a.record.finished, b.record.finished) {
            case (let a?, let b?) where a != b: a < b
            case (_?, nil): true
            case (nil, _?): false
            default: a.record.number < b.record.number
            }
        }
    }

    /// The pipeline file may have changed since.
    private func arguments(of task: SavedTask) -> Result<TaskArguments, ArgumentMistake> {
        guard task.record.status == .pending else { return .success(TaskArguments()) }
        guard let job = jobs.first(where: { $0.name == task.record.job })?.job else {
            return .failure(ArgumentMistake(reason: "the server was restarted, and has no such job any more"))
        }
        do throws(TaskRefusal) {
            return .success(try job.args.texts(task.arguments.wish))
        } catch {
            let reason = "the server was restarted, and the job does not take such arguments any more: \(error.detail)"
            return .failure(ArgumentMistake(reason: reason))
        }
    }
}
