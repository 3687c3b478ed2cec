import Synchronization

/// What becomes of every event of a walk, written down: the sink that stands in the hub's place when a pipeline is tested.
/// Any thread, though a test has but one.
final class WalkTrace: Sendable {
    /// A step of a filter.
    struct Place: Hashable, Sendable {
        let filter: String
        /// From 1, as messages count.
        let step: Int

        init(_ live: LiveFilter, _ index: Int) {
            filter = live.name
            step = index + 1
        }
    }

    /// Where an event ended that reached no channel.
    enum Fate: Hashable, Sendable {
        case dropped(Place)
        /// With what the step says.
        case failed(Place, String)
        /// The filter made of it what cannot be an event.
        case refused(by: String, String)
        /// The source's events are checked where they come in.
        case rejected(String)
        /// It has become part of what the step emits later.
        case held(Place)
    }

    /// What set events going: the input of that number, or a step's alarm.
    enum Cause: Hashable, Sendable {
        case input(Int)
        case alarm
    }

    /// An event in a channel.
    struct Arrival: Sendable {
        let channel: String
        let event: Event
        /// The streams of its subject end with it.
        let ends: Bool
        let cause: Cause
        let at: Duration
    }

    /// An event that ended elsewhere.
    struct Ending: Sendable {
        let event: Event
        let fate: Fate
        let cause: Cause
        let at: Duration
    }

    /// All that was written down.
    struct Record: Sendable {
        var arrivals: [Arrival] = []
        var endings: [Ending] = []
        var notes: [String] = []
        /// More happened than is remembered.
        var isFull = false
        fileprivate var made = 0
        fileprivate var cause = Cause.alarm
    }

    /// Of arrivals, and as many of endings: nobody writes down so many in a test, so a pipeline that makes so many has gone
    /// astray.
    static let limit = 100_000

    /// What random choices of steps begin with.
    let seed: UInt64 = 0x5EED
    private let clock: PipelineClock
    private let state = Mutex(Record())

    init(clock: PipelineClock) { self.clock = clock }

    var record: Record { state.withLock { $0 } }

    var isFull: Bool { state.withLock { $0.isFull } }

    /// What happens from now on happens because of this.
    func begin(_ cause: Cause) { state.withLock { $0.cause = cause } }

    func reached(_ channel: String, _ event: Event, ends: Bool) {
        write { record, at in
            guard record.arrivals.count < Self.limit else { return record.isFull = true }
            record.arrivals.append(
                Arrival(channel: channel, event: event, ends: ends, cause: record.cause, at: at))
        }
    }

    func ended(_ event: Event, _ fate: Fate) {
        write { record, at in
            guard record.endings.count < Self.limit else { return record.isFull = true }
            record.endings.append(Ending(event: event, fate: fate, cause: record.cause, at: at))
        }
    }

    /// Events that a step has made: those whose identity only this process knows get one that is the same in every run.
    func made(_ events: [Event]) -> [Event] {
        events.map { event in
            guard case .numbered = event.id else { return event }
            var event = event
            event.id = state.withLock { record in
                record.made += 1
                return .given("made-\(record.made)")
            }
            return event
        }
    }

    func note(_ text: String) {
        state.withLock { record in
            if record.notes.count < Self.limit { record.notes.append(text) }
        }
    }

    private func write(_ body: (inout Record, Duration) -> Void) {
        let now = clock.uptime()
        state.withLock { body(&$0, now) }
    }
}
