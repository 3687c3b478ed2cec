import Expressions

/// What the options of a `window` come to, read once; and the events that it makes of a key's windows.
struct WindowPlan: Sendable {
    private let key: KeyExpression
    let time: WindowTime
    let isEventTime: Bool
    let includesLate: Bool
    let emitsEmpty: Bool
    let lateness: Duration
    private let ahead: Duration
    /// After so much time without an event, all windows by the events' own time are complete.
    let idle: Duration
    let wanted: [InputSummary.Wanted]
    private let computations: Computations
    private let type: String
    private let hasKey: Bool

    /// A longer stretch without any event, as after a computer has slept, is not filled with empty windows but for its end.
    private static let emptyLimit: Int64 = 1000

    init(_ filter: WindowFilter) {
        key = KeyExpression(filter.per)
        hasKey = filter.per != nil
        time = WindowTime(every: filter.every, over: filter.over)
        isEventTime = filter.time == .event
        includesLate = filter.late == .include
        emitsEmpty = filter.empty == .emit
        lateness = filter.lateness
        ahead = filter.ahead
        idle = (filter.over ?? filter.every) + filter.lateness
        computations = filter.compute
        wanted = computations.functions.map { InputSummary.Wanted($0) }
        type = filter.type
    }

    /// The key of an event, as it is kept; nil where it is absent.
    func key(of event: inout Event) throws -> Value? {
        let value = try key.value(of: &event)
        // Not with the text of the whole event.
        if case .object(let source)? = value { return source.value() }
        return value
    }

    /// What the event's expressions come to. All or none: an event that one of them fails on is in no window.
    func values(of event: inout Event) throws -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(wanted.count)
        for (expression, wanted) in zip(computations.inputs, wanted) {
            let value = try expression.value(for: &event).present ?? .null
            try wanted.check(value)
            values.append(value)
        }
        return values
    }

    /// The pane into which an event of that pane counts; nil: none, it is too late.
    func place(_ pane: Int64, closed: Int64?) -> Int64? {
        guard isLate(pane, closed: closed) else { return pane }
        return includesLate ? closed : nil
    }

    /// Whether all windows of an event of that pane are closed.
    func isLate(_ pane: Int64, closed: Int64?) -> Bool { closed.map { pane + time.span <= $0 } ?? false }

    /// Whether a moment lies so far ahead that one event would close the windows of all others.
    func isTooFarAhead(_ moment: Timestamp, of now: Timestamp) -> Bool {
        moment > now && time.distance(from: now, to: moment) > ahead
    }

    /// The next window that may have a result, from `end` on.
    ///
    /// - Parameter oldest: the oldest pane that there is.
    func next(_ end: Int64, until last: Int64, oldest: Int64?) -> Int64 {
        if let oldest { return emitsEmpty ? end : max(end, oldest + 1) }
        return emitsEmpty ? max(end, last - Self.emptyLimit + 1) : last + 1
    }

    /// The event of a window; nil where it is empty, and such windows have none.
    func result(of state: KeyWindows, endingAt end: Int64, isPartial: Bool = false) -> Event? {
        let window = state.window(endingAt: end, span: time.span)
        guard window != nil || emitsEmpty && !isPartial else { return nil }
        var data = ValueMap(capacity: computations.items.count + 4)
        if hasKey { data["key"] = state.key }
        data["start"] = .timestamp(time.start(of: end - time.span))
        data["end"] = .timestamp(time.start(of: end))
        for item in computations.items {
            guard let input = item.input else {
                data[item.name] = .int(Int64(window?.count ?? 0))
                continue
            }
            let summary = window?.inputs[input] ?? InputSummary(wanted[input])
            data[item.name] = summary.value(of: item.function)
        }
        if isPartial { data["partial"] = .bool(true) }
        var event = Event(
            type: type, subject: state.key.flatMap(Self.subject), time: time.start(of: end), data: EventData(.map(data))
        )
        event.source = state.source
        return event
    }

    /// The results of all windows in which a key has events, before their end.
    func unfinished(_ state: KeyWindows, closed: Int64?) -> [Event] {
        guard let first = state.panes.first?.index, let last = state.panes.last?.index else { return [] }
        // A sliding window ends with each pane that has events; those that would only lose some are of no use.
        let start = max(first + 1, (closed ?? first) + 1)
        guard start <= last + 1 else { return [] }
        return (start...last + 1).compactMap { result(of: state, endingAt: $0, isPartial: true) }
    }

    /// A key as the subject of its results; nil where it cannot be one.
    private static func subject(_ key: Value) -> String? {
        guard let text = key.keyText else { return nil }
        return EventRules.objection(to: text) == nil ? text : nil
    }
}
