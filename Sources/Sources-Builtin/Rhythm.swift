import Aggregator

/// A beat that does not drift: each is so long after the one before was due, however long the work between them took.
/// Beats that a full pipeline or a sleeping machine has made impossible are left out, not made up for in a burst.
struct Rhythm {
    private let interval: Duration
    private let clock: PipelineClock
    /// When the last beat was due, in the clock's uptime.
    private(set) var due: Duration

    /// The first beat is now; `next` waits for the second.
    init(every interval: Duration, _ clock: PipelineClock) {
        self.interval = interval
        self.clock = clock
        due = clock.uptime()
    }

    /// Waits for the next beat.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    mutating func next() async throws {
        due += interval
        let late = clock.uptime() - due
        if late > .zero { due += interval * Int((late / interval).rounded(.up)) }
        try await clock.sleep(until: due)
    }
}
