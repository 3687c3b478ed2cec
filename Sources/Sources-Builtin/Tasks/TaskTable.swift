import Aggregator
import Glibc

/// The tasks of a board, and who has a slot: plain bookkeeping, under the board's lock.
struct TaskTable {
    /// A task and what its work needs.
    struct Entry {
        var record: TaskRecord
        let arguments: TaskArguments
        let saved: SavedArguments
        /// Of its program, while one is under way.
        var group: pid_t?
        var cancel: (@Sendable () -> Void)?

        /// For the journal.
        var line: [UInt8] { SavedTask(record, saved, group: group).line }
    }

    var entries: [String: Entry] = [:]
    var keys: IdempotencyKeys
    /// By creation; ids that are no longer known are taken out now and then.
    private var order: [String] = []
    private(set) var waiting: [String] = []
    /// These have a slot, and nobody has begun them yet.
    private var ready: [String] = []
    /// By job: ready or processing.
    private var busy: [String: Int] = [:]
    /// By their end.
    private var over: [String] = []
    private var lastNumber = 0
    /// How long the last tasks that ran have taken, in seconds, the last ones counting most; nil: none has ended yet.
    private var usualTime: Double?
    private let limits: TaskBoard.Limits

    init(_ limits: TaskBoard.Limits) {
        self.limits = limits
        keys = IdempotencyKeys(age: limits.rememberKeys)
    }

    /// All that is to be known after a restart.
    var lines: [[UInt8]] { order.compactMap { entries[$0]?.line } + keys.lines }

    /// A new one would begin at once.
    func hasSlot(for job: String) -> Bool {
        let all = busy.values.reduce(0, +)
        return all < limits.concurrency && busy[job, default: 0] < limits.perJob[job] ?? .max
    }

    /// The next number, in the order of creation.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Adds one that waits, or is over.
    mutating func add(_ entry: Entry) {
        let record = entry.record
        entries[record.id] = entry
        order.append(record.id)
        lastNumber = max(lastNumber, record.number)
        if record.status.isOver { over.append(record.id) } else { waiting.append(record.id) }
    }

    /// After those of a restart were added, which come in the order of their ends.
    mutating func sortByCreation() {
        order.sort { entries[$0]?.record.number ?? 0 < entries[$1]?.record.number ?? 0 }
    }

    /// Gives the free slots to those that wait, the longest-waiting first; one whose job is at its bound is passed by.
    mutating func fill() {
        var kept: [String] = []
        for (index, id) in waiting.enumerated() {
            if busy.values.reduce(0, +) >= limits.concurrency {
                kept += waiting[index...]
                break
            }
            guard let job = entries[id]?.record.job else { continue }
            if hasSlot(for: job) {
                busy[job, default: 0] += 1
                ready.append(id)
            } else {
                kept.append(id)
            }
        }
        waiting = kept
    }

    /// The next that has a slot and has not begun.
    mutating func takeReady() -> Entry? {
        guard !ready.isEmpty else { return nil }
        return entries[ready.removeFirst()]
    }

    /// Takes one that has not begun out of the queue.
    mutating func withdraw(_ id: String, of job: String) {
        if let index = ready.firstIndex(of: id) {
            ready.remove(at: index)
            release(job)
        }
        waiting.removeAll { $0 == id }
    }

    /// Gives a slot back.
    mutating func release(_ job: String) { busy[job, default: 1] -= 1 }

    /// Notes that one is over, and forgets those that are beyond the history.
    mutating func bury(_ record: TaskRecord) {
        if let started = record.started, let finished = record.finished {
            let time = Self.seconds(from: started, to: finished)
            usualTime = usualTime.map { $0 + (time - $0) / 8 } ?? time
        }
        over.append(record.id)
        forget()
    }

    /// When the next of those that wait is likely to begin: as often as one of those that run ends. As long as none has
    /// ended, the time that the oldest has run is the best that is known.
    func pauseBeforeNext(at now: Timestamp) -> Duration {
        let running = entries.values.compactMap { $0.record.status == .processing ? $0.record.started : nil }
        guard let oldest = running.min() else { return .seconds(1) }
        let time = usualTime ?? Self.seconds(from: oldest, to: now)
        return .seconds(min(max(time / Double(running.count), 1), 3600))
    }

    private static func seconds(from start: Timestamp, to end: Timestamp) -> Double {
        Double(max(0, end.millisecondsSince1970 - start.millisecondsSince1970)) / 1000
    }

    mutating func forget() {
        while over.count > limits.history { entries[over.removeFirst()] = nil }
        if order.count > 2 * entries.count + 100 {
            let entries = entries
            order.removeAll { entries[$0] == nil }
        }
    }

    /// Newest first.
    func records(_ selection: TaskBoard.Selection, atMost count: Int) -> [TaskRecord] {
        var records: [TaskRecord] = []
        for id in order.reversed() where records.count < count {
            if let record = entries[id]?.record, selection.contains(record) { records.append(record) }
        }
        return records
    }
}
