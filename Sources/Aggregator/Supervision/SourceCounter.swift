import Synchronization

/// A count of a source's own that `GET /metrics` shows: of lines that did not fit, of calls that failed.
///
/// Got from `SourceContext.counter`. Any thread; counting costs one atomic addition.
public final class SourceCounter: Sendable {
    private let counter = Counter()

    init() {}

    /// How much was counted since the process began, over all runs of the source.
    public var value: UInt64 { counter.value }

    /// Counts up; by less than 1, nothing.
    public func add(_ more: Int = 1) {
        if more > 0 { counter.add(more) }
    }
}

/// What a source counts of itself. The counters outlive its runs, as counters of Prometheus may not go back.
final class OwnCounters: Sendable {
    /// What tells a counter from the source's others.
    struct Key: Sendable, Hashable {
        var name: String
        var labels: [String: String]
    }

    /// A counter with what it means.
    struct Entry: Sendable {
        var key: Key
        var help: String
        var counter: SourceCounter
    }

    /// Labels that came from outside would fill memory without end.
    static let limit = 1000

    private struct State {
        var entries: [Entry] = []
        var places: [Key: Int] = [:]
        /// Shared by all that are over the limit.
        let overflow = SourceCounter()
    }

    private let state = Mutex(State())

    /// In the order in which they were asked for.
    var all: [Entry] { state.withLock { $0.entries } }

    /// The counter of that name and those labels, made at the first call.
    func counter(_ key: Key, help: String) -> SourceCounter {
        state.withLock { state in
            if let place = state.places[key] { return state.entries[place].counter }
            guard state.entries.count < Self.limit else { return state.overflow }
            let counter = SourceCounter()
            state.places[key] = state.entries.count
            state.entries.append(Entry(key: key, help: help, counter: counter))
            return counter
        }
    }
}
