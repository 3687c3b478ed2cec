/// `latest: {every: 1s, per: EXPR}`
struct LatestFilter: Filter {
    static let name = "latest"
    static let summary = "Lets only the last event of each key pass, once every interval (conflation)."

    @Option(
        """
        How long an interval is. It begins with the first event after the end of the one before; at its end the last event of \
        each key passes, in the order in which they came.
        """, .range(0.001 ... .infinity), .example("1s"))
    var every: Duration
    @Option(
        "Of what only the last passes: of each value of this expression. Events for which it is absent are one.",
        .example("event.subject"))
    var per: AnyExpression?
    @Option(
        "How many values of `per` wait at a time. For a further one, the one not seen for longest passes at once.",
        .range(1...1e7))
    var keys = 10_000
    @Option("How many bytes may wait. What does not fit passes at once, that not seen for longest first.")
    var bytes = ByteSize.mebibytes(64)

    private var key = KeyExpression(nil)
    private var interval = Duration.zero
    private var held = HeldEvents(keys: 1, bytes: 0)
    private var context: FilterContext?
    /// The end of the interval that has begun.
    private var end: Duration?

    func shape(of input: EventShape) -> EventShape { input }

    mutating func start(_ context: FilterContext) {
        key = KeyExpression(per)
        interval = every
        held = HeldEvents(keys: keys, bytes: bytes.bytes)
        self.context = context
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard let context else { return .pass }
        let key = try key.key(of: &event)
        let now = context.clock.uptime()
        // The alarm may be late: what was due before this event is not replaced by it.
        let due = takeDue(at: now)
        let pushedOut = held.hold(event, of: key, at: now)
        if end == nil {
            end = now + interval
            context.wake(after: interval)
        }
        return .hold(emitting: due + pushedOut)
    }

    mutating func wake() -> [Event] {
        guard let context else { return [] }
        let now = context.clock.uptime()
        let events = takeDue(at: now)
        if let end { context.wake(after: end - now) }
        return events
    }

    mutating func finish() -> [Event] {
        end = nil
        return held.takeAll()
    }

    /// One alarm for all keys: what goes out at the same time goes to subscribers with one write.
    private mutating func takeDue(at now: Duration) -> [Event] {
        guard let end, end <= now else { return [] }
        self.end = nil
        return held.takeAll()
    }
}
