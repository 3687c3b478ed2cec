import Dispatch
import Synchronization

/// Evaluates one filter for all that one loop kept when the filter came, a slice at a time:
///
///     loop's thread    collect ───┐   ┌─→ collect ───┐   ┌─→ nothing left: those who wait go on
///     FilterWork                  └─→ evaluate       └─→ evaluate
///
/// so a loop never evaluates, and subscribers without this filter never wait. If nobody is left who waits, it stops; and those
/// who wait for more than it may cost are refused.
final class FilterPass: Sendable {
    private struct State {
        /// The number of the last frame that was collected.
        var after: UInt64 = 0
        var waiting: [WaitingRequest] = []
        /// Of all that was evaluated.
        var cost = 0
    }

    private let filter: SubscriberFilter
    private let predicate: HubPredicate
    private let loop: Int
    private let work: FilterWork
    /// Touched on the loop's thread alone, but at the hub's end.
    private let state = Mutex(State())

    init(_ filter: SubscriberFilter, _ predicate: HubPredicate, _ loop: Int, _ work: FilterWork) {
        self.filter = filter
        self.predicate = predicate
        self.loop = loop
        self.work = work
    }

    /// On the loop's thread.
    func add(_ request: WaitingRequest) { state.withLock { $0.waiting.append(request) } }

    /// On the loop's thread: the next slice.
    func step() {
        let slice = state.withLock { state -> FrameSlice? in
            if state.waiting.allSatisfy(\.request.isAlone) { return nil }
            return predicate.collect(onLoop: loop, after: &state.after)
        }
        if let slice { evaluate(slice) } else { finish() }
    }

    /// Beside the loops, a turn at a time: whoever else has something to evaluate comes between.
    private func evaluate(_ slice: FrameSlice) {
        work.run { [self] in
            var spent = 0
            let isDone = slice.decide { frame -> Bool? in
                spent > FilterBudget.perTurn ? nil : filter.isTrue(of: frame, cost: &spent)
            }
            let cost = state.withLock { state in
                state.cost += spent
                return state.cost
            }
            if cost > FilterBudget.perPass {
                filter.channel.noteTooDear(filter)
                onLoop { self.refuse() }
            } else if isDone {
                onLoop { self.step() }
            } else {
                evaluate(slice)
            }
        }
    }

    private func onLoop(_ next: @escaping @Sendable () -> Void) {
        filter.channel.hub.call(onLoop: loop, next) { self.finish() }
    }

    private func refuse() {
        for request in leave() { request.refuse(request.request) }
    }

    /// Everybody goes on: whoever finds the filter not ready after all comes back, or is gone.
    private func finish() {
        for request in leave() { request.request.resume(request.goOn) }
    }

    /// It is over for those who waited.
    private func leave() -> [WaitingRequest] {
        filter.passIsOver(onLoop: loop)
        return state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}

/// A request that waits until it can follow with its filters, and how it goes on then.
struct WaitingRequest: Sendable {
    let request: DeferredRequest
    /// Answers that a filter costs too much.
    let refuse: @Sendable (DeferredRequest) -> Void
    let goOn: @Sendable (borrowing IncomingRequest) -> Void
}

/// Where filters are compiled, and what is kept is evaluated: one thread for all, beside the loops. It has little to do at
/// a time and then something of somebody else's, so nobody waits for the whole of another's pass.
///
/// What waits here is bounded: every request has at most one piece of work here, every pass too.
final class FilterWork: Sendable {
    private let queue = DispatchQueue(label: "aggregator.filters", qos: .utility)

    func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}
