/// How long to wait before a source is run again: 1 s, then twice as long each time up to 48 s, each a random 75 to 125 % of
/// it (so never more than a minute): sources that failed together do not come back together.
struct Backoff: Sendable {
    private static let first = Duration.seconds(1)
    private static let longest = Duration.seconds(48)
    /// A source that ran for so long has recovered: it begins anew.
    static let recovery = Duration.seconds(60)

    private var next = first

    /// The pause after a run that lasted so long.
    mutating func pause(after run: Duration) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return pause(after: run, using: &generator)
    }

    mutating func pause(after run: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        if run >= Self.recovery { next = Self.first }
        let pause = next * Double.random(in: 0.75...1.25, using: &generator)
        next = min(next * 2, Self.longest)
        return pause
    }
}
