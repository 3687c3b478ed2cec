import Expressions
import Logging
import Synchronization

/// A source as it runs: its definition, how it is doing, and what it has registered. What the HTTP resources see.
///
/// Any thread. Routes and subject questions go on after `run` has returned, and between two runs.
final class LiveSource: Sendable {
    private struct State {
        var status: SourceStatus
        var handler: RouteHandler?
        var question: (@Sendable (String) -> SubjectAnswer)?
    }

    let definition: SourceDefinition
    /// The routes of a `RoutedSource`, read once.
    let routes: [Route]
    let counters = SourceCounters()
    private let state: Mutex<State>

    init(_ definition: SourceDefinition, clock: PipelineClock) {
        self.definition = definition
        routes = (definition.source as? any RoutedSource)?.routes ?? []
        state = Mutex(State(status: SourceStatus(since: clock.now())))
    }

    var name: String { definition.name }

    var status: SourceStatus { state.withLock { $0.status } }

    /// Answers a request to one of `routes`: the source's handler, on the calling thread; 503 as long as it has none.
    func answer(_ request: RouteRequest) -> RouteAnswer {
        guard let handler = state.withLock({ $0.handler }) else {
            return .now(
                .problem(
                    503, "The source '\(name)' is not ready for requests yet; try again in a moment.",
                    headers: [("Retry-After", "1")]))
        }
        return handler(request)
    }

    /// Whether a subject may be followed; nil: this source does not know its subjects.
    func subject(_ subject: String) -> SubjectAnswer? {
        state.withLock { $0.question }?(subject)
    }

    func serve(_ handler: @escaping RouteHandler) { state.withLock { $0.handler = handler } }

    func subjects(_ question: @escaping @Sendable (String) -> SubjectAnswer) {
        state.withLock { $0.question = question }
    }

    /// Notes what the supervisor saw; `time` becomes `since`.
    func note(at time: Timestamp, _ change: (inout SourceStatus) -> Void) {
        state.withLock { state in
            change(&state.status)
            state.status.since = time
        }
    }
}

/// What a source has done.
final class SourceCounters: Sendable {
    /// Calls of `emit` that were taken.
    let batches = Counter()
    /// Events that were taken.
    let emitted = Counter()
    /// Events that cannot be one, by what is wrong with them.
    private let refusals = RefusalCounters()

    /// Events that were refused. A refused event takes all that were emitted with it along; they count here as well.
    var refused: [(reason: EventRefusal, count: UInt64)] { refusals.all }

    func refuse(_ reason: EventRefusal, count: Int = 1) { refusals.add(reason, count) }
}
