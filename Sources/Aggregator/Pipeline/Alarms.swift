import Synchronization

/// The alarms that filter steps set: one task that sleeps until the earliest, on the pipeline's clock.
final class Alarms: Sendable {
    /// Whose alarm: the group's number, the filter's place in it, the step's in that.
    struct Key: Hashable, Sendable {
        let group: Int
        let node: Int
        let step: Int
    }

    private struct State {
        var due: [Key: Duration] = [:]
        /// The task that sleeps, and until when.
        var sleeper: Task<Void, Never>?
        var until = Duration.zero
        var isStopped = false
    }

    let clock: PipelineClock
    private let ring: @Sendable (Key) -> Void
    private let state = Mutex(State())

    /// - Parameter ring: called for each alarm that has gone off, on some task, with no lock held.
    init(clock: PipelineClock, ring: @escaping @Sendable (Key) -> Void) {
        self.clock = clock
        self.ring = ring
    }

    /// Sets, or sets anew, the one alarm of that step.
    func set(_ key: Key, after pause: Duration) {
        let deadline = clock.uptime() + max(pause, .zero)
        state.withLock { state in
            state.due[key] = deadline
            // One that sleeps less long finds, when it wakes, whatever is then the next.
            if state.sleeper == nil || deadline < state.until { sleep(until: deadline, &state) }
        }
    }

    /// No alarm goes off any more.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.due = [:]
            state.sleeper?.cancel()
            state.sleeper = nil
        }
    }

    private func sleep(until deadline: Duration, _ state: inout State) {
        guard !state.isStopped else { return }
        state.sleeper?.cancel()
        state.until = deadline
        state.sleeper = Task { [weak self, clock] in
            guard (try? await clock.sleep(until: deadline)) != nil else { return }
            self?.fire(deadline)
        }
    }

    private func fire(_ deadline: Duration) {
        let now = max(clock.uptime(), deadline)
        let ringing = state.withLock { state -> [Key] in
            // Replaced while it was waking: the other one rings.
            guard state.until == deadline, state.sleeper != nil else { return [] }
            let ringing = state.due.filter { $0.value <= now }
            for key in ringing.keys { state.due[key] = nil }
            state.sleeper = nil
            if let next = state.due.values.min() { sleep(until: next, &state) }
            return ringing.sorted { $0.value < $1.value }.map(\.key)
        }
        for key in ringing { ring(key) }
    }
}
