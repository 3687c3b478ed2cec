/// What the log says of a source that fails again and again: the first time, when the reason is another one, and then once in
/// ten minutes. A server that is away over night does not fill the disk.
struct FailureLog {
    private static let rhythm = Duration.seconds(600)

    private var reason: String?
    private var told = Duration.zero
    private var silent = 0

    /// The words to log, nil for none.
    mutating func failure(_ reason: String, pause: Duration, at now: Duration) -> String? {
        guard reason != self.reason || now - told >= Self.rhythm else {
            silent += 1
            return nil
        }
        let more = reason == self.reason ? " (as \(silent) times before)" : ""
        (self.reason, told, silent) = (reason, now, 0)
        return "failed, and is run again in \(pause.inTenths): \(reason)\(more)"
    }

    /// It has worked in between: the next failure is a new one.
    mutating func recovery() { self = FailureLog() }
}
