import Expressions
import Synchronization

/// One `where` of a channel's subscribers, however many share it. Lives as long as a stream has it, or a request that waits
/// for one. Any thread.
final class SubscriberFilter: PredicateOwner {
    /// What it is known by. A text that is about the events of several channels may be a mistake where it is about one's.
    struct Text: Hashable {
        let text: String
        let isShared: Bool

        init(_ text: String, isShared: Bool = false) {
            self.text = text
            self.isShared = isShared
        }

        // By bytes: to Swift an accent is the same however it is written, to an expression it is not.
        static func == (some: Text, other: Text) -> Bool {
            some.isShared == other.isShared && some.text.utf8.elementsEqual(other.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(isShared)
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }

    let expression: EventExpression
    let text: Text
    /// That it belongs to.
    let channel: ChannelFilters
    /// By loop: those under way.
    private let passes = Mutex<[Int: FilterPass]>([:])

    init(_ expression: EventExpression, _ text: Text, of channel: ChannelFilters) {
        self.expression = expression
        self.text = text
        self.channel = channel
    }

    /// Whether an event is for these subscribers. A failure is a no, and counted.
    ///
    /// - Parameter cost: it adds what it has cost.
    func isTrue(of event: inout Event, cost: inout Int) -> Bool {
        cost += FilterBudget.evaluation
        do {
            return try expression.holds(for: &event, spent: &cost)
        } catch {
            channel.tally.errors.add()
            return false
        }
    }

    /// The same of an event that is kept; false for what is none of ours.
    func isTrue(of frame: borrowing FrameView, cost: inout Int) -> Bool {
        guard var event = frame.event else { return false }
        return isTrue(of: &event, cost: &cost)
    }

    func predicateIsGone() { channel.forget(self) }

    /// On the loop's thread: goes on with `request` when all that the loop has kept is evaluated.
    func prepare(
        _ predicate: HubPredicate, onLoop loop: Int, _ work: FilterWork, for request: WaitingRequest
    ) {
        let (pass, isNew) = passes.withLock { passes in
            if let pass = passes[loop] { return (pass, false) }
            let pass = FilterPass(self, predicate, loop, work)
            passes[loop] = pass
            return (pass, true)
        }
        pass.add(request)
        if isNew { pass.step() }
    }

    func passIsOver(onLoop loop: Int) { passes.withLock { _ = $0.removeValue(forKey: loop) } }
}
