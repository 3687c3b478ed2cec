import Aggregator
internal import CChildProcess
import Glibc
import Synchronization

/// A program under way, in a session and process group of its own. Its output is read only when `next` asks for it: who
/// does not ask makes the program wait at its pipe.
///
/// One thread per program waits for all that can happen (see `ChildWatch`); no function here blocks.
final class ChildProcess: Sendable {
    /// Where the program writes.
    enum Stream: Sendable, Hashable {
        case output
        case errors
    }

    /// Why a program is made to end.
    enum Reason: Sendable, Equatable {
        case cancelled
        case timeout
    }

    /// How a program has ended.
    struct End: Sendable, Equatable {
        /// What it returned; nil if a signal killed it.
        var code: Int?
        /// The signal that killed it, such as `SIGKILL`.
        var signal: String?
        /// Why it was made to end; nil if it was not.
        var reason: Reason?
    }

    /// What there is to know next.
    enum News: Sendable, Equatable {
        case output(Stream, [UInt8])
        /// The last there is. By then nothing of the program's group runs any more.
        case ended(End)
    }

    /// What a program is asked for, by whom it may be asked: any thread.
    struct Wishes: Sendable {
        var reader: CheckedContinuation<News, Never>?
        var end: (reason: Reason, grace: Duration)?
        /// Set once, before `start` returns.
        var group: pid_t?
    }

    let wishes = Mutex(Wishes())
    /// Makes the thread look at the wishes.
    let wake: Int32

    /// Its process group, and its session.
    var group: pid_t? { wishes.withLock { $0.group } }

    private init(wake: Int32) { self.wake = wake }

    deinit { close(wake) }

    /// Starts a program. After that, `next` has to be called until it says `.ended`.
    static func start(_ launch: Launch) async throws(Launch.Failure) -> ChildProcess {
        let wake = child_wake_open()
        guard wake >= 0 else { throw Launch.Failure(description: "could not start \(launch.program): \(lastError)") }
        let process = ChildProcess(wake: wake)
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Void, Launch.Failure>, Never>) in
            let accompany: @Sendable () -> Void = {
                let started: child
                do throws(Launch.Failure) {
                    started = try launch.start()
                } catch {
                    return continuation.resume(returning: .failure(error))
                }
                Guardian.watch(started.pid)
                process.wishes.withLock { $0.group = started.pid }
                continuation.resume(returning: .success(()))
                var watch = ChildWatch(started, for: process)
                watch.run()
            }
            do throws(BlockingThreadProblem) {
                try OwnThread.start(accompany)
            } catch {
                continuation.resume(
                    returning: .failure(Launch.Failure(description: "could not start \(launch.program): \(error)")))
            }
        }
        try result.get()
        return process
    }

    /// Waits for what happens next; one caller at a time. It does not care for the task's cancellation: a program that has
    /// been started is accompanied to its end.
    func next() async -> News {
        await withCheckedContinuation { continuation in
            wishes.withLock { $0.reader = continuation }
            child_wake(wake)
        }
    }

    /// Ends the program: SIGTERM to its group, SIGKILL after `grace`. The first reason stays, the shortest grace holds.
    func terminate(because reason: Reason, grace: Duration) {
        wishes.withLock { wishes in
            let old = wishes.end
            wishes.end = (old?.reason ?? reason, min(old?.grace ?? grace, grace))
        }
        child_wake(wake)
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}
