/// Raw against itself: how far apart two can be that are the same. Part of every benchmark.
struct Control: Scenario {
    let letter = "control"
    let title = "Control: raw-batch against itself"
    let explanation = """
        The same program twice, in alternating rounds like all others. Where the median of the ratios is off by more than \
        10 %, nothing that was measured counts. Scenarios in which raw takes part have such a control of their own beside.
        """

    static let id = "control/16x1000x100"

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let plan = LoadPlan(
            subscribers: 1000, publishers: 16, window: 64, duration: workshop.isQuick ? 0.5 : 1)
        let measure: @Sendable () throws -> Sample = { try workshop.run(Contestants.rawBatch, plan).fanOutSample() }
        return [
            Cell(
                id: Self.id, title: "16 publishers, 1,000 subscribers, 100 B",
                metrics: [.deliveriesPerCPUSecond, .latencyP50],
                variants: [
                    Variant(name: "raw-batch", measure: measure), Variant(name: "raw-batch, again", measure: measure),
                ], control: CellControl(first: "raw-batch", second: "raw-batch, again"))
        ]
    }
}
