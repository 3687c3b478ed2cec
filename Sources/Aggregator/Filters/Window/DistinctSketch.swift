/// How many different values there were, in bounded memory. Exact up to 1,024; beyond, an estimate with a standard error of
/// 3.1 %: of the values' hashes, which are spread evenly, it keeps the 1,024 smallest ("k minimum values", Bar-Yossef et
/// al., 2002), and the denser they lie, the more values there are. Two sketches can be merged without further loss.
struct DistinctSketch: Sendable {
    private static let limit = 1024
    /// Ascending, none twice.
    private var smallest: [UInt64] = []
    /// There were more than are kept.
    private var isEstimate = false

    mutating func add(_ key: KeyFingerprint) { add(key.bits) }

    mutating func merge(_ other: DistinctSketch) {
        isEstimate = isEstimate || other.isEstimate
        for hash in other.smallest { add(hash) }
    }

    /// How many different values were added.
    var count: Int {
        guard isEstimate, let last = smallest.last else { return smallest.count }
        return Int((Double(smallest.count - 1) / (Double(last) / 0x1p64)).rounded())
    }

    private mutating func add(_ hash: UInt64) {
        if smallest.count == Self.limit, let last = smallest.last, hash >= last {
            isEstimate = isEstimate || hash > last
            return
        }
        var low = 0
        var high = smallest.count
        while low < high {
            let middle = (low + high) / 2
            if smallest[middle] < hash { low = middle + 1 } else { high = middle }
        }
        if low < smallest.count, smallest[low] == hash { return }
        smallest.insert(hash, at: low)
        if smallest.count > Self.limit {
            smallest.removeLast()
            isEstimate = true
        }
    }
}
