import Foundation

/// Values to pixels along one axis.
struct Scale {
    enum Kind { case linear, logarithmic }

    let kind: Kind
    let pixels: ClosedRange<Double>
    /// The ends of the axis: round numbers around the values.
    let low: Double
    let high: Double
    /// Where the marks are.
    let ticks: [Double]

    /// - Parameters:
    ///   - values: a logarithmic axis shows those above 0 only.
    ///   - pixels: of the lowest and of the highest value, unless `isFlipped`, as y axes are.
    init(_ kind: Kind, _ values: [Double], pixels: ClosedRange<Double>, isFlipped: Bool = false) {
        self.kind = kind
        self.pixels = pixels
        self.isFlipped = isFlipped
        switch kind {
        case .linear:
            let most = max(values.max() ?? 1, .leastNormalMagnitude)
            let step = Self.roundStep(most / 4)
            let count = max(1, (most / step).rounded(.up))
            low = 0
            high = step * count
            ticks = (0...Int(count)).map { Double($0) * step }
        case .logarithmic:
            let positive = values.filter { $0 > 0 }
            let first = (log10(positive.min() ?? 1)).rounded(.down)
            let last = max(first + 1, (log10(positive.max() ?? 10) - 1e-9).rounded(.up))
            low = pow(10, first)
            high = pow(10, last)
            ticks = (Int(first)...Int(last)).map { pow(10, Double($0)) }
        }
    }

    private let isFlipped: Bool

    func place(_ value: Double) -> Double {
        let share: Double
        switch kind {
        case .linear: share = (value - low) / (high - low)
        case .logarithmic: share = (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low))
        }
        let length = pixels.upperBound - pixels.lowerBound
        return isFlipped ? pixels.upperBound - share * length : pixels.lowerBound + share * length
    }

    /// The next of 1, 2, 5, 10, 20, …
    private static func roundStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * 0.999 } ?? step
    }
}
