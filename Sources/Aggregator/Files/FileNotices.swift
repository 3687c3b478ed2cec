import Synchronization

/// One reader's notices of changed files: the paths it watches, and what has changed among them.
///
/// Notices say where to look, not what is there: name a path to `watch` first and look at it after that, then no change
/// goes unseen. All functions may be called from any thread; `next` from one task at a time. Dropping the last reference
/// ends the watches.
public final class FileNotices: Sendable {
    private let inotify: Inotify
    private let mailbox: NoticeMailbox

    init(_ inotify: Inotify, limit: Int) {
        self.inotify = inotify
        mailbox = NoticeMailbox(limit: limit)
    }

    deinit { inotify.forget(mailbox) }

    /// Gives notice of changes to a file, or to a folder and its entries (not to those of the folders in it), from now on.
    /// Symbolic links are followed. Naming a path again is cheap, and moves the watch to what is now at that path.
    ///
    /// - Throws: why there will be no notices of that path; an earlier watch of it has then ended.
    public func watch(_ path: String) throws(FileWatchProblem) { try inotify.watch(path, for: mailbox) }

    /// No more notices of that path.
    public func unwatch(_ path: String) { inotify.unwatch(path, for: mailbox) }

    /// What has changed since the last call; waits until something has.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; nothing is lost then.
    public func next() async throws -> FileChanges { try await mailbox.next() }

    /// What has changed since the last call, without waiting; perhaps nothing.
    public func take() -> FileChanges { mailbox.take() }

    /// Makes `next`, if somebody waits there, return although nothing has changed: for whoever also has something to do by
    /// the clock.
    public func wake() { mailbox.wake() }

    /// Makes `next` say "look at everything": for whoever also looks by the clock.
    public func lookAtEverything() { mailbox.tellEverything() }
}

/// Where the notices wait for their reader: bounded, because a path is in it once and there is a limit of them.
final class NoticeMailbox: Sendable {
    private struct State {
        var changes = FileChanges()
        var reader: CheckedContinuation<FileChanges, any Error>?

        /// The reader, if it waits and there is something for it.
        mutating func takeReader() -> (CheckedContinuation<FileChanges, any Error>, FileChanges)? {
            guard !changes.isEmpty, let reader = reader.take() else { return nil }
            defer { changes = FileChanges() }
            return (reader, changes)
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func tell(_ path: String) {
        change { changes in
            guard !changes.everything else { return }
            changes.paths.insert(path)
            if changes.paths.count > limit { changes = FileChanges(everything: true) }
        }
    }

    func take() -> FileChanges {
        state.withLock { state in
            defer { state.changes = FileChanges() }
            return state.changes
        }
    }

    func wake() {
        let reader = state.withLock { $0.reader.take() }
        reader?.resume(returning: FileChanges())
    }

    func tellEverything() { change { $0 = FileChanges(everything: true) } }

    private func change(_ body: (inout FileChanges) -> Void) {
        let ready = state.withLock { state in
            body(&state.changes)
            return state.takeReader()
        }
        if let (reader, changes) = ready { reader.resume(returning: changes) }
    }

    func next() async throws -> FileChanges {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0) }
        } onCancel: {
            state.withLock { $0.reader.take() }?.resume(throwing: CancellationError())
        }
    }

    private func wait(_ continuation: CheckedContinuation<FileChanges, any Error>) {
        typealias Outcome = Result<FileChanges, any Error>
        let (outcome, former) = state.withLock { state -> (Outcome?, CheckedContinuation<FileChanges, any Error>?) in
            let former = state.reader.take()
            // A cancellation before this found nobody to wake: so it is looked for here.
            if Task.isCancelled { return (.failure(CancellationError()), former) }
            state.reader = continuation
            guard let (_, changes) = state.takeReader() else { return (nil, former) }
            return (.success(changes), former)
        }
        // A second reader takes the place of the first, which learns that nothing has changed.
        former?.resume(returning: FileChanges())
        if let outcome { continuation.resume(with: outcome) }
    }
}
