import Dispatch

/// Short work that may block (opening files, reading /proc) off the loops' threads and off the cooperative pool.
///
/// One at a time: there is never more than one piece per connection, so what waits is bounded by `limits.connections`.
final class BlockingWork: Sendable {
    private let queue = DispatchQueue(label: "aggregator.blocking")

    func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}
