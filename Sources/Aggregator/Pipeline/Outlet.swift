/// What a source emits into: checks, the walk, the counters; and what it registers.
final class Outlet: SourceOutlet {
    private let source: LiveSource
    private let edges: [Graph.Edge]
    /// The filters that the events may pass; with none of them, a group that is nobody else's.
    private let group: FilterGroup
    private let flow: Flow
    private let rooms: RoomWaiters
    /// That carry the source, in the file's order.
    private let channels: [LiveChannel]
    private let state: StateFolder
    let bodyLimit: Int
    let timeToStop: Duration

    init(
        _ source: LiveSource, _ origin: Graph.Origin?, _ flow: Flow, _ rooms: RoomWaiters, _ channels: [LiveChannel],
        _ state: StateFolder, bodyLimit: Int, timeToStop: Duration
    ) {
        self.bodyLimit = bodyLimit
        self.timeToStop = timeToStop
        self.source = source
        edges = origin?.edges ?? []
        group = origin?.group ?? FilterGroup(number: 0, [], flow)
        self.flow = flow
        self.rooms = rooms
        self.channels = channels.filter { $0.sources.contains { $0 === source } }
        self.state = state
    }

    var eventLimit: Int { flow.rules.size }

    func emit(_ event: consuming Event) throws(EventProblem) {
        if let (reason, message) = flow.rules.refusal(of: event) {
            source.counters.refuse(reason)
            throw EventProblem(message: message)
        }
        event.source = source.name
        try group.walk { steps throws(EventProblem) in try walk(&event, &steps) }
        source.counters.batches.add()
        source.counters.emitted.add()
    }

    private func walk(_ event: inout Event, _ steps: inout [[any Filter]]) throws(EventProblem) {
        var walk = Walk(group)
        walk.go(&event, edges, &steps)
        try check(walk.isOutOfMemory, at: 0, of: 1)
        walk.finish()
    }

    /// All events are checked before the first goes anywhere; all frames are made before the first is appended.
    func emit(_ events: [Event]) throws(EventProblem) {
        guard !events.isEmpty else { return }
        for index in events.indices {
            guard let (reason, message) = flow.rules.refusal(of: events[index]) else { continue }
            source.counters.refuse(reason, count: events.count)
            throw EventProblem(index: index, message: message)
        }
        try group.walk { steps throws(EventProblem) in try walk(events, &steps) }
        source.counters.batches.add()
        source.counters.emitted.add(events.count)
    }

    private func walk(_ events: [Event], _ steps: inout [[any Filter]]) throws(EventProblem) {
        var walk = Walk(group)
        for index in events.indices {
            var event = events[index]
            event.source = source.name
            walk.begin()
            walk.go(&event, edges, &steps)
            try check(walk.isOutOfMemory, at: index, of: events.count)
        }
        walk.finish()
    }

    private func check(_ isOutOfMemory: Bool, at index: Int, of count: Int) throws(EventProblem) {
        guard isOutOfMemory else { return }
        source.counters.refuse(.memory, count: count)
        throw EventProblem(index: index, message: "There is not enough memory for the event.")
    }

    var goesOn: Bool { rooms.goesOn }

    func room() async throws { try await rooms.wait() }

    func serve(_ handler: @escaping RouteHandler) { source.serve(handler) }

    func subjects(_ question: @escaping @Sendable (String) -> SubjectAnswer) { source.subjects(question) }

    func streamPath(subject: String) -> String? { channels.first?.streamPath(subject: subject) }

    func stateDirectory() throws -> String { try state.directory(for: source.name) }
}
