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
    private let state: Mutex<State>

    private struct State {
        var steps: [[any Filter]]
        /// What steps hold has gone on, and nothing wakes them any more.
        var isFinished = false
    }

    init(number: Int, _ nodes: [FilterNode], _ flow: Flow) {
        self.number = number
        self.nodes = nodes
        self.flow = flow
        state = Mutex(State(steps: nodes.map(\.live.definition.steps)))
    }

    /// Gives every step its context.
    ///
    /// - Throws: what a step objects, with its name.
    func start(log: Logger, alarms: Alarms, files: FileWatcher) throws(StartError) {
        try state.withLock { state throws(StartError) in
            for (index, node) in nodes.enumerated() {
                for step in state.steps[index].indices {
                    let name = "\(node.live.name)[\(step + 1)]"
                    var log = log
                    log[metadataKey: "filter"] = "\(name)"
                    let key = Alarms.Key(
                        group: number, node: index, step: step, place: node.live.definition.place)
                    var context = FilterContext(
                        name: name, log: log, clock: alarms.clock, files: files,
                        alarm: { alarms.set(key, after: $0) }, counters: node.live.steps[step].ownCounters)
                    if let trace = flow.trace { context.seed = trace.seed }
                    do {
                        try state.steps[index][step].start(context)
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
        try state.withLock { state throws(EventProblem) in
            defer { if state.isFinished { flush(&state.steps) } }
            try body(&state.steps)
        }
    }

    /// An event that begins at one of the filters: for tests, which try a filter alone.
    func feed(_ event: consuming Event, to node: Int) {
        state.withLock { state in
            var walk = Walk(self)
            walk.begin()
            walk.pass(&event, node: node, from: 0, &state.steps)
            walk.finish()
        }
    }

    /// A step's alarm has gone off: what it emits now goes on from there.
    func wake(_ key: Alarms.Key) {
        state.withLock { state in
            guard !state.isFinished else { return }
            emit(state.steps[key.node][key.step].wake(), from: key.step, of: key.node, &state.steps)
        }
    }

    /// The sources have ended: what steps hold goes on. A request that is still being answered may bring events after this;
    /// what steps then hold of them goes on at once, so that nothing accepted is lost.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            flush(&state.steps)
        }
    }

    /// Empties every step, each after all whose events can reach it.
    private func flush(_ steps: inout [[any Filter]]) {
        for node in order {
            for step in steps[node].indices { emit(steps[node][step].finish(), from: step, of: node, &steps) }
        }
    }

    /// A walk of what a step emits by itself.
    private func emit(_ events: [Event], from step: Int, of node: Int, _ steps: inout [[any Filter]]) {
        guard !events.isEmpty else { return }
        nodes[node].live.steps[step].passed.add(events.count)
        let events = flow.trace?.made(events) ?? events
        var walk = Walk(self)
        for var event in events {
            walk.begin()
            walk.pass(&event, node: node, from: step + 1, &steps)
        }
        walk.finish()
    }

    /// The nodes, each before those it leads to. (The graph has no cycles.)
    private var order: [Int] {
        let followers = nodes.map { node in
            node.edges.compactMap { if case .filter(let next) = $0.target { next } else { nil } }
        }
        var waiting = [Int](repeating: 0, count: nodes.count)
        for next in followers.joined() { waiting[next] += 1 }
        var order = nodes.indices.filter { waiting[$0] == 0 }
        var done = 0
        while done < order.count {
            for next in followers[order[done]] {
                waiting[next] -= 1
                if waiting[next] == 0 { order.append(next) }
            }
            done += 1
        }
        return order
    }
}

/// Why a pipeline cannot start: one sentence.
struct StartError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
