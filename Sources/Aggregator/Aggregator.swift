public import Logging
import Synchronization

/// A pipeline that runs: sources, filters, channels, and the server that streams them.
///
///     let aggregator = Aggregator(pipeline, log: log)
///     try await aggregator.start()
///     print(aggregator.addresses)
///     …
///     await aggregator.stop()
///
/// `start` and `stop` are called once each, in this order, from any task; `addresses` may be read from anywhere.
public final class Aggregator: Sendable {
    /// What there is between `start` and `stop`.
    private struct Running {
        let site: Site
        let hub: Hub
        let pipeline: LivePipeline
        let state: StateFolder
    }

    private struct State {
        var running: Running?
        var wasStarted = false
        var addresses: [ListenAddress] = []
    }

    /// How long sources may take before their routes are served all the same, by a 503.
    private static let settling = Duration.seconds(2)

    private let pipeline: Pipeline
    private let listen: [ListenAddress]
    private let log: Logger
    private let clock: PipelineClock
    private let state = Mutex(State())

    /// Makes an aggregator; nothing starts yet.
    ///
    /// - Parameters:
    ///   - pipeline: what to run.
    ///   - listen: where to listen instead of where the file says.
    ///   - log: where everything is logged.
    ///   - clock: the time of sources and filters. The server's own deadlines go by the system's.
    public init(
        _ pipeline: Pipeline, listen: [ListenAddress]? = nil, log: Logger, clock: PipelineClock = .system
    ) {
        self.pipeline = pipeline
        self.listen = listen ?? pipeline.definition.server.listen.values
        self.log = log
        self.clock = clock
    }

    /// Where the server listens, with the ports that were taken; empty before `start`.
    public var addresses: [ListenAddress] { state.withLock { $0.addresses } }

    /// For tests; nil when it does not run.
    var hub: Hub? { state.withLock { $0.running?.hub } }

    /// Listens, then starts the sources.
    ///
    /// - Throws: an error whose description is one sentence that names what failed: an address in use, a state
    ///   folder that another instance has locked, a filter that cannot start, a second call. Nothing runs then.
    public func start() async throws {
        try state.withLock { state in
            guard !state.wasStarted else { throw StartError("this aggregator was started before") }
            state.wasStarted = true
        }
        let definition = pipeline.definition
        let folder = StateFolder(path: definition.server.state.path)
        if definition.sources.contains(where: { $0.source.keepsState }) { try folder.claim() }
        let site = Site(log: log)
        let hub = try Hub(HubSettings(definition.server), handler: site, log: log)
        do {
            let live = try LivePipeline(
                definition, hub: hub, state: folder, files: FileWatcher(), log: log, clock: clock)
            site.install(live)
            try hub.setRefusalHeaders(Exchange.refusalLines(Origins(definition.server)))
            var addresses: [ListenAddress] = []
            for address in listen { addresses.append(try hub.listen(on: address)) }
            try live.start()
            // Until then whoever connects waits in the listeners' queues: no request finds its source still starting.
            await live.settle(within: Self.settling)
            do {
                try hub.start()
            } catch {
                await live.stop(within: definition.server.timeToStop)
                throw error
            }
            state.withLock { state in
                state.addresses = addresses
                state.running = Running(site: site, hub: hub, pipeline: live, state: folder)
            }
        } catch {
            site.drain()
            await site.finish(within: .zero)
            await OwnThread.run { hub.finish(within: .zero) }
            throw error
        }
    }

    /// The orderly end, within `server.drain`: `/health/ready` says no; nobody new comes in; the sources are cancelled and
    /// waited for, and so are the answers that they still owe; every stream gets what is pending, and its end. What has not
    /// ended by then is cut off.
    public func stop() async {
        let running = state.withLock { state in
            defer { state.running = nil }
            return state.running
        }
        guard let running else { return }
        let server = pipeline.definition.server
        let deadline = PipelineClock.system.uptime() + server.drain
        running.site.drain()
        running.hub.closeListeners()
        await running.pipeline.stop(within: server.timeToStop)
        let left = deadline - PipelineClock.system.uptime()
        await running.site.finish(within: max(.zero, left - (server.drain - server.timeToStop)))
        running.site.close()
        await OwnThread.run { running.hub.finish(within: max(.zero, deadline - PipelineClock.system.uptime())) }
        running.state.close()
        log.info("stopped")
    }

    /// Starts, waits until the task is cancelled, and stops.
    ///
    /// - Throws: what `start` throws.
    public func run() async throws {
        try await start()
        await Self.untilCancelled()
        await stop()
    }

    private static func untilCancelled() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        // A task that is cancelled gets the end of the stream.
        for await _ in stream {}
        continuation.finish()
    }
}
