import Synchronization

/// Lets the first few of many alike messages into the log, then one a minute that says how many there were: what goes
/// wrong with every event must not drown the log. Any thread.
final class RepeatLimit: Sendable {
    private struct State {
        var said = 0
        var silent = 0
        var last = Duration.zero
    }

    private static let first = 5
    private static let pause = Duration.seconds(60)
    private let state = Mutex(State())

    /// Whether to say it now: nil for no, else how many were passed over in silence since the last time.
    ///
    /// - Parameter now: `PipelineClock.uptime()`.
    func admit(at now: Duration) -> Int? {
        state.withLock { state in
            guard state.said < Self.first || now - state.last >= Self.pause else {
                state.silent += 1
                return nil
            }
            defer { state.silent = 0 }
            state.said += 1
            state.last = now
            return state.silent
        }
    }
}
