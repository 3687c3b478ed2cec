import Dispatch
import Logging
import Synchronization

/// What a source's tasks are, kept in a file so that a restart finds them: a line of JSON for each state of each task, the
/// last one of a task counts. The file is written anew when most of it is out of date.
///
/// A line that was written survives the end of this process, however it ends; a power failure may take the last second's.
/// Notes may be made from any thread and never wait: a queue of its own writes them.
final class TaskJournal: Sendable {
    private struct State {
        /// Not written yet, the newest of each id.
        var lines: [String: [UInt8]] = [:]
        var order: [String] = []
        /// To be written with the next turn of the rhythm, the newest of each id.
        var soon: [String: @Sendable () -> [UInt8]] = [:]
        var isBusy = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        var snapshot: (@Sendable () -> [[UInt8]])?
    }

    private let state = Mutex(State())
    private let file: Mutex<JournalFile>
    private let queue = DispatchQueue(label: "tasks.journal")
    private let log: Logger

    /// Nothing is read or written yet.
    ///
    /// - Parameter path: of the file, in a folder that is there.
    init(path: String, log: Logger) {
        file = Mutex(JournalFile(path: path))
        self.log = log
    }

    /// The lines of the file, as they are; none if there is no file.
    func read() async throws -> [[UInt8]] {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.file.withLock { try $0.read() } }) }
        }
    }

    /// From now on it writes.
    ///
    /// - Parameter snapshot: the lines of all that is to be known after a restart; called on the journal's own queue.
    func begin(_ snapshot: @escaping @Sendable () -> [[UInt8]]) {
        state.withLock { $0.snapshot = snapshot }
        file.withLock { $0.isStale = true }
        start()
    }

    /// How long what is noted `soon` may take.
    private static let rhythm = DispatchTimeInterval.milliseconds(250)

    /// Notes how something is now.
    func note(_ id: String, _ line: [UInt8]) {
        state.withLock { state in
            state.soon[id] = nil
            if state.lines.updateValue(line, forKey: id) == nil { state.order.append(id) }
        }
        start()
    }

    /// The same for what changes often: it is written within a quarter of a second, and what it was in between never is.
    func noteSoon(_ id: String, _ line: @escaping @Sendable () -> [UInt8]) {
        let isFirst = state.withLock { state in
            defer { state.soon[id] = line }
            return state.soon.isEmpty
        }
        guard isFirst else { return }
        queue.asyncAfter(deadline: .now() + Self.rhythm) {
            self.state.withLock { state in
                for (id, line) in state.soon where state.lines.updateValue(line(), forKey: id) == nil {
                    state.order.append(id)
                }
                state.soon = [:]
            }
            self.start()
        }
    }

    /// Returns when all that was noted before has been written, or could not be, which the log tells.
    func settled() async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append(continuation) }
            start()
        }
    }

    /// The same, and down to the disk. Nothing may be noted after that.
    func close() async {
        await settled()
        await withCheckedContinuation { continuation in
            queue.async {
                self.file.withLock { $0.close() }
                continuation.resume()
            }
        }
        state.withLock { $0.snapshot = nil }
    }

    private func start() {
        let isNew = state.withLock { state in
            guard !state.isBusy, state.snapshot != nil || !state.waiters.isEmpty else { return false }
            state.isBusy = true
            return true
        }
        if isNew { queue.async { self.drain() } }
    }

    /// On the queue: writes until nothing is left to write.
    private func drain() {
        while true {
            let isStale = file.withLock { $0.isStale && !$0.hasFailed }
            let work = state.withLock { state -> (lines: [[UInt8]], waiters: [CheckedContinuation<Void, Never>])? in
                let lines = state.order.compactMap { state.lines[$0] }
                guard !lines.isEmpty || !state.waiters.isEmpty || (isStale && state.snapshot != nil) else {
                    state.isBusy = false
                    return nil
                }
                defer { (state.lines, state.order, state.waiters) = ([:], [], []) }
                return (lines, state.waiters)
            }
            guard let work else { return }
            write(work.lines)
            for waiter in work.waiters { waiter.resume() }
        }
    }

    private func write(_ lines: [[UInt8]]) {
        // Taken before the file's lock, and after the lines were: so it says all that they say.
        let snapshot = state.withLock { $0.snapshot }
        let (hasFailed, isNew, isDirty) = file.withLock { file in
            let before = file.hasFailed
            do throws(JournalFile.Problem) {
                if file.isStale, let snapshot { try file.rewrite(snapshot()) } else { try file.append(lines) }
                if before { log.notice("tasks: their states are written again") }
            } catch {
                // What is missing in the file then, writing all of it anew will make up for.
                (file.isStale, file.hasFailed) = (true, true)
                if !before {
                    log.error(
                        "tasks: their states cannot be written, and would not survive a restart: \(error.message)")
                }
            }
            return (file.hasFailed, file.hasFailed != before, file.takeDirty())
        }
        if isDirty {
            queue.asyncAfter(deadline: .now() + .seconds(1)) { self.file.withLock { $0.sync() } }
        }
        if hasFailed, isNew { retry() }
    }

    /// Tries again, until it works.
    private func retry() {
        queue.asyncAfter(deadline: .now() + .seconds(1)) {
            guard self.state.withLock({ $0.snapshot != nil }), self.file.withLock({ $0.hasFailed }) else { return }
            self.write([])
            if self.file.withLock({ $0.hasFailed }) { self.retry() }
        }
    }
}
