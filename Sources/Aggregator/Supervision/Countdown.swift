import Synchronization

/// Waits until so many things are over, or no longer. (A task group would wait for what never ends.) Any thread.
final class Countdown: Sendable {
    private struct State {
        var left: Int
        var isGivenUp = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(left: count)) }

    /// One of them is over.
    func down() { change { $0.left -= 1 } }

    /// Returns when all are over, or after `within` of real time. One caller, once.
    func wait(within: Duration) async {
        let timer = Task {
            guard (try? await Task.sleep(for: within)) != nil else { return }
            change { $0.isGivenUp = true }
        }
        await withCheckedContinuation { continuation in change { $0.waiter = continuation } }
        timer.cancel()
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            body(&state)
            guard state.left <= 0 || state.isGivenUp else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
