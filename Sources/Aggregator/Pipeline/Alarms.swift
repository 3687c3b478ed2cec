import Synchronization

/// The alarms that filter steps set: one task that sleeps until the earliest, on the pipeline's clock. Or, for whoever moves
/// the clock himself, no task: then they go off one by one, when they are asked to.
final class Alarms: Sendable {
    /// Whose alarm: the group's number, the filter's place in it, the step's in that.
    struct Key: Hashable, Comparable, Sendable {
        let group: Int
        let node: Int
        let step: Int
        /// Where the filter stands in the file, for the order of alarms of one moment.
        var place = FilePlace(line: 0, column: 0)

        static func < (left: Key, right: Key) -> Bool {
            (left.place, left.group, left.node, left.step) < (right.place, right.group, right.node, right.step)
        }
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
    private let isByHand: Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - isByHand: they go off only by `ringFirst`.
    ///   - ring: called for each alarm that has gone off, on some task, with no lock held.
    init(clock: PipelineClock, isByHand: Bool = false, ring: @escaping @Sendable (Key) -> Void) {
        self.clock = clock
        self.isByHand = isByHand
        self.ring = ring
    }

    /// When the first goes off, in the clock's `uptime()`; nil: none is set.
    var next: Duration? { state.withLock { $0.due.values.min() } }

    /// Lets the first go off, whatever the clock says; of several at one time the one whose filter stands
    /// first in the file.
    ///
    /// - Returns: whose it was; nil: none is set.
    @discardableResult
    func ringFirst() -> Key? {
        let first = state.withLock { state -> Key? in
            let first = state.due.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
            if let first { state.due[first] = nil }
            return first
        }
        if let first { ring(first) }
        return first
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
        guard !state.isStopped, !isByHand else { return }
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
            return ringing.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
        }
        for key in ringing { ring(key) }
    }
}
