import Glibc
import Synchronization

/// The kernel's notices: one inotify instance, its thread, and who wants to know what.
///
/// The thread holds the table and the descriptors, not this object; so this object's end is the thread's end.
final class Inotify: Sendable {
    private let table = WatchTable()
    /// The thread's descriptors, once there is one. Its lock also keeps changes of watches apart: a watch that is being
    /// removed for one reader must not be the one that is just being given to another (the kernel has one per file).
    private let thread = Mutex<InotifyThread?>(nil)

    private let isAvailable: Bool

    init(isAvailable: Bool = true) { self.isAvailable = isAvailable }

    deinit { thread.withLock { $0?.stop() } }

    func watch(_ path: String, for mailbox: NoticeMailbox) throws(FileWatchProblem) {
        guard isAvailable else { throw .limitReached }
        let result: Result<Void, FileWatchProblem> = thread.withLock { thread in
            do throws(FileWatchProblem) {
                if thread == nil { thread = try InotifyThread.start(table) }
                guard let descriptor = thread?.notices else { return .failure(.limitReached) }
                do throws(FileWatchProblem) {
                    let watch = try Self.add(path, to: descriptor)
                    drop(table.set(path, watch, for: mailbox), from: descriptor)
                } catch {
                    drop(table.remove(path, for: mailbox), from: descriptor)
                    throw error
                }
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
    }

    func unwatch(_ path: String, for mailbox: NoticeMailbox) {
        thread.withLock { thread in
            guard let thread else { return }
            drop(table.remove(path, for: mailbox), from: thread.notices)
        }
    }

    func forget(_ mailbox: NoticeMailbox) {
        thread.withLock { thread in
            guard let thread else { return }
            for watch in table.removeAll(for: mailbox) { drop(watch, from: thread.notices) }
        }
    }

    private func drop(_ watch: Int32?, from descriptor: Int32) {
        // Fails where the file is gone, and its watch with it.
        if let watch { inotify_rm_watch(descriptor, watch) }
    }

    private static func add(_ path: String, to descriptor: Int32) throws(FileWatchProblem) -> Int32 {
        guard try !MountTable.isUnreliable(path) else { throw .unreliableFileSystem }
        let watch = inotify_add_watch(descriptor, path, events)
        guard watch >= 0 else { throw FileWatchProblem(code: errno) }
        return watch
    }

    private static let events = UInt32(
        IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)
}

/// Which reader gets the notices of which watch. The kernel has one watch per file, whatever number of paths lead to it.
final class WatchTable: Sendable {
    private struct Key: Hashable {
        var mailbox: ObjectIdentifier
        var path: String
    }

    private struct State {
        var targets: [Int32: [(mailbox: NoticeMailbox, path: String)]] = [:]
        var watches: [Key: Int32] = [:]

        /// The watch, if nobody is left who wants it.
        mutating func detach(_ key: Key) -> Int32? {
            guard let watch = watches.removeValue(forKey: key) else { return nil }
            targets[watch]?.removeAll { ObjectIdentifier($0.mailbox) == key.mailbox && $0.path == key.path }
            guard targets[watch]?.isEmpty == true else { return nil }
            targets[watch] = nil
            return watch
        }
    }

    private let state = Mutex(State())

    /// A reader's watch of a path is this one from now on.
    /// - Returns: the one it was before, if nobody wants it any more.
    func set(_ path: String, _ watch: Int32, for mailbox: NoticeMailbox) -> Int32? {
        let key = Key(mailbox: ObjectIdentifier(mailbox), path: path)
        return state.withLock { state in
            guard state.watches[key] != watch else { return nil }
            let former = state.detach(key)
            state.watches[key] = watch
            state.targets[watch, default: []].append((mailbox, path))
            return former
        }
    }

    func remove(_ path: String, for mailbox: NoticeMailbox) -> Int32? {
        state.withLock { $0.detach(Key(mailbox: ObjectIdentifier(mailbox), path: path)) }
    }

    func removeAll(for mailbox: NoticeMailbox) -> [Int32] {
        let id = ObjectIdentifier(mailbox)
        return state.withLock { state in
            state.watches.keys.filter { $0.mailbox == id }.compactMap { state.detach($0) }
        }
    }

    /// Passes on a notice; `entry` is the name in the watched folder, empty for the file itself.
    func tell(_ watch: Int32, entry: String) {
        for (mailbox, path) in state.withLock({ $0.targets[watch] ?? [] }) {
            mailbox.tell(entry.isEmpty ? path : path.hasSuffix("/") ? path + entry : path + "/" + entry)
        }
    }

    /// The kernel has given up a watch, because its file is gone.
    func ended(_ watch: Int32) {
        let targets = state.withLock { state in
            let targets = state.targets.removeValue(forKey: watch) ?? []
            for (mailbox, path) in targets {
                state.watches[Key(mailbox: ObjectIdentifier(mailbox), path: path)] = nil
            }
            return targets
        }
        for (mailbox, path) in targets { mailbox.tell(path) }
    }

    func tellEverything() {
        let mailboxes = state.withLock { $0.targets.values.joined().map(\.mailbox) }
        for mailbox in mailboxes { mailbox.tellEverything() }
    }
}
