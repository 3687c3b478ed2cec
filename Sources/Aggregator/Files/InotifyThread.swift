import Glibc

/// The thread that reads the kernel's notices and passes them on.
struct InotifyThread: Sendable {
    /// The inotify descriptor: watches are added and removed here. Closed by the thread at its end.
    let notices: Int32
    /// A pair of sockets: the thread ends when the far end is closed.
    private let end: (near: Int32, far: Int32)

    /// Reading so soon again would only find more of the same: writers' notices run together meanwhile.
    private static let pauseMilliseconds: Int32 = 2

    /// Starts it.
    static func start(_ table: WatchTable) throws(FileWatchProblem) -> InotifyThread {
        let notices = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard notices >= 0 else { throw FileWatchProblem(code: errno) }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            let code = errno
            close(notices)
            throw FileWatchProblem(code: code)
        }
        let thread = InotifyThread(notices: notices, end: (ends[0], ends[1]))
        do throws(BlockingThreadProblem) {
            try OwnThread.start { thread.run(table) }
        } catch {
            for descriptor in ends + [notices] { close(descriptor) }
            throw FileWatchProblem(code: error.code)
        }
        return thread
    }

    /// Ends it soon. Nobody may use `notices` after this.
    func stop() { close(end.far) }

    private func run(_ table: WatchTable) {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while !isOver(waitingFor: notices, milliseconds: -1) {
                let count = read(notices, buffer.baseAddress, buffer.count)
                if count > 0 { Self.pass(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: table) }
                if isOver(waitingFor: -1, milliseconds: Self.pauseMilliseconds) { break }
            }
        }
        close(notices)
        close(end.near)
    }

    /// Waits for the descriptor (a negative one: for nothing) or the end; true at the end.
    private func isOver(waitingFor descriptor: Int32, milliseconds: Int32) -> Bool {
        var waiting = [
            pollfd(fd: end.near, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        return poll(&waiting, 2, milliseconds) > 0 && waiting[0].revents != 0
    }

    private static func pass(_ bytes: UnsafeRawBufferPointer, to table: WatchTable) {
        let headSize = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + headSize <= bytes.count {
            let head = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let name = bytes[(offset + headSize)..<min(bytes.count, offset + headSize + Int(head.len))]
            offset += headSize + Int(head.len)
            if head.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                table.tellEverything()
            } else if head.mask & UInt32(IN_IGNORED) != 0 {
                table.ended(head.wd)
            } else {
                // The name is padded with zeros.
                table.tell(head.wd, entry: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
    }
}
