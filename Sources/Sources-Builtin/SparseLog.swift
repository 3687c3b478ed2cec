import Aggregator
import Logging

/// Words that would flood the log: the first five, then one after ten seconds, and after twice as long each time up to ten
/// minutes, with the number of those between. When there was nothing to say for ten minutes it begins anew.
struct SparseLog {
    private static let atOnce = 5
    private static let shortest = Duration.seconds(10)
    private static let longest = Duration.seconds(600)

    private let log: Logger
    private let clock: PipelineClock
    private var count = 0
    private var silent = 0
    private var pause = shortest
    /// When it was last said, and when it would have been.
    private var (told, seen) = (Duration.zero, Duration.zero)

    init(_ log: Logger, _ clock: PipelineClock) {
        self.log = log
        self.clock = clock
    }

    mutating func warn(_ message: @autoclosure () -> String) { tell(.warning, message()) }

    mutating func tell(_ level: Logger.Level, _ message: @autoclosure () -> String) {
        let now = clock.uptime()
        if now - seen >= Self.longest { (count, pause) = (0, Self.shortest) }
        (count, seen) = (count + 1, now)
        if count > Self.atOnce {
            guard now - told >= pause else {
                silent += 1
                return
            }
            pause = min(pause * 2, Self.longest)
        }
        let more = silent > 0 ? " (and \(silent) more since the last such line)" : ""
        log.log(level: level, "\(message())\(more)")
        (silent, told) = (0, now)
    }
}
