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
        /// Followed before there was a question.
        var early: Set<String> = []
        var isSettled = false
    }

    /// Being asked is also how a source hears that a subject is followed. Who comes before it has said that it wants to be
    /// asked is kept for it, so many of them.
    private static let earlySubjects = 1000

    let definition: SourceDefinition
    /// The routes of a `RoutedSource`, read once.
    let routes: [Route]
    let counters = SourceCounters()
    /// What it counts of itself.
    let ownCounters = OwnCounters()
    let ownGauges = OwnGauges()
    /// Tells of events that are not of their type.
    let invalidLog = RepeatLimit()
    private let state: Mutex<State>
    private let unsettled: Countdown

    /// - Parameter unsettled: goes down once: when it serves its routes, if it has any, or its first run is over.
    init(_ definition: SourceDefinition, clock: PipelineClock, unsettled: Countdown) {
        self.definition = definition
        self.unsettled = unsettled
        routes = (definition.source as? any RoutedSource)?.routes ?? []
        state = Mutex(State(status: SourceStatus(since: clock.now()), isSettled: routes.isEmpty))
        if routes.isEmpty { unsettled.down() }
    }

    var name: String { definition.name }
    /// The word for what it is.
    var kind: String { type(of: definition.source).name }

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
        let question = state.withLock { state in
            if state.question == nil, state.early.count < Self.earlySubjects { state.early.insert(subject) }
            return state.question
        }
        return question?(subject)
    }

    func serve(_ handler: @escaping RouteHandler) { change { $0.handler = handler } }

    func subjects(_ question: @escaping @Sendable (String) -> SubjectAnswer) {
        let early = state.withLock { state in
            state.question = question
            defer { state.early = [] }
            return state.early
        }
        for subject in early { _ = question(subject) }
    }

    /// Notes what the supervisor saw; `time` becomes `since`.
    func note(at time: Timestamp, _ change: (inout SourceStatus) -> Void) {
        self.change { state in
            change(&state.status)
            state.status.since = time
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let isSettledNow = state.withLock { state in
            body(&state)
            let isSettled = state.handler != nil || ![.starting, .running].contains(state.status.state)
            guard isSettled, !state.isSettled else { return false }
            state.isSettled = true
            return true
        }
        if isSettledNow { unsettled.down() }
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
