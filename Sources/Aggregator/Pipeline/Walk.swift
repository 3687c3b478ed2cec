import Logging

/// What every walk needs of the pipeline. A class, so that each walk takes one reference and not one of every part.
final class Flow: Sendable {
    let hub: Hub
    let rules: EventRules
    let types: TypeCheck
    let log: Logger
    let clock: PipelineClock
    private let channels: [LiveChannel]
    /// Who writes down what becomes of each event; events then end there, instead of in the hub.
    let trace: WalkTrace?

    init(
        hub: Hub, channels: [LiveChannel], rules: EventRules, types: TypeCheck, log: Logger, clock: PipelineClock,
        trace: WalkTrace? = nil
    ) {
        self.trace = trace
        self.hub = hub
        self.channels = channels
        self.rules = rules
        self.types = types
        self.log = log
        self.clock = clock
    }

    /// What the subscribers' filters say of an event that is encoded already: one of them has come since.
    func truths(of frame: borrowing FrameView, in hubChannel: HubChannel) -> Truths {
        let channel = channels.first { $0.hub == hubChannel }
        return channel?.filters.truths(of: frame) ?? Truths(bits: 0, version: 0)
    }

    /// Logs what may go wrong with every event.
    func tell(_ limit: RepeatLimit, _ message: @autoclosure () -> String) {
        guard let silent = limit.admit(at: clock.uptime()) else { return }
        let more = silent > 0 ? " (and \(silent) more since the last such line)" : ""
        log.warning("\(message())\(more)")
    }
}

/// One call of `emit` on its way: every event through the filters, depth first, to the channels, where it becomes a frame;
/// at the end all frames are appended at once. Synchronous; with filters, under their group's lock.
struct Walk: ~Copyable {
    /// An event that came to a meeting.
    private struct Arrival {
        let place: Int
        let way: Int
        let event: Event
    }

    private typealias Place = WalkTrace.Place

    private let group: FilterGroup
    private var frames = FrameBatch()
    /// At meetings, of the event under way.
    private var arrivals: [Arrival] = []
    /// A frame could not be made.
    private(set) var isOutOfMemory = false

    /// - Parameter group: the filters that the events may pass.
    init(_ group: FilterGroup) { self.group = group }

    private var flow: Flow { group.flow }
    private var nodes: [FilterNode] { group.nodes }

    /// The next event: forget where the one before has been.
    mutating func begin() {
        if !arrivals.isEmpty { arrivals.removeAll(keepingCapacity: true) }
    }

    /// Appends what has become of the events.
    mutating func finish() {
        let flow = flow
        frames.append(to: flow.hub) { channel, frame in flow.truths(of: frame, in: channel) }
    }

    /// An event goes on along these edges. Along the last it goes itself, along the others copies of it: so nothing is
    /// copied where the way does not fork. What the last way makes of it is left in `event`.
    mutating func go(_ event: inout Event, _ edges: [Graph.Edge], _ steps: inout [[any Filter]]) {
        guard let last = edges.indices.last else { return }
        for index in 0..<last {
            var copy = event
            follow(edges[index], &copy, &steps)
        }
        follow(edges[last], &event, &steps)
    }

    private mutating func follow(_ edge: Graph.Edge, _ event: inout Event, _ steps: inout [[any Filter]]) {
        if let meeting = edge.meeting, hasMet(event, meeting) {
            switch edge.target {
            case .channel(let channel): channel.counters.repeated.add()
            case .filter(let node): nodes[node].live.repeated.add()
            }
            return
        }
        switch edge.target {
        case .channel(let channel): enter(&event, channel)
        case .filter(let node): pass(&event, node: node, from: 0, &steps)
        }
    }

    /// An event passes a filter, from one of its steps on.
    mutating func pass(_ event: inout Event, node: Int, from first: Int, _ steps: inout [[any Filter]]) {
        let live = nodes[node].live
        for step in first..<steps[node].count {
            let result: FilterResult
            do {
                result = try steps[node][step].apply(&event)
            } catch {
                live.steps[step].errors.add()
                flow.trace?.ended(event, .failed(Place(live, step), "\(error)"))
                let id = event.id
                tell(live.steps[step].errorLog, "filter \(live.name)[\(step + 1)] failed on event \(id): \(error)")
                return
            }
            switch result {
            case .pass:
                live.steps[step].passed.add()
            case .drop:
                live.steps[step].dropped.add()
                flow.trace?.ended(event, .dropped(Place(live, step)))
                return
            case .hold(let events):
                live.steps[step].held.add()
                flow.trace?.ended(event, .held(Place(live, step)))
                return pass(events, from: step, of: node, &steps)
            case .replace(let events):
                if events.isEmpty {
                    live.steps[step].dropped.add()
                    flow.trace?.ended(event, .dropped(Place(live, step)))
                }
                return pass(events, from: step, of: node, &steps)
            }
        }
        // A step may have set the type or the subject.
        if let (reason, message) = flow.rules.refusal(of: event) {
            live.refused.add(reason)
            flow.trace?.ended(event, .refused(by: live.name, message))
            let id = event.id
            tell(live.refusedLog, "filter \(live.name) made of event \(id) what cannot be one: \(message)")
            return
        }
        go(&event, nodes[node].edges, &steps)
    }

    /// What a step has emitted goes on behind it.
    mutating func pass(_ events: [Event], from step: Int, of node: Int, _ steps: inout [[any Filter]]) {
        guard !events.isEmpty else { return }
        nodes[node].live.steps[step].passed.add(events.count)
        let events = flow.trace?.made(events) ?? events
        for var event in events { pass(&event, node: node, from: step + 1, &steps) }
    }

    private mutating func enter(_ event: inout Event, _ channel: LiveChannel) {
        channel.counters.taken.add()
        let ends = ends(&event, channel)
        if let trace = flow.trace { return trace.reached(channel.name, event, ends: ends) }
        let truths = channel.filters.truths(of: &event)
        guard frames.add(&event, to: channel.encoder, ends: ends, truths) else {
            isOutOfMemory = true
            return
        }
    }

    /// Whether the streams of the event's subject end with it. A condition that fails ends nothing.
    private func ends(_ event: inout Event, _ channel: LiveChannel) -> Bool {
        guard let condition = channel.definition.end else { return false }
        do {
            return try condition.holds(for: &event)
        } catch {
            channel.counters.endErrors.add()
            flow.trace?.note("`end` of channel \(channel.name) failed on event \(event.id): \(error)")
            let id = event.id
            tell(channel.counters.endLog, "`end` of channel \(channel.name) failed on event \(id): \(error)")
            return false
        }
    }

    private mutating func hasMet(_ event: Event, _ meeting: (place: Int, way: Int)) -> Bool {
        let met = arrivals.contains { $0.place == meeting.place && $0.way != meeting.way && $0.event.isSame(as: event) }
        if !met { arrivals.append(Arrival(place: meeting.place, way: meeting.way, event: event)) }
        return met
    }

    private func tell(_ limit: RepeatLimit, _ message: @autoclosure () -> String) { flow.tell(limit, message()) }
}

extension Event {
    /// The same in all that the pipeline knows of it. Arrays that share their storage are not compared byte by byte.
    fileprivate func isSame(as other: Event) -> Bool {
        id == other.id && type == other.type && subject == other.subject && time == other.time && data == other.data
    }
}
