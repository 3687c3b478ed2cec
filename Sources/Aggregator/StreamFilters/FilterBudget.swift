/// What the filters of one channel may cost together, where a source waits for them.
///
/// Counted in the units of `Expression.Limits`, not in time: whoever is interrupted by the system is not to blame.
struct FilterBudget: Sendable {
    /// So many filters a channel can have: a frame has a bit for each.
    static let filters = 64
    /// What one evaluation costs beside what its expression does.
    static let evaluation = 10
    /// What one evaluation may cost: some tens of microseconds.
    static let perEvaluation = 10_000
    /// What they may all cost a second: about a quarter of a core. Two million evaluations of a comparison.
    static let perSecond = 25_000_000

    /// What evaluating all that one loop keeps may cost a filter that comes: about a second. It is nobody's time but that of
    /// those who wait for the same, as filters take turns.
    static let perPass = 100_000_000

    /// After so much of that it is somebody else's turn: some ten milliseconds.
    static let perTurn = 1_000_000

    private let limit: Int
    private var start = Duration.zero
    private var total = 0
    private var bySlot = [Int](repeating: 0, count: filters)

    init(limit: Int = perSecond) { self.limit = limit }

    /// Adds to what the filter with that slot has cost.
    mutating func spend(_ cost: Int, slot: Int) {
        bySlot[slot] += cost
        total += cost
    }

    /// A slot has a new owner.
    mutating func forget(slot: Int) {
        total -= bySlot[slot]
        bySlot[slot] = 0
    }

    /// The slot of the dearest, if they have cost more than they may since the last time they had not. A second that began
    /// before a pause is over by then: they are only blamed for what they have cost within one.
    ///
    /// - Parameter now: the uptime; asked for only when it matters.
    mutating func dearest(at now: () -> Duration) -> Int? {
        guard total > limit else { return nil }
        let now = now()
        guard now - start < .seconds(1) else {
            start = now
            total = 0
            for slot in bySlot.indices { bySlot[slot] = 0 }
            return nil
        }
        return bySlot.indices.max { bySlot[$0] < bySlot[$1] }
    }
}
