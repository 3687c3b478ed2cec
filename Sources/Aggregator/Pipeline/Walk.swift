import Logging

/// What every walk needs of the pipeline.
struct Flow: Sendable {
    let hub: Hub
    let rules: EventRules
    let log: Logger
    let clock: PipelineClock
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

    private let flow: Flow
    private let nodes: [FilterNode]
    private var frames = FrameBatch()
    /// At meetings, of the event under way.
    private var arrivals: [Arrival] = []
    /// A frame could not be made.
    private(set) var isOutOfMemory = false

    init(_ flow: Flow, _ nodes: [FilterNode]) {
        self.flow = flow
        self.nodes = nodes
    }

    /// The next event: forget where the one before has been.
    mutating func begin() {
        if !arrivals.isEmpty { arrivals.removeAll(keepingCapacity: true) }
    }

    /// Appends what has become of the events.
    mutating func finish() { frames.append(to: flow.hub) }

    /// An event goes on along these edges.
    mutating func go(_ event: Event, _ edges: [Graph.Edge], _ steps: inout [[any Filter]]) {
        for edge in edges {
            if let meeting = edge.meeting, hasMet(event, meeting) {
                switch edge.target {
                case .channel(let channel): channel.counters.repeated.add()
                case .filter(let node): nodes[node].live.repeated.add()
                }
                continue
            }
            switch edge.target {
            case .channel(let channel): enter(event, channel)
            case .filter(let node): pass(event, node: node, from: 0, &steps)
            }
        }
    }

    /// An event passes a filter, from one of its steps on.
    mutating func pass(_ event: Event, node: Int, from first: Int, _ steps: inout [[any Filter]]) {
        var event = event
        let live = nodes[node].live
        for step in first..<steps[node].count {
            let result: FilterResult
            do {
                result = try steps[node][step].apply(&event)
            } catch {
                live.steps[step].errors.add()
                tell(
                    live.steps[step].errorLog, "filter \(live.name)[\(step + 1)] failed on event \(event.id): \(error)")
                return
            }
            switch result {
            case .pass:
                live.steps[step].passed.add()
            case .drop:
                live.steps[step].dropped.add()
                return
            case .replace(let events):
                if events.isEmpty { live.steps[step].dropped.add() } else { live.steps[step].passed.add(events.count) }
                for event in events { pass(event, node: node, from: step + 1, &steps) }
                return
            }
        }
        // A step may have set the type or the subject.
        if let (reason, message) = flow.rules.refusal(of: event) {
            live.refused.add(reason)
            tell(live.refusedLog, "filter \(live.name) made of event \(event.id) what cannot be one: \(message)")
            return
        }
        go(event, nodes[node].edges, &steps)
    }

    private mutating func enter(_ event: Event, _ channel: LiveChannel) {
        channel.counters.taken.add()
        guard frames.add(event, to: channel.encoder, ends: ends(event, channel)) else {
            isOutOfMemory = true
            return
        }
    }

    /// Whether the streams of the event's subject end with it. A condition that fails ends nothing.
    private func ends(_ event: Event, _ channel: LiveChannel) -> Bool {
        guard let condition = channel.definition.end else { return false }
        do {
            var event = event
            return try condition.holds(for: &event)
        } catch {
            channel.counters.endErrors.add()
            tell(channel.counters.endLog, "`end` of channel \(channel.name) failed on event \(event.id): \(error)")
            return false
        }
    }

    private mutating func hasMet(_ event: Event, _ meeting: (place: Int, way: Int)) -> Bool {
        let met = arrivals.contains { $0.place == meeting.place && $0.way != meeting.way && $0.event.isSame(as: event) }
        if !met { arrivals.append(Arrival(place: meeting.place, way: meeting.way, event: event)) }
        return met
    }

    private func tell(_ limit: RepeatLimit, _ message: @autoclosure () -> String) {
        guard let silent = limit.admit(at: flow.clock.uptime()) else { return }
        let more = silent > 0 ? " (and \(silent) more since the last such line)" : ""
        flow.log.warning("\(message())\(more)")
    }
}

extension Event {
    /// The same in all that the pipeline knows of it. Arrays that share their storage are not compared byte by byte.
    fileprivate func isSame(as other: Event) -> Bool {
        id == other.id && type == other.type && subject == other.subject && time == other.time && data == other.data
    }
}
