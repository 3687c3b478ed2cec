import Logging
import Synchronization

/// Runs one source on a task and a thread of its own: again after a pause when it throws, no more when it returns. What one
/// source does touches no other.
final class Supervisor: Sendable {
    let source: LiveSource
    private let context: SourceContext
    private let log: Logger
    private let clock: PipelineClock
    private let over: Countdown
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// - Parameter over: counted down when the source has come to its end.
    init(
        _ source: LiveSource, outlet: any SourceOutlet, files: FileWatcher, log: Logger, clock: PipelineClock,
        over: Countdown
    ) {
        var log = log
        log[metadataKey: "source"] = "\(source.name)"
        self.source = source
        self.log = log
        self.clock = clock
        self.over = over
        context = SourceContext(name: source.name, log: log, clock: clock, files: files, outlet: outlet)
    }

    /// Once.
    func start() {
        // A source that blocks its thread, as none should, holds up nobody else: neither other sources nor the server's end.
        do throws(BlockingThreadProblem) {
            let thread = try BlockingThread()
            task.withLock { $0 = Task(executorPreference: thread) { await self.live() } }
        } catch {
            log.warning("source \(source.name) shares its thread with others: \(error)")
            task.withLock { $0 = Task { await self.live() } }
        }
    }

    func cancel() {
        let task = task.withLock { $0 }
        // One that was never started has nothing to end.
        if let task { task.cancel() } else { end() }
    }

    /// The pipeline does not wait for it any longer.
    func abandon(after time: Duration) {
        guard source.status.state != .ended else { return }
        source.note(at: clock.now()) { $0.state = .failed }
        log.warning("source \(source.name) did not stop within \(time); it is given up")
    }

    private func live() async {
        var backoff = Backoff()
        var failures = FailureLog()
        while !Task.isCancelled {
            source.note(at: clock.now()) { $0.state = .running }
            let began = clock.uptime()
            do {
                try await source.definition.source.run(context)
                if !Task.isCancelled { log.info("source \(source.name) has ended") }
                break
            } catch {
                if Task.isCancelled { break }
                let lasted = clock.uptime() - began
                if lasted >= Backoff.recovery { failures.recovery() }
                let pause = backoff.pause(after: lasted)
                source.note(at: clock.now()) { status in
                    status.state = .waiting
                    status.lastError = "\(error)"
                }
                if let words = failures.failure("\(error)", pause: pause, at: clock.uptime()) {
                    log.error("source \(source.name) \(words)")
                }
                guard (try? await clock.sleep(for: pause)) != nil else { break }
                source.note(at: clock.now()) { $0.restarts += 1 }
            }
        }
        end()
    }

    private func end() {
        source.note(at: clock.now()) { $0.state = .ended }
        over.down()
    }
}

extension Duration {
    /// For messages: `1.3 s`.
    var inTenths: String {
        let (seconds, attoseconds) = components
        return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
    }
}
