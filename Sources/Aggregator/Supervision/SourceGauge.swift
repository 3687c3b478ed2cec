import Synchronization

/// A number of a source's own that `GET /metrics` shows as it is now, and that goes up and down: of what waits, of what is open.
///
/// Got from `SourceContext.gauge`. Any thread; a change costs one atomic operation.
public final class SourceGauge: Sendable {
    private let number = Atomic<Int>(0)

    package init() {}

    /// What was set last, and added since.
    public var value: Int { number.load(ordering: .relaxed) }

    /// Sets it.
    ///
    /// - Parameter value: what it is now.
    public func set(_ value: Int) { number.store(value, ordering: .relaxed) }

    /// Adds to it.
    ///
    /// - Parameter more: less than 0 takes away.
    public func add(_ more: Int = 1) { number.wrappingAdd(more, ordering: .relaxed) }
}

extension SourceGauge: OwnNumber {
    package var text: String { "\(value)" }
}
