import Logging
import Synchronization

@testable import Aggregator

/// A source that does what a test says, in its own `run`.
struct Puppet: EventSource {
    static let name = "puppet"
    static let summary = "Does what a test says."

    @Option("Which of the test's scripts.") var script = ""
    @Option("The type of its events, if it is one.") var type = "puppet"

    func run(_ context: SourceContext) async throws {
        try await Puppet.scripts.withLock { $0[script] }?(context)
    }

    typealias Script = @Sendable (SourceContext) async throws -> Void

    private static let scripts = Mutex<[String: Script]>([:])

    /// The option that makes a puppet play this.
    static func script(_ body: @escaping Script) -> String {
        let name = "s\(UInt64.random(in: 0 ... .max))"
        scripts.withLock { $0[name] = body }
        return name
    }
}

/// Hands a source's context to the test, and lives until it is cancelled.
final class Strings: Sendable {
    private let context = Mutex<SourceContext?>(nil)

    var script: Puppet.Script {
        { context in
            self.context.withLock { $0 = context }
            try await Task.sleep(for: .seconds(3600))
        }
    }

    /// The context, once the source runs.
    func pull() async throws -> SourceContext {
        while true {
            if let context = context.withLock({ $0 }) { return context }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// A pipeline with a hub of its own, without HTTP; frames are read back as the envelope renders them.
final class PipelineUnderTest: Sendable {
    let hub: Hub
    let live: LivePipeline
    let handler: Handler

    /// Tells the pipeline of room, and refuses all requests.
    final class Handler: HubHandler {
        let pipeline = Mutex<LivePipeline?>(nil)
        func head(_ request: borrowing IncomingRequest) { request.respond(HubResponse(status: 404)) }
        func body(_ request: borrowing IncomingRequest) { request.respond(HubResponse(status: 404)) }
        func piece(_ request: borrowing IncomingRequest, isLast: Bool) {}
        func room() { pipeline.withLock { $0 }?.room() }
        func envelope(_ frame: borrowing FrameView) -> [UInt8]? { EventEnvelope.json(of: frame) }
    }

    /// - Parameter text: the file without `server`.
    init(
        _ text: String, filters: [any Filter.Type] = [], clock: PipelineClock = .system, log: Logger = .silent,
        state: String = "/nonexistent", tune: (inout HubSettings) -> Void = { _ in }
    ) throws {
        let pipeline = try Pipeline(
            text: text, path: "pipeline.yaml", sources: [Puppet.self], filters: builtinFilters + filters,
            environment: [:])
        var settings = HubSettings(pipeline.definition.server)
        settings.loops = 2
        tune(&settings)
        handler = Handler()
        hub = try Hub(settings, handler: handler, log: log)
        live = try LivePipeline(
            pipeline.definition, hub: hub, state: StateFolder(path: state), files: FileWatcher(), log: log, clock: clock
        )
        let live = live
        handler.pipeline.withLock { $0 = live }
    }

    /// Starts the loops and the sources.
    func start() throws {
        try hub.start()
        try live.start()
    }

    func stop(within: Duration = .seconds(30)) async {
        await live.stop(within: within)
        let hub = hub
        await OwnThread.run { hub.finish(within: .seconds(5)) }
    }

    func channel(_ name: String) throws -> LiveChannel {
        guard let channel = live.channels.first(where: { $0.name == name }) else { throw Missing() }
        return channel
    }

    func source(_ name: String) throws -> LiveSource {
        guard let source = live.sources.first(where: { $0.name == name }) else { throw Missing() }
        return source
    }

    /// How many events a channel has taken.
    func count(_ channel: String) throws -> UInt64 { try self.channel(channel).counters.taken.value }

    struct Missing: Error {}
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    /// A log whose lines a test can read.
    static func collecting(_ lines: Lines) -> Logger {
        var log = Logger(label: "test") { _ in lines }
        log.logLevel = .debug
        return log
    }
}

/// Log lines, in memory.
final class Lines: LogHandler {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }

    func log(event: LogEvent) { lines.withLock { $0.append("\(event.message)") } }
}
