import Glibc

/// Percentiles of numbers in bounded memory. Up to 1,024 numbers it keeps them all and is exact; beyond, it is a DDSketch
/// (Masson, Rim and Lee, 2019): numbers are counted in buckets whose bounds grow by 2 %, so that a percentile is within 1 %
/// of the number that it stands for. Two sketches can be merged without further loss.
///
///     … │ 0.98 │ 1 │ 1.02 │ 1.04 │ …      bucket i has the numbers in (γⁱ⁻¹, γⁱ], γ = 1.01 / 0.99
struct QuantileSketch: Sendable {
    private static let exactLimit = 1024
    /// The widest span of buckets: 17 decades. Beyond, the smallest magnitudes share a bucket.
    private static let bucketLimit = 2048
    private static let accuracy = 0.01
    private static let gamma = (1 + accuracy) / (1 - accuracy)

    /// Numbers of one sign, by their magnitude.
    private struct Buckets: Sendable {
        var counts: [Int: Int] = [:]

        mutating func add(_ magnitude: Double, gammaLog: Double) {
            add(Int((log(magnitude) / gammaLog).rounded(.up)), 1)
        }

        mutating func add(_ index: Int, _ count: Int) {
            counts[index, default: 0] += count
            guard counts.count > QuantileSketch.bucketLimit else { return }
            let lowest = counts.keys.sorted().prefix(2)
            if let first = lowest.first, let second = lowest.last, let moved = counts.removeValue(forKey: first) {
                counts[second, default: 0] += moved
            }
        }

        mutating func merge(_ other: Buckets) { for (index, count) in other.counts { add(index, count) } }
    }

    private(set) var count = 0
    /// All numbers, as long as they are few.
    private var exact: [Double] = []
    private var isExact = true
    private var zeros = 0
    private var positive = Buckets()
    private var negative = Buckets()
    private static let gammaLog = log(gamma)

    /// Takes a finite number.
    mutating func add(_ number: Double) {
        count += 1
        guard isExact else { return bucket(number) }
        exact.append(number)
        if exact.count > Self.exactLimit { leaveExactness() }
    }

    mutating func merge(_ other: QuantileSketch) {
        count += other.count
        if isExact, other.isExact {
            exact += other.exact
            if exact.count > Self.exactLimit { leaveExactness() }
            return
        }
        leaveExactness()
        for number in other.exact { bucket(number) }
        zeros += other.zeros
        positive.merge(other.positive)
        negative.merge(other.negative)
    }

    /// The number that `percent` (above 0, at most 100) of all are not above: of n sorted numbers that with the rank
    /// ⌈percent / 100 · n⌉ ("nearest rank"). Nil if there is none.
    func percentile(_ percent: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = min(count, max(1, Int((percent / 100 * Double(count)).rounded(.up))))
        if isExact { return exact.sorted()[rank - 1] }
        var left = rank
        for index in negative.counts.keys.sorted(by: >) {
            left -= negative.counts[index] ?? 0
            if left <= 0 { return -Self.value(of: index) }
        }
        left -= zeros
        if left <= 0 { return 0 }
        var value = 0.0
        for index in positive.counts.keys.sorted() {
            left -= positive.counts[index] ?? 0
            value = Self.value(of: index)
            if left <= 0 { break }
        }
        return value
    }

    /// The middle of a bucket, in the sense of the relative error.
    private static func value(of index: Int) -> Double { 2 * exp(Double(index) * gammaLog) / (gamma + 1) }

    private mutating func leaveExactness() {
        guard isExact else { return }
        isExact = false
        for number in exact { bucket(number) }
        exact = []
    }

    private mutating func bucket(_ number: Double) {
        if number == 0 {
            zeros += 1
        } else if number > 0 {
            positive.add(number, gammaLog: Self.gammaLog)
        } else {
            negative.add(-number, gammaLog: Self.gammaLog)
        }
    }
}
