/// What a step remembers of each key, for a bounded number of keys: where a further one comes, the least recently used is
/// forgotten, and handed to the step. A slot number stays a key's as long as the key is remembered.
///
/// All operations take constant time; memory grows with the keys that there are, up to the bound.
struct KeyedStates<State: Sendable>: Sendable {
    private struct Entry {
        var key: KeyFingerprint
        /// Nil in a slot that is free.
        var state: State?
    }

    private let limit: Int
    private var slots: [KeyFingerprint: Int] = [:]
    private var entries: ContiguousArray<Entry> = []
    private var recency = SlotList()
    private var free: [Int] = []

    /// - Parameter limit: at least 1.
    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { slots.count }

    /// A further key makes the least recently used forgotten.
    var isFull: Bool { slots.count >= limit }

    /// The slot of a key that is remembered. It becomes the most recently used.
    @inline(__always)
    mutating func find(_ key: KeyFingerprint) -> Int? {
        guard let slot = slots[key] else { return nil }
        recency.moveToEnd(slot)
        return slot
    }

    /// Remembers a key that was not.
    ///
    /// - Returns: its slot, and the state of the key that was forgotten for it.
    mutating func insert(_ state: State, for key: KeyFingerprint) -> (slot: Int, forgotten: State?) {
        let forgotten = isFull ? removeFirst() : nil
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            entries[slot] = Entry(key: key, state: state)
        } else {
            slot = entries.count
            entries.append(Entry(key: key, state: state))
        }
        slots[key] = slot
        recency.append(slot)
        return (slot, forgotten)
    }

    /// The least recently used slot.
    var first: Int? { recency.first }

    /// All slots, the least recently used first.
    var slotsInOrder: [Int] { recency.slots }

    /// The state in a slot that a key has.
    @inline(__always)
    subscript(slot: Int) -> State? {
        get { entries[slot].state }
        _modify { yield &entries[slot].state }
    }

    /// Forgets the key of a slot.
    @discardableResult
    mutating func remove(_ slot: Int) -> State? {
        slots[entries[slot].key] = nil
        recency.remove(slot)
        free.append(slot)
        return entries[slot].state.take()
    }

    /// Forgets the least recently used key.
    mutating func removeFirst() -> State? { recency.first.flatMap { remove($0) } }
}
