/// The middle of some values, and how far they spread.
struct Summary: Codable, Equatable, Sendable {
    var median: Double
    /// The quartiles.
    var low: Double
    var high: Double
    var count: Int

    /// - Returns: nil if there are none.
    init?(_ values: [Double]) {
        guard let median = values.percentile(50), let low = values.percentile(25), let high = values.percentile(75)
        else { return nil }
        self.median = median
        self.low = low
        self.high = high
        count = values.count
    }
}

extension [Double] {
    /// Between the two nearest ranks, linearly; nil if there are no values.
    ///
    /// - Parameter share: 0 (the least) to 100 (the greatest).
    func percentile(_ share: Double) -> Double? {
        guard !isEmpty else { return nil }
        let sorted = self.sorted()
        let rank = Swift.min(Swift.max(share, 0), 100) / 100 * Double(count - 1)
        let below = Int(rank)
        let above = Swift.min(below + 1, count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (rank - Double(below))
    }
}
