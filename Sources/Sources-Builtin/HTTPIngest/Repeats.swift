import Aggregator
import Synchronization

/// `dedupe:` of the file.
struct DedupeOptions: OptionGroup {
    @Option("For so long an event's id is remembered.", .range(0.001...2_592_000)) var within = Duration.seconds(600)
    @Option("So many ids are remembered.", .range(1...10_000_000)) var keys = 10_000

    init() {}
}

/// What has been taken already: ids of events, and signatures of requests.
///
/// Whoever repeats what was taken gets the answer of the first time, and nothing is emitted. The lock is held from the look to
/// the note, the emitting in between: of two that come at once on two threads one is the first, and what could not be
/// emitted was not taken.
final class Repeats: Sendable {
    private struct State {
        var ids: RecentKeys<Duration>
        var signatures: RecentKeys<Duration>
    }

    private let within: Duration?
    private let replay: Duration?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - dedupe: how long ids are remembered, and how many.
    ///   - replay: how long signatures are remembered, and how many.
    init(dedupe: DedupeOptions?, replay: (within: Duration, keys: Int)?) {
        within = dedupe?.within
        self.replay = replay?.within
        state = Mutex(
            State(ids: RecentKeys(capacity: dedupe?.keys ?? 1), signatures: RecentKeys(capacity: replay?.keys ?? 1)))
    }

    /// Emits those of the events that are new, in their order.
    ///
    /// - Parameters:
    ///   - ids: of each event what tells it from others; nil: nothing does.
    ///   - signature: of the request as a whole.
    ///   - emit: called with those that are left, if any are.
    func emit(
        _ events: [Event], ids: [String?], signature: [UInt8]?, now: Duration,
        _ emit: ([Event]) throws(EventProblem) -> Void
    ) throws(EventProblem) {
        try state.withLock { state throws(EventProblem) in
            if let replay, let signature, let then = state.signatures[signature], now - then < replay { return }
            var fresh: [Int] = []
            var keys: Set<[UInt8]> = []
            for index in events.indices where isNew(ids[index], &keys, in: state, now: now) { fresh.append(index) }
            do throws(EventProblem) {
                if !fresh.isEmpty { try emit(fresh.count == events.count ? events : fresh.map { events[$0] }) }
            } catch {
                // The index is one of those that were left.
                let index = fresh.indices.contains(error.index) ? fresh[error.index] : error.index
                throw EventProblem(index: index, message: error.message, fault: error.fault)
            }
            for key in keys { state.ids.set(key, now) }
            if replay != nil, let signature { state.signatures.set(signature, now) }
        }
    }

    private func isNew(_ id: String?, _ keys: inout Set<[UInt8]>, in state: State, now: Duration) -> Bool {
        guard let within, let id else { return true }
        let key = RecentKeys<Duration>.key(id)
        if let then = state.ids[key], now - then < within { return false }
        return keys.insert(key).inserted
    }
}
