/// Counts what should not happen often, and says when to tell of it: the first time, and then each time there is ten times
/// as much.
struct Tally {
    private(set) var count = 0
    private var next = 1

    /// Counts; true when it is time to tell.
    mutating func add(_ more: Int) -> Bool {
        count += more
        guard count >= next else { return false }
        while next <= count { next *= 10 }
        return true
    }
}
