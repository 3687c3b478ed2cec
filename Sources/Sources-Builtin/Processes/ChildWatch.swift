import Aggregator
internal import CChildProcess
import Glibc
import Synchronization

/// The thread's side of a program under way: it polls for wishes, for the program's end, and, when somebody wants it, for
/// its output.
///
/// When the program has ended, something it has started may still hold its pipes. So what is there is read on: to the end
/// of both, or until `patience` is over and nothing is readable, or for `lastBytes`; then the group is killed.
struct ChildWatch {
    /// How long others may hold the pipes of a program that has ended by itself.
    private static let patience = Duration.milliseconds(500)
    /// How much is read after the program's end: more than both pipes can hold, so nothing that it wrote itself is lost.
    private static let lastBytes = 1 << 20
    private static let blockSize = 64 << 10

    private let process: ChildProcess
    private let pid: pid_t
    private var end: Int32
    /// Open as long as the program is to go on; -1: it has none, or no longer.
    private var input: Int32
    private var pipes: [(stream: ChildProcess.Stream, descriptor: Int32)]
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 16)

    private var reason: ChildProcess.Reason?
    private var termTime = Duration.zero
    /// When SIGKILL follows.
    private var killTime: Duration?
    private var hasEnded = false
    /// When nobody waits for the pipes any longer, once the program has ended.
    private var drainTime = Duration.zero
    private var bytesAfterEnd = 0
    private var isQuiet = false

    init(_ child: child, for process: ChildProcess) {
        self.process = process
        pid = child.pid
        end = child.end
        input = child.input
        pipes = [(.output, child.output), (.errors, child.errors)]
    }

    /// Until the end has been told to somebody.
    mutating func run() {
        defer { block.deallocate() }
        while true {
            let (isWanted, wish) = process.wishes.withLock { ($0.reader != nil, $0.end) }
            if let wish { terminate(wish.reason, wish.grace) }
            if let killTime, now() >= killTime { kill() }
            if isWanted, hasEnded, isDrained { break }
            wait(isWanted: isWanted)
        }
        for pipe in pipes { close(pipe.descriptor) }
        closeInput()
        close(end)
        Guardian.forget(pid)
        let status = child_reap(pid)
        let signal =
            status.signal == 0
            ? nil : child_signal_name(status.signal).map { String(cString: $0) } ?? "\(status.signal)"
        tell(.ended(.init(code: status.signal == 0 ? Int(status.code) : nil, signal: signal, reason: reason)))
    }

    private var isDrained: Bool {
        pipes.isEmpty || (isQuiet && now() >= drainTime) || bytesAfterEnd > Self.lastBytes
    }

    /// The wish is looked at again and again; each time it may only shorten what is left.
    private mutating func terminate(_ wish: ChildProcess.Reason, _ grace: Duration) {
        if reason == nil, !hasEnded {
            reason = wish
            termTime = now()
            killTime = termTime + grace
            closeInput()
            Glibc.kill(-pid, SIGTERM)
            // One that is stopped (SIGSTOP) would not see it.
            Glibc.kill(-pid, SIGCONT)
        } else if reason != nil {
            killTime = killTime.map { min($0, termTime + grace) }
            drainTime = min(drainTime, termTime + grace)
        }
    }

    private mutating func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    private mutating func kill() {
        Glibc.kill(-pid, SIGKILL)
        killTime = nil
    }

    /// One turn of poll, and what it found.
    private mutating func wait(isWanted: Bool) {
        var watched = [pollfd(fd: process.wake, events: Int16(POLLIN), revents: 0)]
        watched.append(pollfd(fd: hasEnded ? -1 : end, events: Int16(POLLIN), revents: 0))
        if isWanted { watched += pipes.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) } }
        let count = poll(&watched, nfds_t(watched.count), timeout(isWanted: isWanted))
        isQuiet = isWanted && !watched.dropFirst(2).contains { $0.revents != 0 }
        guard count > 0 else { return }
        if watched[0].revents != 0 { child_wake_clear(process.wake) }
        if watched[1].revents != 0 {
            hasEnded = true
            // Who is being ended has its grace, and so have those it leaves behind.
            drainTime = killTime ?? now() + Self.patience
        }
        if let ready = watched.dropFirst(2).firstIndex(where: { $0.revents != 0 }) { read(ready - 2) }
    }

    /// One block from a pipe to the one who wants it. The pipes take turns.
    private mutating func read(_ index: Int) {
        let pipe = pipes[index]
        let count = Glibc.read(pipe.descriptor, block.baseAddress, block.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
            close(pipe.descriptor)
            pipes.remove(at: index)
            return
        }
        if hasEnded { bytesAfterEnd += count }
        pipes.swapAt(0, pipes.count - 1)
        tell(.output(pipe.stream, Array(block[..<count])))
    }

    private func tell(_ news: ChildProcess.News) {
        process.wishes.withLock { $0.reader.take() }?.resume(returning: news)
    }

    /// In milliseconds, rounded up; -1: for ever.
    private func timeout(isWanted: Bool) -> Int32 {
        var times: [Duration] = []
        if let killTime { times.append(killTime) }
        if hasEnded, isWanted { times.append(drainTime) }
        guard let next = times.min() else { return -1 }
        let milliseconds = max(0, (next - now()) / .milliseconds(1))
        return Int32(min(milliseconds.rounded(.up), 3_600_000))
    }

    /// Signals and pipes are the kernel's, and so is their time: not the pipeline's clock.
    private func now() -> Duration { PipelineClock.system.uptime() }
}
