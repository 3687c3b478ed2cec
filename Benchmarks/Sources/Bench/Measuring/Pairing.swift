/// Runs the variants of a cell in rounds: A B C, C B A, A B C, … What changes slowly on the machine then meets all alike,
/// and each round gives one ratio for each pair.
struct Pairing: Sendable {
    var rounds: Int
    /// How often a void run is tried again.
    var repeats = 2

    /// Who runs when.
    static func order(round: Int, of count: Int) -> [Int] {
        round.isMultiple(of: 2) ? Array(0..<count) : (0..<count).reversed()
    }

    func run(_ cell: Cell, progress: (_ round: Int, _ variant: String) -> Void = { _, _ in }) -> CellResult {
        var outcomes = cell.variants.map { CellResult.Outcome(name: $0.name, rounds: []) }
        for round in 0..<rounds {
            for index in Self.order(round: round, of: cell.variants.count) {
                let variant = cell.variants[index]
                guard round < variant.rounds else { continue }
                progress(round, variant.name)
                outcomes[index].rounds.append(attempt(variant, &outcomes[index].voids))
            }
        }
        return CellResult(
            id: cell.id, title: cell.title, metrics: cell.metrics, variants: outcomes, control: cell.control,
            compares: cell.compares)
    }

    private func attempt(_ variant: Variant, _ voids: inout [String]) -> Sample? {
        for _ in 0...repeats {
            do { return try variant.measure() } catch { voids.append("\(error)") }
        }
        return nil
    }
}
