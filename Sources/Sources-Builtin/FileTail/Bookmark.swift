import Aggregator
import Logging

/// Keeps the checkpoint up to date: which files there are, at once; how far each was read, three seconds later, when
/// whoever follows the events has them too. Never so often that it takes more than a twentieth of the time.
///
///     read, emitted ──propose──→ proposed ─three seconds─→ settled ──save──→ disk
struct Bookmark {
    /// Lines were emitted since that was proposed to be saved.
    var hasRead = false
    private let checkpoint: Checkpoint?
    private let log: Logger
    private let clock: PipelineClock
    /// When what is proposed was read; nil: nothing is.
    private var proposedAt: Duration?
    /// Not to be saved again before that.
    private var rest: Duration
    private var hasFailed = false

    private static let delay = Duration.seconds(3)

    init(_ checkpoint: Checkpoint?, _ log: Logger, _ clock: PipelineClock) {
        self.checkpoint = checkpoint
        self.log = log
        self.clock = clock
        rest = clock.uptime()
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
    func isOpen(_ table: FileTable) -> Bool {
        checkpoint != nil && (hasRead || table.isChanged || proposedAt != nil)
    }

    /// To be called often, when all that was read has been emitted.
    mutating func saveIfDue(_ table: FileTable) {
        guard isOpen(table) else { return }
        let now = clock.uptime()
        let isSettled = proposedAt.map { now >= $0 + Self.delay } ?? false
        if now >= rest, table.isChanged || isSettled {
            if isSettled {
                for file in table.files.values { file.settle() }
                proposedAt = nil
            }
            save(table)
        }
        guard hasRead, proposedAt == nil else { return }
        for file in table.files.values { file.propose() }
        (hasRead, proposedAt) = (false, now)
    }

    /// All that was read has been emitted, and nothing more will be.
    mutating func saveFinally(_ table: FileTable) {
        guard isOpen(table) else { return }
        for file in table.files.values {
            file.propose()
            file.settle()
        }
        save(table)
    }

    private mutating func save(_ table: FileTable) {
        guard let checkpoint else { return }
        let began = clock.uptime()
        do throws(CheckpointProblem) {
            try checkpoint.save(table.files.values.map(\.settledTrace) + table.absent.values)
            table.isChanged = false
            if hasFailed { log.notice("the checkpoint \(checkpoint.path) can be written again") }
            hasFailed = false
        } catch {
            if !hasFailed { log.error("\(error); until it can be, a restart begins where it was written last") }
            hasFailed = true
            table.isChanged = true
        }
        let end = clock.uptime()
        rest = end + (hasFailed ? .seconds(5) : (end - began) * 20)
    }
}

/// What the checkpoint says of one file, and what it will say next.
struct FileRecord {
    private(set) var settled: FileTrace?
    private var proposed: FileTrace?
    /// It was cut off since: the same place means other content.
    var isOutdated = false

    init(settled: FileTrace? = nil) { self.settled = settled }

    /// What was proposed last says the same.
    func isUpToDate(offset: Int, resume: Int, _ state: LineState) -> Bool {
        guard !isOutdated, let last = proposed ?? settled else { return false }
        return last.offset == offset && last.resume == resume && last.state == state
    }

    mutating func propose(_ trace: FileTrace) { (proposed, isOutdated) = (trace, false) }

    mutating func settle() {
        if let proposed = proposed.take() { settled = proposed }
    }
}
