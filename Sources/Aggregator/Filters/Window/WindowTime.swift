import Expressions

/// The arithmetic of windows. Time is cut into panes of length `every`, counted from 1970; a window is the `span` panes before
/// its end, so a tumbling one is one pane, and sliding ones share them:
///
///     panes      │ 5 │ 6 │ 7 │ 8 │        every: 10s, over: 30s → span 3
///     window 8   └───────────┘            ends where pane 8 begins
///     window 9       └───────────┘
struct WindowTime: Sendable {
    /// Nanoseconds of a pane.
    private let pane: Int128
    /// Panes of a window.
    let span: Int64

    init(every: Duration, over: Duration?) {
        pane = max(1, every.wholeNanoseconds)
        span = Int64(clamping: max(1, (over ?? every).wholeNanoseconds / pane))
    }

    /// The pane of a moment that lies so much earlier.
    func pane(of moment: Timestamp, less lateness: Duration = .zero) -> Int64 {
        let time = moment.wholeNanoseconds - lateness.wholeNanoseconds
        let (whole, rest) = time.quotientAndRemainder(dividingBy: pane)
        return Int64(clamping: rest < 0 ? whole - 1 : whole)
    }

    /// When a pane begins; at the end of the calendar, that end.
    func start(of index: Int64) -> Timestamp {
        let time = Int128(index) * pane
        var (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
        return Timestamp(seconds: Int64(clamping: seconds), nanoseconds: Int32(rest)) ?? .now()
    }

    /// From an earlier moment to a later one.
    func distance(from moment: Timestamp, to later: Timestamp) -> Duration {
        .nanoseconds(Int64(clamping: later.wholeNanoseconds - moment.wholeNanoseconds))
    }

    /// From a moment to the beginning of a pane.
    func pause(from moment: Timestamp, to index: Int64) -> Duration {
        .nanoseconds(Int64(clamping: max(0, Int128(index) * pane - moment.wholeNanoseconds)))
    }
}

extension Timestamp {
    fileprivate var wholeNanoseconds: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) }
}

extension Duration {
    fileprivate var wholeNanoseconds: Int128 {
        let (seconds, attoseconds) = components
        return Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
    }
}

/// What a window step remembers of one key: the panes that are part of windows still to come.
struct KeyWindows: Sendable {
    struct Pane: Sendable {
        let index: Int64
        var count = 0
        var inputs: [InputSummary]
    }

    /// The value of `per`.
    let key: Value?
    /// Of the last event.
    var source: String
    /// By index.
    private(set) var panes: [Pane] = []

    init(key: Value?, source: String) {
        self.key = key
        self.source = source
    }

    /// Takes the checked values of an event into a pane.
    mutating func add(_ values: [Value], to index: Int64, _ wanted: [InputSummary.Wanted]) {
        var place = panes.count
        while place > 0, panes[place - 1].index > index { place -= 1 }
        if place == 0 || panes[place - 1].index != index {
            panes.insert(Pane(index: index, inputs: wanted.map { InputSummary($0) }), at: place)
        } else {
            place -= 1
        }
        panes[place].count += 1
        for (input, value) in values.enumerated() { panes[place].inputs[input].add(value, wanted[input]) }
    }

    /// The panes of the window that ends where this pane begins, made one; nil if it is empty.
    func window(endingAt end: Int64, span: Int64) -> Pane? {
        var merged: Pane?
        for pane in panes where pane.index < end && pane.index >= end - span {
            guard merged != nil else {
                merged = pane
                continue
            }
            merged?.count += pane.count
            for (input, summary) in pane.inputs.enumerated() { merged?.inputs[input].merge(summary) }
        }
        return merged
    }

    /// Forgets the panes of which no later window consists.
    mutating func forget(before end: Int64, span: Int64) {
        panes.removeAll { $0.index + span <= end }
    }
}
