import Synchronization

/// A number that a source tells of itself.
package protocol OwnNumber: AnyObject, Sendable {
    init()
    /// As the metrics show it.
    var text: String { get }
}

/// What tells a number of a source's own from its others.
package struct OwnNumberKey: Sendable, Hashable {
    package var name: String
    package var labels: [String: String]
}

/// What a source counts of itself.
package typealias OwnCounters = OwnNumbers<SourceCounter>

/// What a source tells of how it stands.
package typealias OwnGauges = OwnNumbers<SourceGauge>

/// The numbers of one kind that a source has. They outlive its runs, as counters of Prometheus may not go back.
package final class OwnNumbers<Number: OwnNumber>: Sendable {
    package typealias Key = OwnNumberKey

    /// A number with what it means.
    package struct Entry: Sendable {
        package var key: Key
        package var help: String
        package var number: Number
    }

    /// Labels that came from outside would fill memory without end.
    static var limit: Int { 1000 }

    private struct State {
        var entries: [Entry] = []
        var places: [Key: Int] = [:]
        /// Shared by all that are over the limit.
        let overflow = Number()
    }

    private let state = Mutex(State())

    package init() {}

    /// In the order in which they were asked for.
    package var all: [Entry] { state.withLock { $0.entries } }

    /// The one of that name and those labels, made at the first call.
    package func number(_ key: Key, help: String) -> Number {
        state.withLock { state in
            if let place = state.places[key] { return state.entries[place].number }
            guard state.entries.count < Self.limit else { return state.overflow }
            let number = Number()
            state.places[key] = state.entries.count
            state.entries.append(Entry(key: key, help: help, number: number))
            return number
        }
    }
}
