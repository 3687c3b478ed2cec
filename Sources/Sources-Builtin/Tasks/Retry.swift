import Aggregator

/// How often a task that fails is tried again. It keeps its place among those that run.
struct Retry: OptionGroup {
    @Option("How often a task is tried, the first time included.", .range(1...100)) var attempts = 3
    @Option("The time before the next attempt.", .range(0...86_400)) var pause: Duration = .seconds(1)
    @Option("Whether each pause is twice as long as the one before, up to 1h.") var growing = false

    /// The pause after so many attempts.
    func pause(after attempt: Int) -> Duration {
        guard growing else { return pause }
        let most = max(pause, .seconds(3600))
        // Twelve times twice as long is more than an hour from a second on; far from any overflow.
        return min(most, pause * (1 << min(attempt - 1, 24)))
    }
}
