import Aggregator
import Logging
import Synchronization

/// All tasks of one source: those that wait, those that have a slot, and the last ones that are over.
///
///                 submit                take                    finish
///     (request) ─────────→ waiting → ready ─────→ processing ──────────────→ over (completed, failed, cancelled)
///                             └─────────┴── cancel ──────────────────────────↗
///
/// A state changes and its event is emitted in one step, under the board's lock: so the order of a task's events in every
/// channel is the order of its states. That is why only `emitNow`, which never waits, is called there.
final class TaskBoard: Sendable {
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
    }

    private struct Entry {
        var record: TaskRecord
        let arguments: TaskArguments
        /// Somebody has asked for its end, and its work is told as soon as it can be.
        var isCancelling = false
        var cancel: (@Sendable () -> Void)?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// By creation; ids that are no longer known are taken out now and then.
        var order: [String] = []
        var waiting: [String] = []
        /// These have a slot, and nobody has begun them yet.
        var ready: [String] = []
        /// By job: ready or processing.
        var busy: [String: Int] = [:]
        /// By their end.
        var over: [String] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limits: Limits
    private let clock: PipelineClock
    private let log: Logger
    private let emit: @Sendable ([Event]) throws(EventProblem) -> Void
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - emit: called under the lock.
    ///   - wake: called after a task got ready.
    init(
        _ limits: Limits, clock: PipelineClock, log: Logger,
        emit: @escaping @Sendable ([Event]) throws(EventProblem) -> Void, wake: @escaping @Sendable () -> Void
    ) {
        (self.limits, self.clock, self.log, self.emit, self.wake) = (limits, clock, log, emit, wake)
    }

    /// What became of a wish for a task.
    enum Submission: Sendable {
        case accepted(TaskRecord)
        /// So many wait already.
        case full(waiting: Int)
        /// The source stops.
        case closed
    }

    func submit(_ job: String, _ arguments: TaskArguments = TaskArguments()) -> Submission {
        let submission = state.withLock { state -> Submission in
            if state.isClosed { return .closed }
            // Whoever waits could not start either (see `fill`), so nobody is overtaken here.
            let startsNow = hasSlot(for: job, state)
            guard startsNow || state.waiting.count < limits.queue else { return .full(waiting: state.waiting.count) }
            let record = TaskRecord(id: TaskRecord.newID(), job: job, created: clock.now())
            state.entries[record.id] = Entry(record: record, arguments: arguments)
            state.order.append(record.id)
            announce(record)
            state.waiting.append(record.id)
            fill(&state)
            return .accepted(record)
        }
        wake()
        return submission
    }

    /// A task to work on.
    struct Assignment: Sendable {
        var record: TaskRecord
        var arguments: TaskArguments
    }

    /// The next task that has a slot, if there is one; it is `processing` then, and must be finished.
    func take() -> Assignment? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            let id = state.ready.removeFirst()
            guard var entry = state.entries[id] else { return nil }
            entry.record.status = .processing
            entry.record.started = clock.now()
            state.entries[id] = entry
            announce(entry.record)
            return Assignment(record: entry.record, arguments: entry.arguments)
        }
    }

    /// From now on `cancel` is called when somebody asks for the task's end; at once if somebody has already.
    func attach(_ id: String, cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.entries[id]?.cancel = cancel
            return state.entries[id]?.isCancelling ?? false
        }
        if isLate { cancel() }
    }

    /// Notes how far a task is that is being worked on. Its event is the worker's to emit.
    func note(_ record: TaskRecord) {
        state.withLock { state in
            state.entries[record.id]?.record.progress = record.progress
            state.entries[record.id]?.record.stage = record.stage
            state.entries[record.id]?.record.message = record.message
        }
    }

    /// Ends a task that was taken.
    func finish(_ id: String, _ outcome: TaskOutcome) {
        state.withLock { state in
            guard let job = state.entries[id]?.record.job else { return }
            conclude(id, outcome, &state)
            state.busy[job, default: 1] -= 1
            fill(&state)
        }
        wake()
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

    func cancel(_ id: String) -> Cancellation {
        let (result, cancel) = state.withLock { state -> (Cancellation, (@Sendable () -> Void)?) in
            guard let entry = state.entries[id] else { return (.unknown, nil) }
            if entry.record.status.isOver { return (.over(entry.record), nil) }
            if entry.record.status == .processing {
                state.entries[id]?.isCancelling = true
                return (.underWay(entry.record), entry.cancel)
            }
            return (.done(cancelPending(id, entry.record, &state)), nil)
        }
        cancel?()
        wake()
        return result
    }

    /// Takes no more tasks, and cancels those that have not begun.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for id in state.waiting + state.ready {
                if let record = state.entries[id]?.record { _ = cancelPending(id, record, &state) }
            }
        }
    }

    func record(_ id: String) -> TaskRecord? { state.withLock { $0.entries[id]?.record } }

    /// The last ones, newest first.
    func records(atMost count: Int) -> [TaskRecord] {
        state.withLock { state in
            var records: [TaskRecord] = []
            for id in state.order.reversed() where records.count < count {
                if let record = state.entries[id]?.record { records.append(record) }
            }
            return records
        }
    }

    // MARK: Under the lock

    private func hasSlot(for job: String, _ state: borrowing State) -> Bool {
        let busy = state.busy.values.reduce(0, +)
        return busy < limits.concurrency && state.busy[job, default: 0] < limits.perJob[job] ?? .max
    }

    /// Gives the free slots to those that wait, the longest-waiting first; one whose job is at its bound is passed by.
    private func fill(_ state: inout State) {
        var kept: [String] = []
        for (index, id) in state.waiting.enumerated() {
            if state.busy.values.reduce(0, +) >= limits.concurrency {
                kept += state.waiting[index...]
                break
            }
            guard let job = state.entries[id]?.record.job else { continue }
            if !state.isClosed, hasSlot(for: job, state) {
                state.busy[job, default: 0] += 1
                state.ready.append(id)
            } else {
                kept.append(id)
            }
        }
        state.waiting = kept
    }

    private func cancelPending(_ id: String, _ record: TaskRecord, _ state: inout State) -> TaskRecord {
        if let index = state.ready.firstIndex(of: id) {
            state.ready.remove(at: index)
            state.busy[record.job, default: 1] -= 1
        }
        state.waiting.removeAll { $0 == id }
        conclude(id, .cancelled, &state)
        if !state.isClosed { fill(&state) }
        return state.entries[id]?.record ?? record
    }

    private func conclude(_ id: String, _ outcome: TaskOutcome, _ state: inout State) {
        guard var entry = state.entries[id], !entry.record.status.isOver else { return }
        entry.record.conclude(outcome, at: clock.now())
        entry.cancel = nil
        state.entries[id] = entry
        announce(entry.record)
        state.over.append(id)
        if state.over.count > limits.history { state.entries[state.over.removeFirst()] = nil }
        if state.order.count > 2 * state.entries.count + 100 {
            let entries = state.entries
            state.order.removeAll { entries[$0] == nil }
        }
    }

    private func announce(_ record: TaskRecord) {
        do throws(EventProblem) {
            do throws(EventProblem) {
                try emit([record.event(at: clock.now())])
            } catch {
                // What the job said may be longer than an event can be; that the state has changed must be told all the same.
                try emit([record.event(at: clock.now(), isBrief: true)])
            }
        } catch {
            log.error("task \(record.id) is \(record.status.rawValue), which could not be told: \(error)")
        }
    }
}
