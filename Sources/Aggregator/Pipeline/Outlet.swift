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
    /// Told of events that are not of their type.
    private let invalid: LiveChannel?
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
        invalid = source.definition.invalid.flatMap { name in channels.first { $0.name == name } }
        self.channels = channels.filter { $0.sources.contains { $0 === source } }
        self.state = state
    }

    var eventLimit: Int { flow.rules.size }

    func emit(_ event: consuming Event, _ misfits: Misfits) throws(EventProblem) {
        if let (reason, message) = flow.rules.refusal(of: event) {
            source.counters.refuse(reason)
            throw EventProblem(message: message)
        }
        event.source = source.name
        if let fault = flow.types.fault(of: &event) {
            try setAside(event, fault)
            if misfits == .refuse { throw problem(event, fault, at: 0) }
            return
        }
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
    func emit(_ events: [Event], _ misfits: Misfits) throws(EventProblem) {
        guard !events.isEmpty else { return }
        for index in events.indices {
            guard let (reason, message) = flow.rules.refusal(of: events[index]) else { continue }
            source.counters.refuse(reason, count: events.count)
            throw EventProblem(index: index, message: message)
        }
        let events = try conforming(events, misfits)
        guard !events.isEmpty else { return }
        try group.walk { steps throws(EventProblem) in try walk(events, &steps) }
        source.counters.batches.add()
        source.counters.emitted.add(events.count)
    }

    private func walk(_ events: [Event], _ steps: inout [[any Filter]]) throws(EventProblem) {
        var walk = Walk(group)
        for index in events.indices {
            var event = events[index]
            walk.begin()
            walk.go(&event, edges, &steps)
            try check(walk.isOutOfMemory, at: index, of: events.count)
        }
        walk.finish()
    }

    // MARK: Types

    /// Those of the events that are of their types, with what was learned of them.
    private func conforming(_ given: [Event], _ misfits: Misfits) throws(EventProblem) -> [Event] {
        var events = given
        var faults: [(index: Int, fault: DataFault)] = []
        for index in events.indices {
            events[index].source = source.name
            guard let fault = flow.types.fault(of: &events[index]) else { continue }
            faults.append((index, fault))
            if misfits == .refuse { break }
        }
        for (index, fault) in faults { try setAside(events[index], fault) }
        guard let (index, fault) = faults.first else { return events }
        if misfits == .refuse {
            source.counters.refuse(.invalid, count: events.count - 1)
            throw problem(events[index], fault, at: index)
        }
        let gone = Set(faults.map(\.index))
        return events.indices.lazy.filter { !gone.contains($0) }.map { events[$0] }
    }

    /// An event that is not of its type is counted and logged, and the source's `invalid` channel is told of it.
    private func setAside(_ event: Event, _ fault: DataFault) throws(EventProblem) {
        source.counters.refuse(.invalid)
        let fate = invalid.map { "channel \($0.name) was told" } ?? "it was dropped"
        flow.tell(source.invalidLog, "source \(source.name): \(event.misfitWords(fault)) (id \(event.id)); \(fate)")
        guard let invalid else { return }
        var told = event.misfit(fault)
        try group.walk { steps throws(EventProblem) in
            var walk = Walk(group)
            walk.go(&told, [Graph.Edge(target: .channel(invalid), meeting: nil)], &steps)
            walk.finish()
        }
    }

    /// Somebody will read it, and may want to mend all of it at once.
    private func problem(_ event: Event, _ fault: DataFault, at index: Int) -> EventProblem {
        var fault = fault
        fault.others = flow.types.faults(of: event).filter { $0 != fault }
        return EventProblem(index: index, message: event.misfitWords(fault).sentence, type: event.type, fault: fault)
    }

    func declaredType(of type: String) -> DataType? { flow.types[type] }

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

    func counter(_ key: OwnNumberKey, help: String) -> SourceCounter { source.ownCounters.number(key, help: help) }

    func gauge(_ key: OwnNumberKey, help: String) -> SourceGauge { source.ownGauges.number(key, help: help) }

    func stateDirectory() throws -> String { try state.directory(for: source.name) }
}
