import Synchronization

/// The sources that wait for room in the pipeline.
///
/// **No wake-up is lost.** Who finds no room is put on the list with the list's lock held, after having looked once more
/// with it. A "no" of `Hub.hasRoom` promises a call of `HubHandler.room` after the moment of that look. That call needs the
/// same lock, so it comes when the waiter is on the list. After a "yes" nobody waits.
final class RoomWaiters: Sendable {
    private struct State {
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var next: UInt64 = 0
    }

    private let hasRoom: @Sendable () -> Bool
    private let state = Mutex(State())

    /// - Parameter hasRoom: what `Hub.hasRoom` says; asked with the lock held.
    init(hasRoom: @escaping @Sendable () -> Bool) { self.hasRoom = hasRoom }

    /// How many wait now.
    var count: Int { state.withLock { $0.waiters.count } }

    /// Whether `wait` would return at once.
    var goesOn: Bool { !Task.isCancelled && hasRoom() }

    /// Returns when there is room. All that wait go on at once: each has emitted before it waited, so together they exceed
    /// the mailbox's soft limit by one batch each.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, also if there is room: so a source that does nothing but
    ///   emit can be stopped.
    func wait() async throws {
        try Task.checkCancellation()
        if hasRoom() { return }
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // Cancelled before this lock was taken: the handler below has found nobody. Later it will.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if hasRoom() { return .success(()) }
                    state.waiters[ticket] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }

    /// There is room again. Any thread, also a loop's.
    func wake() {
        let waiting = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for continuation in waiting.values { continuation.resume() }
    }
}
