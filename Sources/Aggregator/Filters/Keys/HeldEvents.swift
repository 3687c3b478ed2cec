/// The last event of each key, held until its time has come. Bounded in keys and in bytes: what no longer fits is the least
/// recently used key's, and goes on at once, so that nothing is lost by it.
struct HeldEvents: Sendable {
    private struct Held {
        var event: Event
        var size: Int
        /// When the first event of this burst came, and the last.
        let start: Duration
        var last: Duration
    }

    private var states: KeyedStates<Held>
    /// By `start`. The states themselves are by `last`.
    private var starts = SlotList()
    private var bytes = 0
    private let limit: Int
    /// What an event takes beside its content.
    private static let overhead = 256

    /// - Parameters:
    ///   - keys: at most so many.
    ///   - bytes: at most so many in all events together.
    init(keys: Int, bytes: Int) {
        states = KeyedStates(limit: keys)
        limit = bytes
    }

    /// Holds an event in the place of the one before of its key.
    ///
    /// - Returns: what no longer fits.
    mutating func hold(_ event: consuming Event, of key: KeyFingerprint, at now: Duration) -> [Event] {
        // What expressions have learned of the data takes more memory than the data; it can be learned again.
        event.object = nil
        let size = event.approximateSize + Self.overhead
        bytes += size
        var pushedOut: [Event] = []
        if let slot = states.find(key), let before = states[slot] {
            bytes -= before.size
            states[slot] = Held(event: event, size: size, start: before.start, last: now)
        } else {
            if states.isFull, let oldest = states.first { take(oldest, &pushedOut) }
            let (slot, _) = states.insert(Held(event: event, size: size, start: now, last: now), for: key)
            starts.append(slot)
        }
        while bytes > limit, let oldest = states.first { take(oldest, &pushedOut) }
        return pushedOut
    }

    /// When the first of them is due: `quiet` after the last event of its key, at most `longest` after the first.
    func deadline(quiet: Duration, longest: Duration?) -> Duration? { next(quiet, longest)?.due }

    /// Takes all that are due, in the order of their times.
    mutating func takeDue(at now: Duration, quiet: Duration, longest: Duration?) -> [Event] {
        var events: [Event] = []
        while let (slot, due) = next(quiet, longest), due <= now { take(slot, &events) }
        return events
    }

    /// Takes all, in the order in which they came.
    mutating func takeAll() -> [Event] {
        var events: [Event] = []
        events.reserveCapacity(states.count)
        while let slot = states.first { take(slot, &events) }
        return events
    }

    /// Both lists are in the order of their deadlines, so that the first of one of them is the next.
    private func next(_ quiet: Duration, _ longest: Duration?) -> (slot: Int, due: Duration)? {
        guard let slot = states.first, let last = states[slot]?.last else { return nil }
        guard let longest, let oldest = starts.first, let start = states[oldest]?.start, start + longest < last + quiet
        else { return (slot, last + quiet) }
        return (oldest, start + longest)
    }

    private mutating func take(_ slot: Int, _ events: inout [Event]) {
        starts.remove(slot)
        guard let held = states.remove(slot) else { return }
        bytes -= held.size
        events.append(held.event)
    }
}
