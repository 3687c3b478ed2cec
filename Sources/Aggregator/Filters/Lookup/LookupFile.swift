import Glibc
import Logging
import Synchronization

/// A table that follows its file: read again whenever that changes, off the threads that deliver. What cannot be used is
/// logged, and the table before stays. Any thread; dropping the last reference ends it.
final class LookupFile: Sendable {
    /// What there is now; shared with the task that follows the file, which so does not keep this object.
    private final class Current: Sendable {
        let table: Mutex<LookupTable>
        init(_ table: LookupTable) { self.table = Mutex(table) }
    }

    private let current: Current
    private let follower: Task<Void, Never>
    /// Where the kernel gives no notices of the file, it is looked at so often.
    private static let pause = Duration.seconds(5)

    /// Reads the file, and follows it from then on. Blocks while reading.
    ///
    /// - Throws: `LookupTable.Problem`.
    init(_ plan: LookupTable.Plan, _ context: FilterContext) throws {
        let notices = context.files.notices()
        // Watched before it is read, so that no change goes unseen.
        let isWatched = Self.watch(plan.path, notices, context.log)
        let stamp = Stamp(of: plan.path)
        let current = Current(try LookupTable(reading: plan))
        self.current = current
        follower = Task {
            var (isWatched, stamp) = (isWatched, stamp)
            while !Task.isCancelled {
                do {
                    if isWatched {
                        guard Self.concern(try await notices.next(), plan.path) else { continue }
                    } else {
                        try await context.clock.sleep(for: Self.pause)
                    }
                } catch { return }
                let wasWatched = isWatched
                isWatched = Self.watch(plan.path, notices, context.log)
                let before = stamp
                stamp = Stamp(of: plan.path)
                if wasWatched || stamp != before { await Self.read(plan, into: current, context.log) }
            }
        }
    }

    deinit { follower.cancel() }

    var table: LookupTable { current.table.withLock { $0 } }

    /// The folder, because a new file takes the old one's place there; and the file, which may lie elsewhere (a link).
    private static func watch(_ path: String, _ notices: FileNotices, _ log: Logger) -> Bool {
        do throws(FileWatchProblem) {
            try notices.watch(FileContent.directory(of: path))
            try notices.watch(path)
            return true
        } catch {
            // Between two files there may be none for a moment: the folder tells of the next.
            if error == .missing { return true }
            log.debug("the table \(path) is looked at every \(pause.inTenths): \(error)")
            return false
        }
    }

    /// Whether the file is among what has changed: in its folder there may be others.
    private static func concern(_ changes: FileChanges, _ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let entry = PathOption.join(FileContent.directory(of: path), name)
        return changes.everything || changes.paths.contains(path) || changes.paths.contains(entry)
    }

    /// By what a file that is looked at from time to time is known to be another.
    private struct Stamp: Equatable {
        var inode: UInt64 = 0
        var size: Int64 = 0
        var seconds = 0
        var nanoseconds = 0

        init(of path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private static func read(_ plan: LookupTable.Plan, into current: Current, _ log: Logger) async {
        await OwnThread.run {
            do throws(LookupTable.Problem) {
                let table = try LookupTable(reading: plan)
                current.table.withLock { $0 = table }
                log.info("the table \(plan.path) was read again: \(table.count) rows")
            } catch {
                log.error("\(error); the one before stays in use")
            }
        }
    }
}
