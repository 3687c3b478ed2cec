import Synchronization

/// A count of a source's own that `GET /metrics` shows: of lines that did not fit, of calls that failed.
///
/// Got from `SourceContext.counter`. Any thread; counting costs one atomic addition.
public final class SourceCounter: Sendable {
    private let counter = Counter()

    package init() {}

    /// How much was counted since the process began, over all runs of the source.
    public var value: UInt64 { counter.value }

    /// Counts up; by less than 1, nothing.
    public func add(_ more: Int = 1) {
        if more > 0 { counter.add(more) }
    }
}

extension SourceCounter: OwnNumber {
    package var text: String { "\(value)" }
}
