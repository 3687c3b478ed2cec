import Aggregator
import Logging

/// Keeps the checkpoint up to date: at once when files came or went, each second while lines come, but never so often that
/// it takes more than a twentieth of the time.
struct Bookmark {
    /// Lines were emitted since it was saved.
    var hasRead = false
    private let checkpoint: Checkpoint?
    private let log: Logger
    private let clock: PipelineClock
    private var savedAt: Duration
    /// Not again before that.
    private var rest: Duration
    private var hasFailed = false

    init(_ checkpoint: Checkpoint?, _ log: Logger, _ clock: PipelineClock) {
        self.checkpoint = checkpoint
        self.log = log
        self.clock = clock
        (savedAt, rest) = (clock.uptime(), clock.uptime())
    }

    /// What an earlier run has left.
    func load() -> [FileTrace] {
        guard let checkpoint else { return [] }
        do throws(CheckpointProblem) {
            return try checkpoint.load()
        } catch {
            checkpoint.setAside()
            log.error(
                "\(error); it is kept as \(checkpoint.path).damaged, and all files are read from their beginning, so lines may come again"
            )
            return []
        }
    }

    /// Something is to be saved, now or soon.
    func isOpen(_ table: FileTable) -> Bool { checkpoint != nil && (hasRead || table.isChanged) }

    mutating func saveIfDue(_ table: FileTable) {
        guard isOpen(table) else { return }
        let now = clock.uptime()
        guard now >= rest, table.isChanged || now - savedAt >= .seconds(1) else { return }
        save(table)
    }

    /// Everything that was read must have been emitted.
    mutating func save(_ table: FileTable) {
        guard let checkpoint, isOpen(table) else { return }
        let began = clock.uptime()
        do throws(CheckpointProblem) {
            try checkpoint.save(table.files.values.map(\.trace) + table.absent.values)
            (hasRead, table.isChanged) = (false, false)
            if hasFailed { log.notice("the checkpoint \(checkpoint.path) can be written again") }
            hasFailed = false
        } catch {
            if !hasFailed { log.error("\(error); until it can be, a restart begins where it was written last") }
            hasFailed = true
        }
        savedAt = clock.uptime()
        rest = savedAt + (hasFailed ? .seconds(5) : (savedAt - began) * 20)
    }
}
