public import Logging

/// One step of a filter: a kind, with its options, that lets events pass, changes, drops or multiplies them, or emits some
/// later by the clock.
///
/// For each step in a pipeline file one value is made with `init()` and its options are set. Its functions are called one
/// at a time, under the node's lock, on whatever thread emits: they must not block. State lives in plain properties.
public protocol Filter: OptionGroup {
    /// The word for this kind in a pipeline file: `[a-z][a-z0-9_]*`.
    static var name: String { get }
    /// One sentence for `aggregator list` and the reference.
    static var summary: String { get }

    /// What is known of the events that come out, by what is known of those that go in: it is what the expressions after
    /// this step are checked with. Called once while the file is read, after the options were set. A step that only drops
    /// events gives back what it was given.
    func shape(of input: EventShape) -> EventShape
    /// Called once, before the first event.
    mutating func start(_ context: FilterContext) throws
    /// Takes one event. Throwing drops it; that is counted as an error of this step, and the first ones are logged with the
    /// event's id.
    mutating func apply(_ event: inout Event) throws -> FilterResult
    /// Called at (or soon after) the time that was last asked for with `FilterContext.wake(after:)`: events to go on from
    /// here now.
    mutating func wake() -> [Event]
    /// Called when the sources have ended, because the pipeline stops or another takes its place: what the step still holds
    /// goes on from here now, before the streams end. Nothing wakes it any more; an event that comes all the same is applied,
    /// and `finish` called again.
    mutating func finish() -> [Event]
}

extension Filter {
    /// Nothing is known: expressions after this step are checked when there is an event.
    public func shape(of input: EventShape) -> EventShape { .unknown }
    /// Has nothing to prepare.
    public mutating func start(_ context: FilterContext) throws {}
    /// Emits nothing by the clock.
    public mutating func wake() -> [Event] { [] }
    /// Holds nothing.
    public mutating func finish() -> [Event] { [] }
}

/// What becomes of an event that a filter was given.
public enum FilterResult: Sendable {
    /// It goes on, as the filter left it.
    case pass
    /// It ends here.
    case drop
    /// It has become part of what the step will emit later, by `wake`, by `finish` or with another event; these, which were
    /// held before, go on now.
    case hold(emitting: [Event] = [])
    /// These go on in its place, in this order.
    case replace([Event])
}

/// What a filter has of the world.
public struct FilterContext: Sendable {
    /// The filter's name in the pipeline file, and the step's number in it from 1: `worth_a_look[2]`.
    public let name: String
    /// Says `filter: NAME` on each line.
    public let log: Logger
    /// The time. In tests it is a virtual one, so use nothing else.
    public let clock: PipelineClock
    /// Notices of changed files.
    public let files: FileWatcher
    /// What random choices begin with: another number in every run, always the same in `aggregator test`.
    public var seed = UInt64.random(in: 0 ... .max)
    let alarm: @Sendable (Duration) -> Void
    private let counters: OwnCounters

    package init(
        name: String, log: Logger, clock: PipelineClock, files: FileWatcher,
        alarm: @escaping @Sendable (_ pause: Duration) -> Void, counters: OwnCounters = OwnCounters()
    ) {
        self.name = name
        self.log = log
        self.clock = clock
        self.files = files
        self.alarm = alarm
        self.counters = counters
    }

    /// A count of this step's own, shown by `GET /metrics` as `aggregator_KIND_NAME_total{node="…",step="…"}`: the same counter
    /// each time it is asked for. Ask in `start`, so that it is there, as 0, before there is something to count.
    ///
    /// - Parameters:
    ///   - name: what is counted, in the plural: `late_events`. `[a-z0-9_]`; other characters become `_`.
    ///   - labels: what tells it from others of that name; from the pipeline file, not from data. Of more than 1000 counters
    ///     the others are not shown.
    ///   - help: one sentence for the reader of the metrics.
    public func counter(_ name: String, labels: [String: String] = [:], help: String) -> FilterCounter {
        counters.number(OwnNumberKey(name: name, labels: labels), help: help)
    }

    /// Asks for `wake` to be called after that time. A later call replaces an earlier one that is still to come.
    public func wake(after pause: Duration) { alarm(pause) }
}

/// A count of a step's own: the same as a source's. Any thread.
public typealias FilterCounter = SourceCounter
