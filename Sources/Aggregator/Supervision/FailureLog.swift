/// What the log says of a source that fails again and again: the first time, when the reason is another one, and then once in
/// ten minutes. A server that is away over night does not fill the disk.
///
/// Reasons that differ only in their numbers are the same: a program's last words have the time in them, or its pid.
struct FailureLog {
    private static let rhythm = Duration.seconds(600)

    /// The last one, without its numbers.
    private var form: String?
    private var told = Duration.zero
    private var silent = 0

    /// The words to log, nil for none.
    mutating func failure(_ reason: String, pause: Duration, at now: Duration) -> String? {
        let form = String(reason.unicodeScalars.filter { !("0"..."9").contains($0) })
        guard form != self.form || now - told >= Self.rhythm else {
            silent += 1
            return nil
        }
        let more = form == self.form ? " (as \(silent) times before)" : ""
        (self.form, told, silent) = (form, now, 0)
        return "failed, and is run again in \(pause.inTenths): \(reason)\(more)"
    }

    /// It has worked in between: the next failure is a new one.
    mutating func recovery() { self = FailureLog() }
}
