import Expressions
import Logging
import Synchronization

/// A filter's place in the graph.
struct FilterNode: Sendable {
    let live: LiveFilter
    let edges: [Graph.Edge]
}

/// The filters that the events of one source can pass, and the one lock that guards their state.
///
/// A walk takes the lock before its first event and gives it back after the append. So whatever passes a filter first also
/// stands first in the channels, for events of several threads and for those that a filter emits by the clock; and one lock
/// that is never taken twice cannot deadlock. Sources that share no filter share no lock.
final class FilterGroup: Sendable {
    let nodes: [FilterNode]
    private let number: Int
    let flow: Flow
    /// The steps' own state, by node.
    private let steps: Mutex<[[any Filter]]>

    init(number: Int, _ nodes: [FilterNode], _ flow: Flow) {
        self.number = number
        self.nodes = nodes
        self.flow = flow
        steps = Mutex(nodes.map(\.live.definition.steps))
    }

    /// Gives every step its context.
    ///
    /// - Throws: what a step objects, with its name.
    func start(log: Logger, alarms: Alarms) throws(StartError) {
        try steps.withLock { steps throws(StartError) in
            for (index, node) in nodes.enumerated() {
                for step in steps[index].indices {
                    let name = "\(node.live.name)[\(step + 1)]"
                    var log = log
                    log[metadataKey: "filter"] = "\(name)"
                    let key = Alarms.Key(group: number, node: index, step: step)
                    let context = FilterContext(
                        name: name, log: log, clock: alarms.clock, alarm: { alarms.set(key, after: $0) })
                    do {
                        try steps[index][step].start(context)
                    } catch {
                        throw StartError("filter \(name) cannot start: \(error)")
                    }
                }
            }
        }
    }

    /// Walks with the lock held; without filters there is nothing to guard, and no lock.
    func walk(_ body: (inout [[any Filter]]) throws(EventProblem) -> Void) throws(EventProblem) {
        if nodes.isEmpty {
            var none: [[any Filter]] = []
            return try body(&none)
        }
        try steps.withLock { steps throws(EventProblem) in try body(&steps) }
    }

    /// A step's alarm has gone off: what it emits now goes on from there.
    func wake(_ key: Alarms.Key) {
        steps.withLock { steps in
            let events = steps[key.node][key.step].wake()
            guard !events.isEmpty else { return }
            nodes[key.node].live.steps[key.step].passed.add(events.count)
            var walk = Walk(self)
            for var event in events {
                walk.begin()
                walk.pass(&event, node: key.node, from: key.step + 1, &steps)
            }
            walk.finish()
        }
    }
}

/// Why a pipeline cannot start: one sentence.
struct StartError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
