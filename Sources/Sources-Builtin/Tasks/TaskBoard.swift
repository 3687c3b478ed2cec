import Aggregator
import Glibc
import Logging
import Synchronization

/// All tasks of one source: those that wait, those that have a slot, and the last ones that are over.
///
///                 submit                take                    finish
///     (request) ─────────→ waiting → ready ─────→ processing ──────────────→ over (completed, failed, cancelled)
///                             └─────────┴── cancel ──────────────────────────↗
///
/// A state changes, its event is emitted and its line goes to the journal in one step, under the board's lock: so the order
/// of a task's events in every channel is the order of its states. That is why only what never waits is called there.
final class TaskBoard: Sendable {
    private struct State {
        var table: TaskTable
        var isClosed = false
        /// Over before this server began, and nobody has followed them yet.
        var untold: Set<String> = []
        /// Who waits for a task's end, by the task and a number.
        var waiters: [String: [Int: AsyncStream<TaskRecord>.Continuation]] = [:]
        var lastWaiter = 0
    }

    private let state: Mutex<State>
    private let limits: Limits
    private let clock: PipelineClock
    private let log: Logger
    private let journal: TaskJournal
    private let metrics: TaskMetrics
    private let emit: @Sendable ([Event]) throws(EventProblem) -> Void
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - emit: called under the lock.
    ///   - wake: called after a task got ready.
    init(
        _ limits: Limits, clock: PipelineClock, log: Logger, journal: TaskJournal, metrics: TaskMetrics,
        emit: @escaping @Sendable ([Event]) throws(EventProblem) -> Void, wake: @escaping @Sendable () -> Void
    ) {
        (self.limits, self.clock, self.log, self.journal) = (limits, clock, log, journal)
        (self.metrics, self.emit, self.wake) = (metrics, emit, wake)
        state = Mutex(State(table: TaskTable(limits)))
    }

    /// A new task.
    ///
    /// - Parameter saved: the arguments as the journal keeps them.
    func submit(
        _ job: String, _ arguments: TaskArguments, _ saved: SavedArguments, key: IdempotencyKey? = nil,
        isScheduled: Bool = false
    ) -> Submission {
        let submission = state.withLock { state -> Submission in
            let now = clock.now()
            if let key, let use = state.table.keys.use(of: key.name, at: now) {
                return use.print == key.print ? .known(use.task) : .conflict
            }
            if state.isClosed { return .closed }
            // Whoever waits could not start either (see `fill`), so nobody is overtaken here.
            let waiting = state.table.waiting.count
            guard state.table.hasSlot(for: job) || waiting < limits.queue else {
                metrics.refuse(job)
                return .full(waiting: waiting, pause: state.table.pauseBeforeNext(at: now))
            }
            var record = TaskRecord(id: TaskRecord.newID(), job: job, created: now)
            record.number = state.table.nextNumber()
            record.isScheduled = isScheduled
            let entry = TaskTable.Entry(record: record, arguments: arguments, saved: saved)
            state.table.add(entry)
            metrics.wait(job)
            announce(entry)
            if let key {
                let use = IdempotencyKeys.Use(print: key.print, task: record.id, time: now)
                state.table.keys.remember(key.name, use)
                journal.note("key " + key.name, IdempotencyKeys.line(key.name, use))
            }
            state.table.fill()
            return .accepted(record)
        }
        wake()
        return submission
    }

    /// The next task that has a slot, if there is one; it is `processing` then, and must be finished.
    func take() -> Assignment? {
        state.withLock { state in
            guard !state.isClosed, var entry = state.table.takeReady() else { return nil }
            entry.record.status = .processing
            entry.record.started = clock.now()
            if limits.retried.contains(entry.record.job) { entry.record.attempt = 1 }
            state.table.entries[entry.record.id] = entry
            metrics.begin(entry.record.job)
            announce(entry)
            return Assignment(record: entry.record, arguments: entry.arguments)
        }
    }

    /// From now on `cancel` is called when somebody asks for the task's end; at once if somebody has already.
    func attach(_ id: String, cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.table.entries[id]?.cancel = cancel
            return state.table.entries[id]?.record.isCancelling ?? false
        }
        if isLate { cancel() }
    }

    /// Notes the process group of a task's program, by which what is left of it can be found if this server is killed; nil:
    /// it has ended.
    func note(_ id: String, group: pid_t?) {
        state.withLock { state in
            state.table.entries[id]?.group = group
            if group != nil, let entry = state.table.entries[id] { journal.note(id, entry.line) }
        }
    }

    /// Notes how a task stands that is being worked on. Its event is the worker's to emit.
    func note(_ record: TaskRecord) {
        state.withLock { state in
            guard var entry = state.table.entries[record.id], entry.record.status == .processing else { return }
            let isCancelling = entry.record.isCancelling
            entry.record = record
            entry.record.isCancelling = isCancelling
            state.table.entries[record.id] = entry
            journal.noteSoon(record.id) { [entry] in entry.line }
        }
    }

    /// Ends a task that was taken.
    func finish(_ id: String, _ outcome: TaskOutcome) {
        state.withLock { state in
            guard let entry = state.table.entries[id] else { return }
            // Nobody has asked for its end: then it is the server's.
            let isStopped = outcome == .cancelled && !entry.record.isCancelling
            conclude(id, isStopped ? .failed(Self.stopped) : outcome, &state)
            state.table.release(entry.record.job)
            if !state.isClosed { state.table.fill() }
        }
        wake()
    }

    func cancel(_ id: String) -> Cancellation {
        let (result, cancel) = state.withLock { state -> (Cancellation, (@Sendable () -> Void)?) in
            guard var entry = state.table.entries[id] else { return (.unknown, nil) }
            if entry.record.status.isOver { return (.over(entry.record), nil) }
            if entry.record.status == .processing {
                entry.record.isCancelling = true
                state.table.entries[id] = entry
                return (.underWay(entry.record), entry.cancel)
            }
            state.table.withdraw(id, of: entry.record.job)
            let record = conclude(id, .cancelled, &state) ?? entry.record
            if !state.isClosed { state.table.fill() }
            return (.done(record), nil)
        }
        cancel?()
        wake()
        return result
    }

    /// How a task has ended, as soon as it has; nil if it has not after `patience`, which is real time: a client's.
    func end(of id: String, within patience: Duration) async -> TaskRecord? {
        let (ends, end) = AsyncStream.makeStream(of: TaskRecord.self)
        let number = state.withLock { state -> Int in
            guard let record = state.table.entries[id]?.record, !record.status.isOver else {
                if let record = state.table.entries[id]?.record { end.yield(record) }
                end.finish()
                return 0
            }
            state.lastWaiter += 1
            state.waiters[id, default: [:]][state.lastWaiter] = end
            return state.lastWaiter
        }
        let timer = Task {
            try await Task.sleep(for: patience)
            end.finish()
        }
        defer {
            timer.cancel()
            state.withLock { _ = $0.waiters[id]?.removeValue(forKey: number) }
        }
        return await ends.first { _ in true }
    }

    /// Takes no more tasks. Those that have not begun stay as they are: the journal has them, and the next server begins
    /// them.
    func close() { state.withLock { $0.isClosed = true } }

    func record(_ id: String) -> TaskRecord? { state.withLock { $0.table.entries[id]?.record } }

    /// The last ones, newest first.
    func records(_ selection: Selection = Selection(), atMost count: Int) -> [TaskRecord] {
        state.withLock { $0.table.records(selection, atMost: count) }
    }

    /// Returns when all that has happened before is written down, as far as it can be.
    func settled() async { await journal.settled() }

    // MARK: After a restart

    static let stopped = "the server was stopped (or restarted) while the task was running"
    static let restarted = "the server was restarted while the task was running"

    /// Takes over what a server before this one knew. What ran then has failed, what waited waits again.
    ///
    /// - Parameter arguments: what a task that waited is given now, or why it cannot be any more.
    func restore(
        _ tasks: [SavedTask], _ keys: [(key: String, use: IdempotencyKeys.Use)],
        arguments: (SavedTask) -> Result<TaskArguments, ArgumentMistake>
    ) {
        state.withLock { state in
            for (key, use) in keys { state.table.keys.remember(key, use) }
            for saved in tasks { restore(saved, arguments(saved), &state) }
            state.table.sortByCreation()
            state.table.forget()
            state.table.fill()
        }
        journal.begin { [weak self] in self?.state.withLock { $0.table.lines } ?? [] }
        wake()
    }

    private func restore(
        _ saved: SavedTask, _ arguments: Result<TaskArguments, ArgumentMistake>, _ state: inout State
    ) {
        var record = saved.record
        let now = clock.now()
        switch (record.status, arguments) {
        case (.processing, _): record.conclude(.failed(Self.restarted), at: now)
        case (.pending, .failure(let mistake)): record.conclude(.failed(mistake.reason), at: now)
        default: break
        }
        let entry = TaskTable.Entry(
            record: record, arguments: (try? arguments.get()) ?? TaskArguments(), saved: saved.arguments)
        state.table.add(entry)
        if record.status == .pending { metrics.wait(record.job) }
        // Who followed it hears how it has gone on; what was over before is told to whoever asks.
        if saved.record.status.isOver { state.untold.insert(record.id) } else { announce(entry) }
    }

    /// Whether a task is known. Who follows one that was over before this server began gets to know how it ended: its
    /// channel, which is in memory, does not have that.
    func isKnownToFollower(_ id: String) -> Bool {
        state.withLock { state in
            guard let entry = state.table.entries[id] else { return false }
            if state.untold.remove(id) != nil { tell(entry.record) }
            return true
        }
    }

    // MARK: Under the lock

    @discardableResult private func conclude(_ id: String, _ outcome: TaskOutcome, _ state: inout State) -> TaskRecord?
    {
        guard var entry = state.table.entries[id], !entry.record.status.isOver else { return nil }
        let status = entry.record.status
        entry.record.conclude(outcome, at: clock.now())
        metrics.end(entry.record, after: status)
        (entry.cancel, entry.group) = (nil, nil)
        state.table.entries[id] = entry
        announce(entry)
        state.table.bury(entry.record)
        for waiter in (state.waiters.removeValue(forKey: id) ?? [:]).values {
            waiter.yield(entry.record)
            waiter.finish()
        }
        return entry.record
    }

    private func announce(_ entry: TaskTable.Entry) {
        journal.note(entry.record.id, entry.line)
        tell(entry.record)
    }

    private func tell(_ record: TaskRecord) {
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
