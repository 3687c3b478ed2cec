public import Aggregator
public import Logging
import Synchronization

/// Runs one filter step without a pipeline, for tests: gives it events at virtual times, and shows what comes out when.
///
///     let probe = try FilterProbe("throttle: {every: 1s, per: event.subject}")
///     probe.send(Event(type: "price", subject: "A"))          // comes out
///     probe.send(Event(type: "price", subject: "A"))          // does not
///     probe.advance(by: .seconds(1))
///     #expect(probe.outputs.count == 1)
///
/// Nothing here waits: the clock is moved by `advance`, and on its way stops at each time at which the step has asked to be
/// woken. For one thread.
public final class FilterProbe {
    /// An event that came out of the step.
    public struct Output: Sendable {
        /// On the probe's clock, from zero.
        public let time: Duration
        /// As the step left it.
        public let event: Event
    }

    /// An event on which the step failed.
    public struct Failure: Sendable {
        /// The event's.
        public let id: EventID
        /// What the step threw.
        public let error: any Error
    }

    /// All that came out so far, in order.
    public private(set) var outputs: [Output] = []
    /// How many came out so far.
    public private(set) var passed = 0
    /// Whether `outputs` and `failures` are kept: not in a test of very many events.
    public var keepsRecords = true
    /// The events on which the step failed; each was dropped.
    public private(set) var failures: [Failure] = []
    /// How many events it has dropped otherwise.
    public private(set) var dropped = 0
    /// How many it has taken for later.
    public private(set) var held = 0
    /// The time that the step sees.
    public let clock: VirtualClock

    private var step: any Filter
    private let alarm = Alarm()
    private let counters = OwnCounters()

    /// A probe of a step whose options are set.
    ///
    /// - Parameters:
    ///   - step: what is probed.
    ///   - clock: the time it sees, moved by this probe only.
    ///   - files: where its file-change notices come from.
    ///   - log: where its log goes; by default nowhere.
    /// - Throws: what the step's `start` throws.
    public init(
        _ step: any Filter, clock: VirtualClock = VirtualClock(), files: FileWatcher = FileWatcher(), log: Logger? = nil
    ) throws {
        self.step = step
        self.clock = clock
        let log = log ?? Logger(label: "probe", factory: { _ in SwiftLogNoOpLogHandler() })
        try self.step.start(
            FilterContext(
                name: "probe[1]", log: log, clock: clock.clock, files: files,
                alarm: { [alarm, clock] pause in
                    alarm.set(clock.uptime() + max(pause, .zero))
                }, counters: counters))
    }

    /// A probe of a step as a pipeline file would have it.
    ///
    /// - Parameters:
    ///   - step: YAML, such as `where: data.x > 1`.
    ///   - path: the path of the file it would stand in: relative paths in it are relative to that file's folder.
    ///   - kinds: the kinds of steps it may be.
    ///   - clock: the time it sees, moved by this probe only.
    ///   - files: where its file-change notices come from.
    ///   - log: where its log goes; by default nowhere.
    /// - Throws: `PipelineError` with every mistake in it, or what its `start` throws.
    public convenience init(
        _ step: String, path: String = "pipeline.yaml", kinds: [any Filter.Type] = builtinFilters,
        clock: VirtualClock = VirtualClock(), files: FileWatcher = FileWatcher(), log: Logger? = nil
    ) throws {
        try self.init(
            Pipeline.step(step, path: path, kinds: kinds), clock: clock, files: files, log: log)
    }

    /// What the step has counted of itself with `FilterContext.counter`, over all labels of that name; 0 if it has no such
    /// counter.
    public func count(_ name: String) -> UInt64 {
        counters.all.filter { $0.key.name == name }.reduce(0) { $0 + $1.number.value }
    }

    /// The time on the probe's clock, from zero.
    public var now: Duration { clock.uptime() }

    /// Gives the step an event, now.
    ///
    /// - Returns: what comes out at once.
    @discardableResult
    public func send(_ event: Event) -> [Event] {
        var event = event
        let id = event.id
        do {
            switch try step.apply(&event) {
            case .pass: return note([event])
            case .drop: dropped += 1
            case .hold(let events):
                held += 1
                return note(events)
            case .replace(let events):
                if events.isEmpty { dropped += 1 }
                return note(events)
            }
        } catch {
            if keepsRecords { failures.append(Failure(id: id, error: error)) }
        }
        return []
    }

    /// Moves the time on.
    ///
    /// - Returns: what comes out on the way.
    @discardableResult
    public func advance(by pause: Duration) -> [Event] { advance(to: now + pause) }

    /// Moves the time on to `time`; not at all if that has passed.
    ///
    /// - Returns: what comes out on the way.
    @discardableResult
    public func advance(to time: Duration) -> [Event] {
        var events: [Event] = []
        while let due = alarm.take(until: time) {
            clock.advance(by: due - now)
            events += note(step.wake())
        }
        clock.advance(by: time - now)
        return events
    }

    /// The pipeline stops.
    ///
    /// - Returns: what the step still held.
    @discardableResult
    public func finish() -> [Event] {
        _ = alarm.take(until: .seconds(Int64.max))
        return note(step.finish())
    }

    private func note(_ events: [Event]) -> [Event] {
        passed += events.count
        guard keepsRecords else { return events }
        let now = now
        outputs += events.map { Output(time: now, event: $0) }
        return events
    }

    /// When the step is to be woken.
    private final class Alarm: Sendable {
        private let due = Mutex<Duration?>(nil)

        func set(_ time: Duration) { due.withLock { $0 = time } }

        /// Takes it if it is due by then.
        func take(until time: Duration) -> Duration? {
            due.withLock { due in
                guard let found = due, found <= time else { return nil }
                due = nil
                return found
            }
        }
    }
}
