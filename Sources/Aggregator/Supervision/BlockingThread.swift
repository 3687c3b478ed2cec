import Glibc

/// A thread for one task that blocks, on a disk or in another's function: the cooperative pool's threads are as few as the
/// cores, and whoever blocks one of them holds up everybody.
///
/// Each source's `run` is on one of its own already. What it does beside that, and what blocks, can have another:
///
///     let thread = try BlockingThread()
///     try await withTaskExecutorPreference(thread) { … }
///
/// The task runs here from start to end wherever it is not suspended, so that reading a file and emitting its lines costs no hop.
/// The thread ends with the last reference.
public final class BlockingThread: TaskExecutor {
    private let queue = JobQueue()

    /// A thread that waits for work.
    ///
    /// - Throws: `BlockingThreadProblem` when the system has none to give.
    public init() throws(BlockingThreadProblem) {
        try OwnThread.start { [queue] in queue.run() }
    }

    deinit { queue.close() }

    /// Called by the concurrency runtime.
    ///
    /// - Parameter job: what is to run on the thread.
    public func enqueue(_ job: consuming ExecutorJob) { queue.add(UnownedJob(job), for: self) }
}

/// Why there is no thread.
public struct BlockingThreadProblem: Error, CustomStringConvertible {
    let code: Int32

    /// For people.
    public var description: String {
        "cannot start a thread (ulimit -u, or the service's TasksMax): \(String(cString: strerror(code)))"
    }
}

/// What is to run on the thread. At most a few jobs wait: those of one source's tasks.
private final class JobQueue: @unchecked Sendable {
    // Unchecked: `jobs` and `isClosed` are touched only while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let filled: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [(job: UnownedJob, executor: BlockingThread)] = []
    private var isClosed = false

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        filled = .allocate(capacity: 1)
        filled.initialize(to: pthread_cond_t())
        pthread_cond_init(filled, nil)
    }

    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    func add(_ job: UnownedJob, for executor: BlockingThread) {
        pthread_mutex_lock(mutex)
        jobs.append((job, executor))
        pthread_cond_signal(filled)
        pthread_mutex_unlock(mutex)
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(filled)
        pthread_mutex_unlock(mutex)
    }

    func run() {
        // The executor is held while its job runs, which may be the one that lets go of it.
        while let (job, executor) = next() { job.runSynchronously(on: executor.asUnownedTaskExecutor()) }
    }

    /// Waits for a job; nil at the end.
    private func next() -> (job: UnownedJob, executor: BlockingThread)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty && !isClosed { pthread_cond_wait(filled, mutex) }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }
}
