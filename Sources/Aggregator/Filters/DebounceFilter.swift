/// `debounce: {quiet: 1s, per: EXPR, max: 10s}`
struct DebounceFilter: Filter {
    static let name = "debounce"
    static let summary = "Waits until no more events come, and lets the last one pass."

    @Option(
        "How long no event of a key must have come. Each event begins this time anew, and takes the place of the one before.",
        .range(0.001 ... .infinity), .example("1s"))
    var quiet: Duration
    @Option(
        "The longest time that an event waits in all, where events keep coming. Without it, the end of that is waited for.",
        .range(0.001 ... .infinity), .example("10s"))
    var max: Duration?
    @Option(
        "What is waited for by itself: each value of this expression. Events for which it is absent are one.",
        .example("event.subject"))
    var per: AnyExpression?
    @Option(
        "How many values of `per` wait at a time. For a further one, the one not seen for longest passes at once.",
        .range(1...1e7))
    var keys = 10_000
    @Option("How many bytes may wait. What does not fit passes at once, that not seen for longest first.")
    var bytes = ByteSize.mebibytes(64)

    private var key = KeyExpression(nil)
    private var spans = (quiet: Duration.zero, longest: Duration?.none)
    private var held = HeldEvents(keys: 1, bytes: 0)
    private var context: FilterContext?
    /// The time for which the alarm is set.
    private var alarm: Duration?

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if let max, max <= quiet {
            problems.report(
                "this is the longest an event waits in all, so it has to be more than 'quiet' (\(quiet.optionText ?? ""))",
                at: options["max"])
        }
    }

    func shape(of input: EventShape) -> EventShape { input }

    mutating func start(_ context: FilterContext) {
        key = KeyExpression(per)
        spans = (quiet, max)
        held = HeldEvents(keys: keys, bytes: bytes.bytes)
        self.context = context
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard let context else { return .pass }
        let key = try key.key(of: &event)
        let now = context.clock.uptime()
        // The alarm may be late: what was due before this event is not replaced by it.
        let due = alarm.map { $0 <= now } ?? false ? takeDue(at: now) : []
        let pushedOut = held.hold(event, of: key, at: now)
        setAlarm(now)
        return .hold(emitting: due + pushedOut)
    }

    mutating func wake() -> [Event] {
        guard let now = context?.clock.uptime() else { return [] }
        alarm = nil
        defer { setAlarm(now) }
        return takeDue(at: now)
    }

    mutating func finish() -> [Event] { held.takeAll() }

    private mutating func takeDue(at now: Duration) -> [Event] {
        held.takeDue(at: now, quiet: spans.quiet, longest: spans.longest)
    }

    /// Deadlines mostly move away: an alarm that comes too early is cheaper than setting it with each event.
    private mutating func setAlarm(_ now: Duration) {
        guard let due = held.deadline(quiet: spans.quiet, longest: spans.longest) else { return }
        if let alarm, alarm <= due, alarm > now { return }
        alarm = due
        context?.wake(after: due - now)
    }
}
