import Expressions

/// `dedupe: {per: EXPR, within: 1m}`
struct DedupeFilter: Filter {
    static let name = "dedupe"
    static let summary = "Drops events that repeat an earlier one."

    @Option(
        """
        What makes two events the same: equal values of this expression. Events for which it is absent are the same. \
        Without it, events of the same source and id are (CloudEvents' identity).
        """, .example("data.message"))
    var per: AnyExpression?
    @Option(
        """
        How long after an event that passed its repetitions are dropped; those do not make it longer. Without it, for as long \
        as the value is remembered.
        """, .range(0.001 ... .infinity), .example("1m"))
    var within: Duration?
    @Option(
        "How many values are remembered. The one not seen for longest is forgotten first; its next event passes.",
        .range(1...1e7))
    var keys = 10_000

    private var key = KeyExpression(nil)
    private var span: Duration?
    /// When each value's event passed.
    private var passed = KeyedStates<Duration>(limit: 1)
    private var clock = PipelineClock.system

    func shape(of input: EventShape) -> EventShape { input }

    mutating func start(_ context: FilterContext) {
        key = KeyExpression(per)
        span = within
        passed = KeyedStates(limit: keys)
        clock = context.clock
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        let key =
            key.isGiven
            ? try key.key(of: &event)
            : KeyFingerprint([.string(event.source), .string(event.id.description)])
        let now = clock.uptime()
        guard let slot = passed.find(key) else {
            _ = passed.insert(now, for: key)
            return .pass
        }
        guard let span, let before = passed[slot], now - before >= span else { return .drop }
        passed[slot] = now
        return .pass
    }
}
