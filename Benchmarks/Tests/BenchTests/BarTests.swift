import Testing

@testable import Bench

@Suite("A bar")
struct BarTests {
    private let bar = Bar(
        cell: "x/cell", metric: .latencyP50, variant: "A", comparison: .ratio(to: "B"), limit: .atLeast(2))

    @Test("is met when the median of nine paired ratios meets it, and missed when it does not")
    func median() {
        let fours = CellResult.make(["A": [9, 9, 9, 9, 2, 1, 1, 1, 1], "B": Array(repeating: 1, count: 9)])
        #expect(Verdict(bar, cell: fours, control: nil).outcome == .met)
        let ones = CellResult.make(["A": [9, 9, 9, 9, 1.9, 1, 1, 1, 1], "B": Array(repeating: 1, count: 9)])
        #expect(Verdict(bar, cell: ones, control: nil).outcome == .missed)
    }

    @Test("is void with fewer than nine pairs, and says so")
    func tooFew() {
        let cell = CellResult.make(["A": Array(repeating: 3, count: 9), "B": [1, 1, 1, 1, 1, 1, 1, 1, nil]])
        let verdict = Verdict(bar, cell: cell, control: nil)
        #expect(verdict.outcome == .void)
        #expect(verdict.reason == "met so far, with 8 of 9 runs")
    }

    @Test("is void when the cell's own control is off by more than a tenth, whatever the other control says")
    func ownControl() {
        let nine = { (value: Double) in [Double?](repeating: value, count: 9) }
        let off = CellResult.make(["A": nine(3), "B": nine(1), "control": nine(1.12), "control, again": nine(1)])
        #expect(Verdict(bar, cell: off, control: nil).outcome == .void)
        let fine = CellResult.make(["A": nine(3), "B": nine(1), "control": nine(1.08), "control, again": nine(1)])
        #expect(Verdict(bar, cell: fine, control: .control(ratio: 2)).outcome == .met)
    }

    @Test("of a cell without one depends on the control of the whole run")
    func commonControl() {
        let nine = { (value: Double) in [Double?](repeating: value, count: 9) }
        let cell = CellResult.make(["A": nine(3), "B": nine(1)])
        #expect(Verdict(bar, cell: cell, control: .control(ratio: 0.88)).outcome == .void)
        #expect(Verdict(bar, cell: cell, control: .control(ratio: 0.95)).outcome == .met)
    }

    @Test("may be about a value alone, or about a difference")
    func otherComparisons() {
        let nine = { (value: Double) in [Double?](repeating: value, count: 9) }
        let cell = CellResult.make(["A": nine(512), "B": nine(500)])
        var alone = bar
        alone.comparison = .alone
        alone.limit = .atMost(512)
        #expect(Verdict(alone, cell: cell, control: nil).outcome == .met)
        var above = bar
        above.comparison = .difference(from: "B")
        above.limit = .atMost(11)
        #expect(Verdict(above, cell: cell, control: nil).outcome == .missed)
    }

    @Test("of the table is about a cell that the full benchmark measures, and variants that are in it")
    func tableMatchesTheCells() throws {
        let workshop = Workshop.make(isQuick: false)
        let rivals = Contestants.all.filter { $0.name != "aggregator" }
        let cells = Scenarios.all.flatMap { $0.cells(workshop, against: rivals) }
        for bar in BarTable.all {
            let cell = try #require(cells.first { $0.id == bar.cell }, "\(bar.cell)")
            var names = [bar.variant]
            switch bar.comparison {
            case .alone: break
            case .ratio(let other), .difference(let other): names.append(other)
            }
            for name in names {
                let variant = cell.variants.first { $0.name == name }
                #expect(variant != nil, "\(name) in \(bar.cell)")
                #expect(variant?.rounds == .max, "\(name) in \(bar.cell) runs too seldom for a bar")
            }
        }
        #expect(Set(cells.map(\.id)).count == cells.count, "two cells have one name")
    }
}

extension CellResult {
    /// The control of a run: raw-batch against itself, nine times, with this ratio.
    fileprivate static func control(ratio: Double) -> CellResult {
        let names = ("raw-batch", "raw-batch, again")
        let rounds = { (value: Double) in [Sample?](repeating: [.deliveriesPerCPUSecond: value], count: 9) }
        return CellResult(
            id: Control.id, title: "control", metrics: [.deliveriesPerCPUSecond],
            variants: [Outcome(name: names.0, rounds: rounds(ratio)), Outcome(name: names.1, rounds: rounds(1))],
            control: CellControl(first: names.0, second: names.1), compares: true)
    }
}
