/// Waits until a condition holds, by asking again and again; false when it did not within a time that only a broken program
/// needs. For what cannot be waited for directly: counters, files, other processes.
///
/// - Parameter patience: how long that may take while this process gets to run. Time in which a busy or halted machine lets it
///   stand still is not held against what is tested, which stood still as well.
public func eventually(
    within patience: Duration = Pace.patience(60), _ condition: () async throws -> Bool
) async rethrows -> Bool {
    let clock = ContinuousClock()
    var spent = Duration.zero
    var last = clock.now
    while spent < patience {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(2))
        let now = clock.now
        spent += min(now - last, .milliseconds(100))
        last = now
    }
    return try await condition()
}
