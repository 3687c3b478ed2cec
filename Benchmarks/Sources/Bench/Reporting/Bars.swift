/// What aggregator is to reach.
struct Bar: Sendable {
    enum Comparison: Sendable {
        /// The value itself.
        case alone
        /// The value over that of another variant, in the same round.
        case ratio(to: String)
        /// The value less that of another variant, in the same round.
        case difference(from: String)
    }
    enum Limit: Sendable {
        case atLeast(Double)
        case atMost(Double)
    }

    var cell: String
    var metric: Metric
    var variant = "aggregator"
    var comparison: Comparison
    var limit: Limit

    /// So many pairs are needed before a bar can be met or missed.
    static let pairsNeeded = 9
    /// So far may raw be from itself.
    static let controlTolerance = 0.1
}

/// What came of a bar.
struct Verdict: Codable, Sendable {
    enum Outcome: String, Codable, Sendable { case met, missed, void }

    var scenario: String
    /// The cell, the metric and who is compared, in words.
    var what: String
    /// `≥ 12×`.
    var limit: String
    /// Of the pairs; nil if there are none.
    var value: Summary?
    var outcome: Outcome
    /// Why it is void.
    var reason: String?
    /// As it is written: `12.4× (12.1 – 12.9)`.
    var text: String

    /// - Parameter control: the cell of the control that every benchmark has; where the bar's own cell has one, that counts.
    init(_ bar: Bar, cell: CellResult, control: CellResult?) {
        scenario = String(bar.cell.prefix { $0 != "/" })
        let name = cell.variants.count > 1 && bar.variant != "aggregator" ? "\(bar.variant), " : ""
        let values: [Double]
        switch bar.comparison {
        case .alone:
            values = cell.outcome(bar.variant)?.rounds.compactMap { $0?[bar.metric] } ?? []
            what = "\(cell.title), \(name)\(bar.metric.title)"
            text = CellTables.text(Summary(values), bar.metric.unit)
            limit = bar.limit.text(bar.metric.unit.text)
        case .ratio(let other):
            values = cell.ratios(bar.metric, of: bar.variant, to: other)
            what = "\(cell.title), \(name)\(bar.metric.title) against \(other)"
            text = CellTables.ratio(Summary(values))
            limit = bar.limit.text { Notation.digits($0) + "×" }
        case .difference(let other):
            values = cell.differences(bar.metric, of: bar.variant, to: other)
            what = "\(cell.title), \(name)\(bar.metric.title) above \(other)"
            text = CellTables.text(Summary(values), bar.metric.unit)
            limit = bar.limit.text(bar.metric.unit.text)
        }
        value = Summary(values)
        outcome = .void
        reason = Self.obstacle(value, bar, cell, control)
        if let value, reason == nil { outcome = bar.limit.isMet(by: value.median) ? .met : .missed }
    }

    private static func obstacle(_ value: Summary?, _ bar: Bar, _ cell: CellResult, _ control: CellResult?) -> String? {
        guard let value else { return "not measured" }
        var reasons: [String] = []
        if value.count < Bar.pairsNeeded {
            let side = bar.limit.isMet(by: value.median) ? "met" : "missed"
            reasons.append("\(side) so far, with \(value.count) of \(Bar.pairsNeeded) runs")
        }
        let own = cell.controlError(bar.metric)
        if let error = own ?? control?.controlError(.deliveriesPerCPUSecond), abs(error) > Bar.controlTolerance {
            reasons.append("control off by \((abs(error) * 100).text(places: 0)) %")
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }
}

extension Bar.Limit {
    func isMet(by value: Double) -> Bool {
        switch self {
        case .atLeast(let limit): value >= limit
        case .atMost(let limit): value <= limit
        }
    }

    func text(_ format: (Double) -> String) -> String {
        switch self {
        case .atLeast(let limit): "≥ \(format(limit))"
        case .atMost(let limit): "≤ \(format(limit))"
        }
    }
}
