/// What was last said of each of many keys, in bounded memory: at least of the last `capacity` keys that were set, and of at
/// most twice as many.
///
/// Two generations: new keys go into the young one; when that is full it becomes the old one, and what was the old one is
/// forgotten. So every step takes constant time, and nothing has to be kept in order.
struct RecentKeys<Value: Sendable>: Sendable {
    private let capacity: Int
    private var young: [[UInt8]: Value] = [:]
    private var old: [[UInt8]: Value] = [:]

    init(capacity: Int) { self.capacity = max(1, capacity) }

    subscript(key: [UInt8]) -> Value? { young[key] ?? old[key] }

    mutating func set(_ key: [UInt8], _ value: Value) {
        if young.count >= capacity, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = value
    }

    /// How many are remembered.
    var count: Int { young.count + old.keys.count { young[$0] == nil } }

    /// A text as a key; of a long one its hash, so that whoever sends it decides about no memory.
    static func key(_ text: String) -> [UInt8] {
        text.utf8.count <= 64 ? Array(text.utf8) : Digest.sha256(text.utf8)
    }
}
