import Expressions

/// `throttle: {limit: 1, every: 1s, per: EXPR}`
struct ThrottleFilter: Filter {
    static let name = "throttle"
    static let summary = "Lets the first events of each interval pass, and drops the rest."

    @Option("How many pass in each interval.", .range(1...1e9))
    var limit = 1
    @Option(
        "How long an interval is. It begins with the first event of a key; the next one with the first event after its end.",
        .range(0.001 ... .infinity), .example("1s"))
    var every: Duration
    @Option(
        "What has an interval of its own: each value of this expression. Events for which it is absent share one.",
        .example("data.message"))
    var per: AnyExpression?
    @Option(
        "How many values of `per` are remembered. The one not seen for longest is forgotten first; its next event passes.",
        .range(1...1e7))
    var keys = 10_000

    private struct Interval {
        var end: Duration
        var passed: Int
    }

    private var key = KeyExpression(nil)
    private var bounds = (limit: 1, every: Duration.zero)
    private var intervals = KeyedStates<Interval>(limit: 1)
    private var clock = PipelineClock.system

    func shape(of input: EventShape) -> EventShape { input }

    mutating func start(_ context: FilterContext) {
        key = KeyExpression(per)
        bounds = (limit, every)
        intervals = KeyedStates(limit: keys)
        clock = context.clock
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        let key = try key.key(of: &event)
        let now = clock.uptime()
        guard let slot = intervals.find(key) else {
            _ = intervals.insert(Interval(end: now + bounds.every, passed: 1), for: key)
            return .pass
        }
        guard let interval = intervals[slot], now < interval.end else {
            intervals[slot] = Interval(end: now + bounds.every, passed: 1)
            return .pass
        }
        guard interval.passed < bounds.limit else { return .drop }
        intervals[slot]?.passed += 1
        return .pass
    }
}
