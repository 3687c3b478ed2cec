/// Counts what should not happen often, and says when to tell of it: the first time, and each time there is twice as much.
struct Tally {
    private(set) var count = 0

    /// Counts; true when it is time to tell.
    mutating func add(_ more: Int) -> Bool {
        guard more > 0 else { return false }
        let before = count
        count += more
        return before == 0 || before.leadingZeroBitCount != count.leadingZeroBitCount
    }
}
