/// (d) Subscribing.
struct Connects: Scenario {
    let letter = "d"
    let title = "Connects"
    let explanation = """
        Thousands of subscribers connect, get their answer's head, and close again, several times over. Connects per second \
        of the CPU time that the server takes until the last has its head, the closing not included.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let plan = LoadPlan(
            subscribers: 5000, publishers: 0, connectRounds: workshop.isQuick ? 2 : 4)
        return [
            workshop.contest(
                "d/5000", "\(plan.connectRounds) × 5,000 connects", metrics: [.connectsPerCPUSecond],
                against: workshop.isQuick ? against.bare.quick : against.bare,
                bars: ["nchan", "raw"], control: "raw"
            ) { contestant in
                let report = try workshop.run(contestant, plan)
                guard report.connectServerCpuS > 0 else { throw VoidRun("no CPU time was counted") }
                return [.connectsPerCPUSecond: report.connects / report.connectServerCpuS]
            }
        ]
    }
}
