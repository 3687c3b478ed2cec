import Glibc

/// A thread of its own for work that blocks, so that neither a loop nor the cooperative pool stands still.
package enum OwnThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread, which ends with it. Signals are blocked there: they are for the threads that expect them.
    ///
    /// - Throws: `BlockingThreadProblem` when the system has no thread to give; then `body` is not called.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(BlockingThreadProblem) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw BlockingThreadProblem(code: code)
        }
        pthread_detach(thread)
    }

    /// Returns when `body` has returned. Without a free thread it runs here.
    static func run(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let whole: @Sendable () -> Void = {
                body()
                continuation.resume()
            }
            do throws(BlockingThreadProblem) { try start(whole) } catch { whole() }
        }
    }
}
