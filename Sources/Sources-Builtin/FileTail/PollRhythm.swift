import Aggregator
import Logging
import Synchronization

/// When to look at everything although no notice came: at every beat while something depends on it, else seldom, to be
/// sure. Shared by the task that beats and the one that looks.
final class PollRhythm: Sendable {
    private let fast = Atomic(true)
    private let waiting = Atomic(false)
    private let told = Mutex<Set<String>>([])
    private static let slowness = 10

    /// Something is waited for of which there will be no notice.
    var isFast: Bool {
        get { fast.load(ordering: .relaxed) }
        set { fast.store(newValue, ordering: .relaxed) }
    }

    /// Something is due soon that no change of a file brings about.
    var isWaiting: Bool {
        get { waiting.load(ordering: .relaxed) }
        set { waiting.store(newValue, ordering: .relaxed) }
    }

    /// Beats until it is cancelled: to look at everything, and, at least each second and as often as `patience` asks, for
    /// what is due otherwise.
    func run(
        every interval: Duration, waking patience: Duration?, _ clock: PipelineClock, _ notices: FileNotices
    ) async throws {
        let beat = max(.milliseconds(10), min(interval, patience ?? .seconds(1), .seconds(1)))
        var silent = Duration.zero
        while true {
            try await clock.sleep(for: beat)
            silent += beat
            if silent >= (isFast ? interval : interval * Self.slowness) {
                silent = .zero
                notices.lookAtEverything()
            } else if isWaiting {
                notices.wake()
            }
        }
    }

    /// Says that there are no notices of a path; of the first few, that is.
    func tellOnce(_ path: String, _ problem: FileWatchProblem, _ log: Logger) {
        let isNew = told.withLock { $0.count < 16 && $0.insert(path).inserted }
        if isNew { log.notice("no notices of changes in \(path), looking by the clock instead: \(problem)") }
    }
}
