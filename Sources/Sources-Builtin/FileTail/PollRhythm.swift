import Aggregator
import Logging
import Synchronization

/// When to look at everything although no notice came: at every beat while something depends on it, else seldom, to be
/// sure. Shared by the task that beats and the one that looks.
final class PollRhythm: Sendable {
    private let fast = Atomic(true)
    private let told = Mutex<Set<String>>([])
    private static let slowness = 10

    /// Something is waited for of which there will be no notice.
    var isFast: Bool {
        get { fast.load(ordering: .relaxed) }
        set { fast.store(newValue, ordering: .relaxed) }
    }

    /// Beats until it is cancelled.
    func run(every interval: Duration, _ clock: PipelineClock, _ notices: FileNotices) async throws {
        var beat = 0
        while true {
            try await clock.sleep(for: interval)
            beat += 1
            if isFast || beat % Self.slowness == 0 { notices.lookAtEverything() }
        }
    }

    /// Says that there are no notices of a path; of the first few, that is.
    func tellOnce(_ path: String, _ problem: FileWatchProblem, _ log: Logger) {
        let isNew = told.withLock { $0.count < 16 && $0.insert(path).inserted }
        if isNew { log.notice("no notices of changes in \(path), looking by the clock instead: \(problem)") }
    }
}
