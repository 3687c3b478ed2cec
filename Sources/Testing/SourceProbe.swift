public import Aggregator
public import Logging

/// Runs one source without a pipeline, for tests: collects what it emits, asks it what HTTP clients would ask, and plays a
/// pipeline that is full.
///
///     let probe = SourceProbe(Weather(), clock: clock)
///     probe.start()
///     let events = try await probe.events(atLeast: 2)
///     await probe.stop()
///
/// Waiting is for conditions, with a deadline in real time whatever clock the source has. The source is not run again
/// when it throws. All functions may be called from any task; dropping the last reference cancels the source.
public final class SourceProbe: Sendable {
    /// What has happened so far.
    public struct Record: Sendable {
        /// All that was emitted, in order, with `source` set.
        public internal(set) var events: [Event] = []
        /// The source is inside `emit` and waits for room.
        public internal(set) var isWaiting = false
        /// It has called `SourceContext.serve`.
        public internal(set) var isServing = false
        /// How `run` has ended; nil while it has not.
        public internal(set) var ending: Ending?
    }

    /// How a source's `run` ended.
    public enum Ending: Sendable {
        /// It returned.
        case returned
        /// It was cancelled by `stop`, and threw or returned after that.
        case stopped
        /// It threw this.
        case failed(any Error)
    }

    /// What was waited for did not come in time.
    public struct Timeout: Error, CustomStringConvertible {
        /// How things stood at the deadline.
        public let record: Record

        /// The same in words.
        public var description: String {
            "still not so at the deadline: \(record.events.count) events, waiting for room: \(record.isWaiting), "
                + "ending: \(record.ending.map { "\($0)" } ?? "none")"
        }
    }

    private let source: any EventSource
    private let context: SourceContext
    private let outlet: ProbeOutlet

    /// A probe of a source whose options are set.
    ///
    /// - Parameters:
    ///   - source: what is probed.
    ///   - name: what the source is called in the pipeline file.
    ///   - clock: the time it sees.
    ///   - files: where its file-change notices come from.
    ///   - log: where its log goes; by default nowhere.
    ///   - state: a folder that is there for what the source remembers, so that another probe can go on with it; without
    ///     one, it is a new folder that is removed at the end.
    public init(
        _ source: any EventSource, name: String = "probe", clock: PipelineClock = .system,
        files: FileWatcher = FileWatcher(), log: Logger? = nil, state: String? = nil
    ) {
        self.source = source
        outlet = ProbeOutlet(name: name, directory: state)
        let log = log ?? Logger(label: name, factory: { _ in SwiftLogNoOpLogHandler() })
        context = SourceContext(name: name, log: log, clock: clock, files: files, outlet: outlet)
    }

    deinit { outlet.end() }

    /// Calls the source's `run` on a task of its own. To be called once.
    public func start() {
        outlet.run { [source, context] in try await source.run(context) }
    }

    /// Cancels the source and returns when it has ended. The folder it had for its state is removed, unless it was given.
    @discardableResult
    public func stop() async -> Ending {
        outlet.end()
        return await outlet.ending()
    }

    /// How things stand now.
    public var record: Record { outlet.record }

    /// All that was emitted so far.
    public var events: [Event] { outlet.record.events }

    /// What the source has counted of itself with `SourceContext.counter`, over all labels of that name; 0 if it has no such
    /// counter.
    public func count(_ name: String) -> UInt64 {
        outlet.counters.all.filter { $0.key.name == name }.reduce(0) { $0 + $1.number.value }
    }

    /// The sum of the source's gauges (`SourceContext.gauge`) of that name, over all labels.
    public func gauge(_ name: String) -> Int {
        outlet.gauges.all.filter { $0.key.name == name }.reduce(0) { $0 + $1.number.value }
    }

    /// Waits until so many events were emitted.
    ///
    /// - Returns: all of them, which may be more.
    /// - Throws: `Timeout` at the deadline.
    @discardableResult
    public func events(atLeast count: Int, within deadline: Duration = .seconds(300)) async throws -> [Event] {
        try await wait(within: deadline) { $0.events.count >= count }.events
    }

    /// Waits until something is so.
    ///
    /// - Parameters:
    ///   - deadline: how long to wait, in real time.
    ///   - condition: called after every change, under the probe's lock: it must be quick and not use the probe.
    /// - Throws: `Timeout` at the deadline.
    @discardableResult
    public func wait(
        within deadline: Duration = .seconds(300), until condition: @escaping @Sendable (_ record: Record) -> Bool
    ) async throws -> Record {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [outlet] in try await outlet.wait { condition($0.record) } }
            group.addTask { [outlet] in
                try await Task.sleep(for: deadline)
                throw Timeout(record: outlet.record)
            }
            defer { group.cancelAll() }
            try await group.next()
            return outlet.record
        }
    }

    /// Plays a full pipeline: what is emitted is taken, and `emit` waits until `release`.
    public func hold() { outlet.hold(true) }

    /// There is room again.
    public func release() { outlet.hold(false) }

    /// Asks the source as an HTTP client would. 503 while it does not serve; held back while the pipeline is full.
    public func request(_ request: RouteRequest) async -> RouteResponse {
        guard let handler = outlet.handler else { return .problem(503, "The source is not ready yet; try again.") }
        switch handler(request) {
        case .now(let response):
            try? await outlet.room()
            return response
        case .later(let answer): return await answer()
        case .reading(let reader): return await outlet.feed(request.body, to: reader)
        }
    }

    /// Asks the source whether a subject may be followed; yes if it does not say.
    public func subject(_ subject: String) -> SubjectAnswer { outlet.question?(subject) ?? .yes }
}
