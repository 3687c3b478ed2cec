import Logging

/// A pipeline as it runs: everything that was made from one definition, in the file's order. Any thread, but for `start` and
/// `stop`, which their one owner calls.
final class LivePipeline: Sendable {
    let definition: PipelineDefinition
    let sources: [LiveSource]
    let filters: [LiveFilter]
    let channels: [LiveChannel]
    private let hub: Hub
    private let graph: Graph
    private let rooms: RoomWaiters
    /// Of the filters' steps.
    let alarms: Alarms
    private let outlets: [Outlet]
    private let supervisors: [Supervisor]
    private let running: Countdown
    private let unsettled: Countdown
    private let files: FileWatcher
    private let log: Logger

    /// Opens the channels in the hub and works out the graph; nothing runs yet.
    ///
    /// - Throws: when the hub is out of memory.
    init(
        _ definition: PipelineDefinition, hub: Hub, state: StateFolder, files: FileWatcher, log: Logger,
        clock: PipelineClock, trace: WalkTrace? = nil
    ) throws(HubError) {
        self.definition = definition
        self.hub = hub
        self.files = files
        self.log = log
        let unsettled = Countdown(definition.sources.count)
        let sources = definition.sources.map { LiveSource($0, clock: clock, unsettled: unsettled) }
        let filters = definition.filters.map { LiveFilter($0) }
        let routes = GraphRoutes(definition)
        var channels: [LiveChannel] = []
        for channel in definition.channels {
            let names = routes.sources(of: channel)
            let opened = try hub.open(channel)
            channels.append(
                LiveChannel(
                    channel, opened, in: hub, sources: sources.filter { names.contains($0.name) }, log: log))
        }
        let flow = Flow(
            hub: hub, channels: channels, rules: EventRules(size: definition.server.limits.event.bytes),
            types: TypeCheck(definition.types), log: log, clock: clock, trace: trace)
        let graph = Graph(definition, channels: channels, filters: filters, flow: flow)
        let rooms = RoomWaiters { hub.hasRoom }
        alarms = Alarms(clock: clock, isByHand: trace != nil) { graph.groups[$0.group].wake($0) }
        let running = Countdown(sources.count)
        outlets = sources.map { [channels] source in
            Outlet(
                source, graph.origins[source.name], flow, rooms, channels, state,
                bodyLimit: definition.server.limits.body.bytes, timeToStop: definition.server.timeToStop)
        }
        supervisors = zip(sources, outlets).map { source, outlet in
            Supervisor(source, outlet: outlet, files: files, log: log, clock: clock, over: running)
        }
        self.running = running
        self.unsettled = unsettled
        self.sources = sources
        self.filters = filters
        self.channels = channels
        self.graph = graph
        self.rooms = rooms
    }

    /// The counters of all loops.
    var hubCounters: HubCounters { hub.counters }

    /// How many sources wait for room now.
    var waitingSources: Int { rooms.count }

    /// Starts the filters, then the sources.
    ///
    /// - Throws: what a filter objects; no source runs then.
    func start() throws(StartError) {
        try startFilters()
        for supervisor in supervisors { supervisor.start() }
    }

    /// Starts the filters alone, for a test: what goes in then is said by `emit` and `feed`, and the time by the alarms.
    ///
    /// - Throws: what a filter objects.
    func startFilters() throws(StartError) {
        for group in graph.groups { try group.start(log: log, alarms: alarms, files: files) }
    }

    /// An event as if a source had emitted it; without one of that name nothing happens.
    ///
    /// - Throws: why the pipeline does not take it.
    func emit(_ event: Event, as source: String) throws(EventProblem) {
        guard let index = sources.firstIndex(where: { $0.name == source }) else { return }
        try outlets[index].emit(event, .refuse)
    }

    /// An event as if it had come to a filter; without one of that name nothing happens.
    func feed(_ event: Event, to filter: String) {
        for group in graph.groups {
            guard let node = group.nodes.firstIndex(where: { $0.live.name == filter }) else { continue }
            group.feed(event, to: node)
        }
    }

    /// Waits, at most `within`, until every source that has routes serves them, or has failed to. Once.
    func settle(within: Duration) async { await unsettled.wait(within: within) }

    /// Cancels the sources and waits for them, then lets go on what filter steps hold. It waits at most `within` (of real time,
    /// whatever the pipeline's clock says). Those that have not stopped by then are given up, with a line in the log: their
    /// tasks may go on, but nobody waits for them.
    func stop(within: Duration) async {
        for supervisor in supervisors { supervisor.cancel() }
        await running.wait(within: within)
        for supervisor in supervisors { supervisor.abandon(after: within) }
        alarms.stop()
        for group in graph.groups { group.finish() }
    }

    /// `HubHandler.room`: sources that wait go on.
    func room() { rooms.wake() }

    /// `HubHandler.envelope`.
    func envelope(_ frame: borrowing FrameView) -> [UInt8]? { EventEnvelope.json(of: frame) }
}
