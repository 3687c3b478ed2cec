/// Waits until a condition holds, by asking again and again; false when it did not within a time that only a broken program
/// needs. For what cannot be waited for directly: counters, files, other processes.
public func eventually(
    within patience: Duration = Pace.patience(60), _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return try await condition()
}
