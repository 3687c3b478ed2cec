import Expressions
import Logging
import Synchronization

/// The filters that a channel's subscribers have brought along (`where` in a query): each distinct text once, as long as
/// somebody follows with it. Any thread.
///
/// An event is evaluated once for each, where it enters the channel; the answers travel with its frame as bits, by which
/// the loops know whom it is for.
final class ChannelFilters: Sendable {
    /// Why there is no filter to be had.
    enum Refusal: Error {
        /// The channel has as many as it can.
        case full
        case outOfMemory
    }

    struct Tally: ~Copyable, Sendable {
        /// Evaluations that failed, and so were a no.
        let errors = Counter()
        /// Filters whose streams were ended because of what they cost.
        let ended = Counter()
    }

    /// What one event is evaluated with. Immutable, so that evaluating holds no lock.
    private final class FilterSet: Sendable {
        let version: UInt64
        let filters: [(slot: Int, filter: SubscriberFilter)]

        init(_ version: UInt64, _ filters: [(slot: Int, filter: SubscriberFilter)]) {
            self.version = version
            self.filters = filters
        }
    }

    private struct State {
        var byText: [SubscriberFilter.Text: Entry] = [:]
        var set = FilterSet(0, [])
        var budget: FilterBudget
        /// Those that cost too much, and until when (uptime) nobody tries them again: a client that asks again and again would
        /// keep the others waiting.
        var tooDear: [SubscriberFilter.Text: Duration] = [:]
    }

    private static let tooDearTime = Duration.seconds(30)
    private static let tooDearCount = 256

    private struct Entry {
        let filter: SubscriberFilter
        let predicate: HubPredicate.Address
        let slot: Int
    }

    let hub: Hub
    let tally = Tally()
    private let name: String
    /// What is known of the channel's events.
    let shape: EventShape
    private let channel: HubChannel
    private let log: Logger
    private let logLimit = RepeatLimit()
    private let state: Mutex<State>
    /// The set's version, doubled, and one more if it is not empty: all that an event costs where nobody filters. May be old
    /// for a moment; then the hub refuses the frame.
    private let mark = Atomic<UInt64>(0)

    init(
        _ definition: ChannelDefinition, _ channel: HubChannel, in hub: Hub, log: Logger,
        budget: FilterBudget = FilterBudget()
    ) {
        self.hub = hub
        self.channel = channel
        self.log = log
        name = definition.name
        shape = definition.shape
        state = Mutex(State(budget: budget))
    }

    /// How many there are now.
    var count: Int { state.withLock { $0.set.filters.count } }

    // MARK: Coming and going

    /// A reference to the filter of that text, if it is there already.
    func find(_ text: SubscriberFilter.Text) -> FilterReference? {
        state.withLock { state in state.byText[text].flatMap(reference) }
    }

    private func reference(_ entry: Entry) -> FilterReference? {
        HubPredicate(another: entry.predicate, in: hub).map { FilterReference(filter: entry.filter, predicate: $0) }
    }

    /// The expression of a text, as it can be evaluated with this channel's events. Takes its time: not on a loop's thread.
    ///
    /// - Parameter shape: the events that it is about, where it is not about this channel's alone.
    func compile(_ text: String, about shape: EventShape? = nil) throws(ExpressionProblem) -> EventExpression {
        try EventExpression(
            text, in: (shape ?? self.shape).environment, expecting: [.bool],
            limits: .init(cost: FilterBudget.perEvaluation))
    }

    /// A reference to the filter of that expression: the one that is there already, or a new one.
    ///
    /// - Parameter isShared: it was compiled about the events of several channels.
    func take(_ expression: EventExpression, isShared: Bool = false) throws(Refusal) -> FilterReference {
        let text = SubscriberFilter.Text(expression.text, isShared: isShared)
        let result = state.withLock { state -> Result<FilterReference, Refusal> in
            if let found = state.byText[text].flatMap(reference) { return .success(found) }
            let filter = SubscriberFilter(expression, text, of: self)
            do throws(HubPredicate.Failure) {
                let predicate = try HubPredicate(channel, in: hub, owner: filter)
                add(Entry(filter: filter, predicate: predicate.address, slot: predicate.slot), predicate, &state)
                return .success(FilterReference(filter: filter, predicate: predicate))
            } catch {
                return .failure(error == .noSlot ? .full : .outOfMemory)
            }
        }
        return try result.get()
    }

    /// The last owner of the slot may not have been forgotten yet: it is evaluated no more.
    private func add(_ entry: Entry, _ predicate: HubPredicate, _ state: inout State) {
        state.byText[entry.filter.text] = entry
        state.budget.forget(slot: entry.slot)
        let others = state.set.filters.filter { $0.slot != entry.slot }
        install(FilterSet(predicate.version, others + [(entry.slot, entry.filter)]), &state)
    }

    private func install(_ set: FilterSet, _ state: inout State) {
        state.set = set
        mark.store(set.version << 1 | (set.filters.isEmpty ? 0 : 1), ordering: .releasing)
    }

    /// Nobody follows with it any more. Another one may have its text, or its slot, by now.
    func forget(_ filter: SubscriberFilter) { state.withLock { remove(filter, &$0) } }

    private func remove(_ filter: SubscriberFilter, _ state: inout State) {
        if state.byText[filter.text]?.filter === filter { state.byText[filter.text] = nil }
        guard state.set.filters.contains(where: { $0.filter === filter }) else { return }
        install(FilterSet(state.set.version, state.set.filters.filter { $0.filter !== filter }), &state)
    }

    // MARK: Events

    /// What the filters say of an event that enters the channel.
    func truths(of event: inout Event) -> Truths {
        let mark = mark.load(ordering: .acquiring)
        return mark & 1 == 0 ? Truths(bits: 0, version: mark >> 1) : evaluate(&event)
    }

    /// The same of one that is encoded already. What is none of ours nobody filters for.
    func truths(of frame: borrowing FrameView) -> Truths {
        guard var event = frame.event else {
            return Truths(bits: 0, version: state.withLock { $0.set.version })
        }
        return evaluate(&event)
    }

    private func evaluate(_ event: inout Event) -> Truths {
        let set = state.withLock { $0.set }
        var truths = Truths(bits: 0, version: set.version)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: set.filters.count) { costs in
            costs.initialize(repeating: 0)
            for (index, (slot, filter)) in set.filters.enumerated() where filter.isTrue(of: &event, cost: &costs[index])
            {
                truths.bits |= 1 << UInt64(slot)
            }
            charge(set, costs)
        }
        return truths
    }

    private func charge(_ set: FilterSet, _ costs: UnsafeMutableBufferPointer<Int>) {
        let dearest = state.withLock { state -> FilterReference? in
            for (cost, (slot, _)) in zip(costs, set.filters) { state.budget.spend(cost, slot: slot) }
            guard let slot = state.budget.dearest(at: PipelineClock.system.uptime) else { return nil }
            state.budget.forget(slot: slot)
            return state.byText.values.first { $0.slot == slot }.flatMap { entry in
                let reference = reference(entry)
                remove(entry.filter, &state)
                return reference
            }
        }
        if let dearest { end(dearest) }
    }

    /// Evaluating what a loop keeps has cost more than it may: for a while nobody tries again. Who follows with it already goes
    /// on: what comes is paid for otherwise. Any thread.
    func noteTooDear(_ filter: SubscriberFilter) {
        let now = PipelineClock.system.uptime()
        state.withLock { state in
            state.tooDear = state.tooDear.filter { $0.value > now }
            if state.tooDear.count < Self.tooDearCount { state.tooDear[filter.text] = now + Self.tooDearTime }
        }
        tally.ended.add()
        tell("refused one that would cost too much for what is kept", filter)
    }

    /// Whether it was found to be, of late.
    func isTooDear(_ text: SubscriberFilter.Text) -> Bool {
        state.withLock { state in
            guard !state.tooDear.isEmpty, let until = state.tooDear[text] else { return false }
            return until > PipelineClock.system.uptime()
        }
    }

    private func end(_ reference: FilterReference) {
        reference.predicate.end()
        tally.ended.add()
        tell("cost too much; ended the streams of the dearest", reference.filter)
    }

    private func tell(_ what: String, _ filter: SubscriberFilter) {
        guard let silent = logLimit.admit(at: PipelineClock.system.uptime()) else { return }
        let more = silent > 0 ? " (and \(silent) more since the last such line)" : ""
        log.warning(
            """
            the subscribers' filters of channel \(name): \(what), where=\(filter.text.text.debugDescription)\(more)
            """)
    }
}

/// A filter that will not go while this is held.
struct FilterReference: Sendable {
    let filter: SubscriberFilter
    let predicate: HubPredicate
}
