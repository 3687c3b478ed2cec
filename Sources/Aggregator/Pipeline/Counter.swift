import Synchronization

/// A number that many threads count up and somebody reads now and then. Relaxed: it orders nothing else.
struct Counter: ~Copyable, Sendable {
    private let number = Atomic<UInt64>(0)

    var value: UInt64 { number.load(ordering: .relaxed) }

    func add(_ more: Int = 1) { number.wrappingAdd(UInt64(clamping: more), ordering: .relaxed) }
}
