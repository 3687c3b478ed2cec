public import Expressions

#if canImport(Glibc)
    import Glibc
#endif

/// The time of a pipeline: the system's, or in tests one that stands still until it is moved.
public struct PipelineClock: Sendable {
    private let driver: any ClockDriver

    /// A clock that goes as `driver` says.
    public init(_ driver: any ClockDriver) { self.driver = driver }

    /// The system's time.
    public static let system = PipelineClock(SystemClock())

    /// The time of day.
    public func now() -> Timestamp { driver.now() }

    /// A time that only goes forward, for measuring; its zero means nothing.
    public func uptime() -> Duration { driver.uptime() }

    /// Waits. Throws `CancellationError` as soon as the task is cancelled.
    public func sleep(for pause: Duration) async throws { try await driver.sleep(until: driver.uptime() + pause) }

    /// Waits until `uptime()` has reached `deadline`, so that a rhythm does not drift.
    public func sleep(until deadline: Duration) async throws { try await driver.sleep(until: deadline) }
}

/// What a clock needs to have. Any thread.
public protocol ClockDriver: Sendable {
    /// The time of day.
    func now() -> Timestamp
    /// A time that only goes forward.
    func uptime() -> Duration
    /// Returns when `uptime()` has reached the deadline; throws `CancellationError` when the task is cancelled.
    func sleep(until deadline: Duration) async throws
}

/// The system's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC.
struct SystemClock: ClockDriver {
    func now() -> Timestamp { .now() }

    func uptime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    func sleep(until deadline: Duration) async throws {
        let pause = deadline - uptime()
        if pause > .zero { try await Task.sleep(for: pause) } else { try Task.checkCancellation() }
    }
}
