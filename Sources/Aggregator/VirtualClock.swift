public import Expressions
import Synchronization

/// A clock for tests: it stands still until it is moved. What sleeps on it wakes when it is moved past its deadline.
///
///     let clock = VirtualClock()
///     let probe = SourceProbe(Weather(), name: "weather", clock: clock.clock)
///     probe.start()
///     await clock.waitForSleepers(1)      // it has done its work, and sleeps
///     clock.advance(by: .seconds(60))
///
/// May be used from any thread.
public final class VirtualClock: ClockDriver {
    private struct Sleeper {
        let ticket: UInt64
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let ticket: UInt64
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var elapsed = Duration.zero
        var lastTicket: UInt64 = 0
        /// By deadline, those of one deadline in the order in which they came.
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []
    }

    private let start: Timestamp
    private let state = Mutex(State())

    /// A clock that shows this time of day; without one, 2030-01-01T00:00:00Z.
    public init(start: Timestamp? = nil) {
        self.start = start ?? Timestamp(rfc3339: "2030-01-01T00:00:00Z") ?? .now()
    }

    /// The clock as pipelines and sources take it.
    public var clock: PipelineClock { PipelineClock(self) }

    /// How many sleep now.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Returns as soon as at least so many sleep; at once if they do already, or when the task is cancelled.
    public func waitForSleepers(_ count: Int) async {
        let ticket = nextTicket()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isMet = state.withLock { state in
                    if Task.isCancelled || state.sleepers.count >= count { return true }
                    state.watchers.append(Watcher(ticket: ticket, count: count, continuation: continuation))
                    return false
                }
                if isMet { continuation.resume() }
            }
        } onCancel: {
            let gone = state.withLock { state in
                state.watchers.firstIndex { $0.ticket == ticket }.map { state.watchers.remove(at: $0) }
            }
            gone?.continuation.resume()
        }
    }

    /// Moves the clock forward and wakes, earliest first, all whose deadline has come.
    public func advance(by step: Duration) {
        let woken = state.withLock { state in
            state.elapsed += max(step, .zero)
            let woken = state.sleepers.prefix { $0.deadline <= state.elapsed }
            state.sleepers.removeFirst(woken.count)
            return Array(woken)
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// The time of day: the start, and how far the clock was moved.
    public func now() -> Timestamp {
        let (seconds, attoseconds) = uptime().components
        let nanoseconds = Int64(start.nanoseconds) + attoseconds / 1_000_000_000
        return Timestamp(
            seconds: start.seconds + seconds + nanoseconds / 1_000_000_000,
            nanoseconds: Int32(nanoseconds % 1_000_000_000)) ?? start
    }

    /// How far the clock was moved.
    public func uptime() -> Duration { state.withLock { $0.elapsed } }

    /// Returns when the clock is moved past the deadline, at once if it was.
    public func sleep(until deadline: Duration) async throws {
        let ticket = nextTicket()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(Sleeper(ticket: ticket, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            let gone = state.withLock { state in
                state.sleepers.firstIndex { $0.ticket == ticket }.map { state.sleepers.remove(at: $0) }
            }
            gone?.continuation.resume(throwing: CancellationError())
        }
    }

    private func add(_ sleeper: Sleeper) {
        var outcome: Result<Void, any Error>?
        var met: [Watcher] = []
        state.withLock { state in
            if Task.isCancelled {
                outcome = .failure(CancellationError())
            } else if sleeper.deadline <= state.elapsed {
                outcome = .success(())
            } else {
                let place = state.sleepers.firstIndex { $0.deadline > sleeper.deadline } ?? state.sleepers.count
                state.sleepers.insert(sleeper, at: place)
                met = state.watchers.filter { $0.count <= state.sleepers.count }
                state.watchers.removeAll { $0.count <= state.sleepers.count }
            }
        }
        if let outcome { sleeper.continuation.resume(with: outcome) }
        for watcher in met { watcher.continuation.resume() }
    }

    private func nextTicket() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }
}
