import Synchronization
import Testing

@testable import Bench

@Suite("Pairing")
struct PairingTests {
    @Test("goes through the variants forwards and backwards in turn, so that each pair alternates AB BA")
    func alternates() {
        let order = Mutex<[String]>([])
        let variants = ["A", "B", "C"].map { name in
            Variant(name: name) {
                order.withLock { $0.append(name) }
                return [.latencyP50: 1]
            }
        }
        _ = Pairing(rounds: 3).run(.make(variants))
        #expect(order.withLock { $0 }.joined() == "ABCCBAABC")
    }

    @Test("repeats a void run so often and no more, and says why it was void")
    func repeatsVoidRuns() {
        let runs = Mutex(0)
        let hopeless = Variant(name: "hopeless") { throw VoidRun("events are missing") }
        let recovers = Variant(name: "recovers") {
            if runs.withLock({
                $0 += 1; return $0
            }) == 1 {
                throw VoidRun("lost two")
            }
            return [.latencyP50: 7]
        }
        let result = Pairing(rounds: 1, repeats: 2).run(.make([hopeless, recovers]))
        #expect(result.outcome("hopeless")?.rounds == [nil])
        #expect(result.outcome("hopeless")?.voids == Array(repeating: "events are missing", count: 3))
        #expect(result.outcome("recovers")?.rounds == [[.latencyP50: 7]])
        #expect(result.outcome("recovers")?.voids == ["lost two"])
    }

    @Test("compares only what was measured in the same round")
    func pairsByRound() {
        let result = CellResult.make(["A": [2, nil, 6, 8], "B": [1, 5, 2, nil]])
        #expect(result.ratios(.latencyP50, of: "A", to: "B") == [2, 3])
        #expect(result.differences(.latencyP50, of: "A", to: "B") == [1, 4])
    }

    @Test("lets who is there for the picture run in the first rounds only")
    func fewRounds() {
        let result = Pairing(rounds: 4).run(
            .make([Variant(name: "A") { [.latencyP50: 1] }, Variant(name: "B", rounds: 2) { [.latencyP50: 2] }]))
        #expect(result.outcome("A")?.rounds.count == 4)
        #expect(result.outcome("B")?.rounds.count == 2)
        #expect(result.ratios(.latencyP50, of: "A", to: "B") == [0.5, 0.5])
    }
}

extension Cell {
    static func make(_ variants: [Variant]) -> Cell {
        Cell(id: "x/cell", title: "a cell", metrics: [.latencyP50], variants: variants)
    }
}

extension CellResult {
    /// Values of the median latency by the names of the variants; those named `control` and `control, again` are a control.
    static func make(id: String = "x/cell", _ values: KeyValuePairs<String, [Double?]>) -> CellResult {
        CellResult(
            id: id, title: "a cell", metrics: [.latencyP50],
            variants: values.map { name, rounds in
                Outcome(name: name, rounds: rounds.map { value in value.map { [.latencyP50: $0] } })
            },
            control: values.contains { $0.key == "control" }
                ? CellControl(first: "control", second: "control, again") : nil,
            compares: true)
    }
}
