import Expressions

/// `window: {every: 10s, over: 1m, per: EXPR, compute: {name: {sum: EXPR}}}`
///
/// What is open is kept in `windows`, by key; `closed` says up to where results have gone out. Time comes in as a pane's
/// number (`WindowTime`), by the clock or by the events, and `close` does the rest.
struct WindowFilter: Filter {
    static let name = "window"
    static let summary = "Sums up the events of each stretch of time: counts, sums, percentiles and more."

    @Option(
        """
        How often a result comes, and how long a window is without `over`. Windows begin at whole multiples of this since \
        1970, in UTC: with 10s at :00, :10, :20.
        """, .range(0.001 ... .infinity), .example("10s"))
    var every: Duration
    @Option("How long a sliding window is: a multiple of `every`, at most 1,000 times.", .example("1m"))
    var over: Duration?
    @Option(
        """
        What has windows of its own: each value of this expression. It is `key` in the result, and its subject where it is a \
        text or a number. Events for which it is absent are one.
        """, .example("data.symbol"))
    var per: AnyExpression?
    @Option(
        """
        Names, each with what is computed: count, {count: CONDITION}, or {sum: EXPR} and likewise avg, min, max, first, last, \
        distinct, p50, p95, p99, or {percentile: 99.9, of: EXPR}.
        """, .example("{n: count, total: {sum: data.amount}, p95: {p95: data.ms}}"))
    var compute = Computations.count
    @Option("The type of the results.")
    var type = "window"
    @Option(
        """
        Whether windows without an event have a result: of each value of `per` that is remembered; without `per`, from the \
        start of the pipeline.
        """)
    var empty = Empty.skip
    @Option(
        """
        By which time an event belongs to a window: when it arrives here, or its own `time`. By its own, a window closes when \
        an event comes that is `lateness` past its end, or when for so long (and `every`, or `over`) none has come at all.
        """)
    var time = Time.arrival
    @Option("How long a window waits for events that come out of order; with `time: event`.")
    var lateness: Duration = .zero
    @Option(
        """
        How far an event's own time may lie ahead of the clock; with `time: event`. One that lies further ahead would close \
        the windows of all others: it is an error, and is dropped.
        """)
    var ahead = Duration.seconds(60)
    @Option(
        "What becomes of an event all of whose windows are closed: it is dropped, or counts into the oldest open one.")
    var late = Late.drop
    @Option(
        """
        How many values of `per` are remembered. For a further one, that not seen for longest has its open windows' results \
        at once, with `partial: true`.
        """, .range(1...1e7))
    var keys = 10_000

    enum Empty: String, OptionChoice { case skip, emit }
    enum Time: String, OptionChoice { case arrival, event }
    enum Late: String, OptionChoice { case drop, include }

    private var plan: WindowPlan?
    private var windows = KeyedStates<KeyWindows>(limit: 1)
    /// The end of the last window whose results have gone out; nil: no event has come that says what time it is.
    private var closed: Int64?
    /// The last time that was seen, and the clock's uptime then.
    private var latest: (moment: Timestamp, uptime: Duration)?
    private var lastArrival = Duration.zero
    private var isAlarmSet = false
    private var context: FilterContext?
    private var lateEvents: FilterCounter?

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if let over {
            let times = over / every
            if times != times.rounded() || times < 1 || times > 1000 {
                problems.report(
                    "expected a multiple of 'every' (\(every.optionText ?? "")), at most 1,000 times",
                    at: options["over"])
            }
        }
        if lateness / every > 1000 {
            problems.report(
                "expected at most 1,000 times 'every': so many windows would be open", at: options["lateness"])
        }
        if time == .arrival, lateness != .zero || late != .drop {
            let name = lateness != .zero ? "lateness" : "late"
            problems.report("only with 'time: event' are there late events", at: options[name])
        }
        if time == .arrival, options.has("ahead") {
            problems.report("only with 'time: event' can an event be ahead of the clock", at: options["ahead"])
        }
    }

    func shape(of input: EventShape) -> EventShape {
        var fields: [String: ObjectType.Field] = [
            "start": .init(.timestamp), "end": .init(.timestamp), "partial": .init(.bool, isOptional: true),
        ]
        if let per { fields["key"] = .init(per.expression.resultType.asJSON, isOptional: true) }
        for item in compute.items {
            switch item.function {
            case .count, .countTrue, .distinct: fields[item.name] = .init(.int)
            // Of no values there is none: null.
            default: fields[item.name] = .init(.dyn)
            }
        }
        return EventShape([.init(type: type, data: .object(ObjectType(name: "data of the window", fields: fields)))])
    }

    mutating func start(_ context: FilterContext) {
        self.context = context
        plan = WindowPlan(self)
        windows = KeyedStates(limit: keys)
        guard time == .arrival else {
            lateEvents = context.counter("late_events", help: "Events that came when all their windows were closed.")
            return
        }
        closed = now().map { WindowTime(every: every, over: over).pane(of: $0) }
        if empty == .emit, per == nil {
            // The filter's name stands for a source where none has emitted.
            let source = context.name.prefix { $0 != "[" }
            _ = windows.insert(KeyWindows(key: nil, source: String(source)), for: KeyFingerprint(nil))
            setAlarm()
        }
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard let plan, let context, let now = now() else { return .pass }
        let key = try plan.key(of: &event)
        let values = try plan.values(of: &event)
        let moment = plan.isEventTime ? event.time : now
        if plan.isEventTime, plan.isTooFarAhead(moment, of: now) {
            throw FutureProblem(time: moment, ahead: ahead)
        }
        var events = close(until: plan.time.pane(of: moment, less: plan.lateness))
        if plan.isLate(plan.time.pane(of: moment), closed: closed) { lateEvents?.add() }
        guard let pane = plan.place(plan.time.pane(of: moment), closed: closed) else { return late(events) }
        lastArrival = context.clock.uptime()
        let fingerprint = KeyFingerprint(key)
        var slot = windows.find(fingerprint)
        if slot == nil {
            let (new, forgotten) = windows.insert(KeyWindows(key: key, source: event.source), for: fingerprint)
            slot = new
            if let forgotten { events += plan.unfinished(forgotten, closed: closed) }
        }
        if let slot {
            windows[slot]?.source = event.source
            windows[slot]?.add(values, to: pane, plan.wanted)
        }
        setAlarm()
        return .hold(emitting: events)
    }

    mutating func wake() -> [Event] {
        isAlarmSet = false
        guard let plan, let context, let now = now() else { return [] }
        defer { setAlarm() }
        guard plan.isEventTime else { return close(until: plan.time.pane(of: now)) }
        guard context.clock.uptime() - lastArrival >= plan.idle else { return [] }
        let last = windows.slotsInOrder.compactMap { windows[$0]?.panes.last?.index }.max()
        return last.map { close(until: $0 + plan.time.span) } ?? []
    }

    mutating func finish() -> [Event] {
        guard let plan, let now = now() else { return [] }
        var events = plan.isEventTime ? [] : close(until: plan.time.pane(of: now))
        for slot in windows.slotsInOrder {
            if let state = windows.remove(slot) { events += plan.unfinished(state, closed: closed) }
        }
        return events
    }

    /// A late event, by which others may have become complete all the same.
    private func late(_ events: [Event]) -> FilterResult { events.isEmpty ? .drop : .replace(events) }

    /// The time of day. Where that is set back, time goes on from the latest there was: windows are not opened again.
    private mutating func now() -> Timestamp? {
        guard let clock = context?.clock else { return nil }
        let uptime = clock.uptime()
        var moment = clock.now()
        if let latest {
            let (seconds, attoseconds) = (uptime - latest.uptime).components
            let elapsed = ValueDuration(seconds: seconds, nanoseconds: attoseconds / 1_000_000_000) ?? .zero
            moment = max(moment, latest.moment.adding(elapsed) ?? moment)
        }
        latest = (moment, uptime)
        return moment
    }

    /// The results of all windows that end by then, and have not yet had theirs.
    private mutating func close(until end: Int64) -> [Event] {
        guard let plan, let before = closed else {
            closed = end
            return []
        }
        guard end > before else { return [] }
        var events: [Event] = []
        var next = before + 1
        let slots = windows.slotsInOrder
        while true {
            next = plan.next(next, until: end, oldest: slots.compactMap { windows[$0]?.panes.first?.index }.min())
            guard next <= end else { break }
            for slot in slots {
                if let event = windows[slot].flatMap({ plan.result(of: $0, endingAt: next) }) { events.append(event) }
                windows[slot]?.forget(before: next, span: plan.time.span)
            }
            next += 1
        }
        closed = end
        for slot in slots where !plan.emitsEmpty && windows[slot]?.panes.isEmpty ?? true { windows.remove(slot) }
        return events
    }

    private mutating func setAlarm() {
        guard !isAlarmSet, windows.count > 0, let plan, let context, let latest else { return }
        if plan.isEventTime {
            guard windows.slotsInOrder.contains(where: { windows[$0]?.panes.isEmpty == false }) else { return }
            context.wake(after: max(.milliseconds(1), plan.idle - (context.clock.uptime() - lastArrival)))
        } else {
            context.wake(after: plan.time.pause(from: latest.moment, to: (closed ?? 0) + 1))
        }
        isAlarmSet = true
    }
}

/// Why an event is in no window by its own time.
private struct FutureProblem: Error, CustomStringConvertible {
    let time: Timestamp
    let ahead: Duration

    var description: String {
        "the event's time, \(time), is more than \(ahead.optionText ?? "") ahead of the clock, and would close the windows of "
            + "all others; set its producer's clock right, or raise 'ahead'"
    }
}
