/// The tables of a scenario's cells.
enum CellTables {
    /// One row for each cell and contestant; the last column says what aggregator is to each of the others.
    static func table(_ cells: [CellResult]) -> Table {
        let metrics = cells.first?.metrics ?? []
        var table = Table(
            ["", "contestant"] + metrics.map(\.title) + ["aggregator is", "runs"],
            rightAligned: Set(2..<(metrics.count + 4)))
        for cell in cells {
            for (index, outcome) in cell.variants.enumerated() {
                let values = metrics.map { text(cell.summary($0, of: outcome.name), $0.unit) }
                let runs = outcome.rounds.count { $0 != nil }
                table.add(
                    [index == 0 ? cell.title : "", outcome.name] + values + [comparison(cell, outcome.name)]
                        + [outcome.voids.isEmpty ? "\(runs)" : "\(runs), \(outcome.voids.count) void"])
            }
        }
        return table
    }

    /// `1.92 M (1.90 M – 1.95 M)`: the median and the quartiles.
    static func text(_ summary: Summary?, _ unit: Unit) -> String {
        guard let summary else { return "–" }
        guard summary.count > 1 else { return unit.text(summary.median) }
        return "\(unit.text(summary.median)) (\(unit.text(summary.low)) – \(unit.text(summary.high)))"
    }

    /// `12.1× (11.8 – 12.5)`.
    static func ratio(_ summary: Summary?) -> String {
        guard let summary else { return "–" }
        let median = "\(Unit.digits(summary.median))×"
        guard summary.count > 1 else { return median }
        return "\(median) (\(Unit.digits(summary.low)) – \(Unit.digits(summary.high)))"
    }

    private static func comparison(_ cell: CellResult, _ name: String) -> String {
        guard let first = cell.variants.first?.name, name != first, let metric = cell.metrics.first else { return "" }
        return ratio(Summary(cell.ratios(metric, of: first, to: name)))
    }
}
