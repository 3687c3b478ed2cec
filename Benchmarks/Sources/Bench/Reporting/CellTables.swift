/// The tables of a scenario's cells.
enum CellTables {
    /// One row for each cell and contestant. The first metric has its quartiles; the last columns say what the first
    /// contestant is to this one, by that metric, and how many runs count.
    static func table(_ cells: [CellResult]) -> Table {
        let metrics = cells.first?.metrics ?? []
        let first = cells.first?.variants.first?.name ?? ""
        let compares = cells.contains { $0.compares }
        var table = Table(
            ["", ""] + metrics.map(\.title) + (compares ? ["\(first) is"] : []) + ["runs"],
            rightAligned: Set(2..<(metrics.count + 4)))
        for cell in cells {
            for (index, outcome) in cell.variants.enumerated() {
                let values = metrics.enumerated().map { place, metric in
                    let summary = cell.summary(metric, of: outcome.name)
                    return place == 0 ? text(summary, metric.unit) : summary.map { metric.unit.text($0.median) } ?? "–"
                }
                let runs = outcome.rounds.count { $0 != nil }
                table.add(
                    [index == 0 ? cell.title : "", outcome.name] + values
                        + (compares ? [comparison(cell, outcome.name)] : [])
                        + [outcome.voids.isEmpty ? "\(runs)" : "\(runs), \(outcome.voids.count) void"])
            }
        }
        return table
    }

    /// The bars, with what came of them.
    static func table(_ verdicts: [Verdict]) -> Table {
        var table = Table(["", "bar", "limit", "measured", "verdict"], rightAligned: [2, 3])
        for verdict in verdicts {
            let words = verdict.reason.map { "\(verdict.outcome.rawValue): \($0)" } ?? verdict.outcome.rawValue
            table.add(["(\(verdict.scenario))", verdict.what, verdict.limit, verdict.text, words])
        }
        return table
    }

    /// `1.92 M (1.90 M – 1.95 M)`: the median and the quartiles.
    static func text(_ summary: Summary?, _ unit: Notation) -> String {
        guard let summary else { return "–" }
        guard summary.count > 1 else { return unit.text(summary.median) }
        return "\(unit.text(summary.median)) (\(unit.text(summary.low)) – \(unit.text(summary.high)))"
    }

    /// `12.1× (11.8 – 12.5)`.
    static func ratio(_ summary: Summary?) -> String {
        guard let summary else { return "–" }
        let median = "\(Notation.digits(summary.median))×"
        guard summary.count > 1 else { return median }
        return "\(median) (\(Notation.digits(summary.low)) – \(Notation.digits(summary.high)))"
    }

    private static func comparison(_ cell: CellResult, _ name: String) -> String {
        guard let first = cell.variants.first?.name, name != first, let metric = cell.metrics.first else { return "" }
        return ratio(Summary(cell.ratios(metric, of: first, to: name)))
    }
}
