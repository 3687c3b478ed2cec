public import Logging

/// What a running source has of the world: a way to emit, the time, a log, and what it asks for beyond.
///
/// May be used from any task or thread as long as `run` has not returned; routes and subject questions go on after that.
public struct SourceContext: Sendable {
    /// The source's name in the pipeline file.
    public let name: String
    /// Says `source: NAME` on each line.
    public let log: Logger
    /// The time, and waiting for it. In tests it is a virtual one, so use nothing else.
    public let clock: PipelineClock
    /// Notices of changed files.
    public let files: FileWatcher

    /// At most so many bytes may an event's type, subject, id and data have together (`server.limits.event`); one that has
    /// more is refused.
    public var eventLimit: Int { outlet.eventLimit }
    /// At most so many bytes may the body of a request have (`server.limits.body`), unless its route says otherwise.
    public var bodyLimit: Int { outlet.bodyLimit }
    /// How long `run` may take to return after its cancellation, of real time (a part of `server.drain`). Then the source is
    /// given up and the process may exit: what must not outlive it has to be ended before.
    public var timeToStop: Duration { outlet.timeToStop }

    let outlet: any SourceOutlet

    package init(name: String, log: Logger, clock: PipelineClock, files: FileWatcher, outlet: any SourceOutlet) {
        self.name = name
        self.log = log
        self.clock = clock
        self.files = files
        self.outlet = outlet
    }

    /// Emits an event: through the filters, into the channels. Returns when every subscriber that is fast enough will get
    /// it; waits while the pipeline is full.
    ///
    /// An event whose data is not of the type that the pipeline file declares for it is set aside (see `Misfits`): this
    /// throws nothing, and the source goes on.
    ///
    /// - Throws: `CancellationError` when the pipeline stops while waiting (the event has been taken all the same), and
    ///   `EventProblem` when the event cannot be one (see `Event.type`); that event is dropped and counted.
    public nonisolated(nonsending) func emit(_ event: consuming Event) async throws {
        try outlet.emit(event, .setAside)
        if !outlet.goesOn { try await outlet.room() }
    }

    /// Emits several, in this order, with nothing else between them; all of them, or, when one cannot be an event, none.
    public nonisolated(nonsending) func emit(_ events: [Event]) async throws {
        try outlet.emit(events, .setAside)
        if !outlet.goesOn { try await outlet.room() }
    }

    /// The same without waiting, for a route's synchronous answer: the server holds back that answer while the pipeline is
    /// full, so whoever posts in a closed loop waits in the source's place.
    ///
    /// - Parameters:
    ///   - events: in the order in which they are to come.
    ///   - misfits: what becomes of those that are not of their type; by default the producer is told.
    public func emitNow(_ events: [Event], misfits: Misfits = .refuse) throws(EventProblem) {
        try outlet.emit(events, misfits)
    }

    /// The same of one.
    public func emitNow(_ event: consuming Event, misfits: Misfits = .refuse) throws(EventProblem) {
        try outlet.emit(event, misfits)
    }

    /// What the pipeline file declares the data of events of that type to be; nil: nothing. To convert texts, as those of
    /// forms, to what is expected; `emit` checks by itself.
    public func declaredType(of type: String) -> DataType? { outlet.declaredType(of: type) }

    /// Answers the requests to the source's `routes` from now on. See `RouteHandler` for where it runs.
    public func serve(_ handler: @escaping RouteHandler) { outlet.serve(handler) }

    /// Answers, from now on, whether a subject may be followed. It is asked on an event-loop thread when somebody wants to
    /// follow that subject alone in a channel that this source reaches, so it is also the notice that somebody does. It must
    /// not block.
    public func subjects(_ question: @escaping @Sendable (_ subject: String) -> SubjectAnswer) {
        outlet.subjects(question)
    }

    /// The URL path on which the events of one subject can be followed: that of the first channel in the file that carries
    /// this source, and its own `path` if it has one with `{subject}`. Nil if no channel carries it.
    public func streamPath(subject: String) -> String? { outlet.streamPath(subject: subject) }

    /// A count of this source's own, shown by `GET /metrics` as `aggregator_KIND_NAME_total{source="…"}`: the same counter each
    /// time it is asked for. Ask at the start of `run`, so that it is there, as 0, before there is something to count.
    ///
    /// - Parameters:
    ///   - name: what is counted, in the plural: `misfit_lines`. `[a-z0-9_]`; other characters become `_`.
    ///   - labels: what tells it from others of that name; from the pipeline file, not from data. Of more than 1000 counters
    ///     the others are not shown.
    ///   - help: one sentence for the reader of the metrics.
    public func counter(_ name: String, labels: [String: String] = [:], help: String) -> SourceCounter {
        outlet.counter(OwnNumberKey(name: name, labels: labels), help: help)
    }

    /// A number of this source's own that goes up and down, shown by `GET /metrics` as `aggregator_KIND_NAME{source="…"}`: the same
    /// gauge each time it is asked for. It stays as it is when `run` ends: set it anew at its start.
    ///
    /// - Parameters:
    ///   - name: what is counted, such as `pending`; as with `counter`.
    ///   - labels: what tells it from others of that name; as with `counter`.
    ///   - help: one sentence for the reader of the metrics.
    public func gauge(_ name: String, labels: [String: String] = [:], help: String) -> SourceGauge {
        outlet.gauge(OwnNumberKey(name: name, labels: labels), help: help)
    }

    /// A folder of this source's own under the pipeline's `state`, made at the first call.
    ///
    /// - Throws: when it cannot be made, or another instance has locked the state.
    public func stateDirectory() throws -> String { try outlet.stateDirectory() }
}

/// May this subject be followed?
public enum SubjectAnswer: Sendable, Equatable {
    /// Yes; or not known yet, then it waits for its first event.
    case yes
    /// No, and there will be none: answered 404 with these words.
    case no(String)
}

/// Why an event cannot be one.
public struct EventProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which of the events that were emitted together, from 0.
    public var index: Int
    /// What is wrong and what would be right.
    public var message: String
    /// The declared type that the data is not of; nil: something else is wrong.
    public var type: String?
    /// Where the data is not of its type, and why, with up to nine other faults beside it; nil: something else is wrong.
    public var fault: DataFault?

    /// A problem.
    public init(index: Int = 0, message: String, type: String? = nil, fault: DataFault? = nil) {
        self.index = index
        self.message = message
        self.type = type
        self.fault = fault
    }

    /// The message.
    public var description: String { message }
}

/// The pipeline's side of a `SourceContext`.
package protocol SourceOutlet: Sendable {
    var eventLimit: Int { get }
    var bodyLimit: Int { get }
    var timeToStop: Duration { get }
    func emit(_ event: consuming Event, _ misfits: Misfits) throws(EventProblem)
    func emit(_ events: [Event], _ misfits: Misfits) throws(EventProblem)
    func declaredType(of type: String) -> DataType?
    /// Whether `room` would return at once. Asked after every `emit`, so that most need not suspend.
    var goesOn: Bool { get }
    /// Waits for room.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, also if there is room.
    func room() async throws
    func serve(_ handler: @escaping RouteHandler)
    func subjects(_ question: @escaping @Sendable (String) -> SubjectAnswer)
    func streamPath(subject: String) -> String?
    func counter(_ key: OwnNumberKey, help: String) -> SourceCounter
    func gauge(_ key: OwnNumberKey, help: String) -> SourceGauge
    func stateDirectory() throws -> String
}

extension SourceOutlet {
    package func emit(_ event: consuming Event, _ misfits: Misfits) throws(EventProblem) { try emit([event], misfits) }
    package func declaredType(of type: String) -> DataType? { nil }
    package var goesOn: Bool { false }
}
