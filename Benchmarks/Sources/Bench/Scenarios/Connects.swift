/// (d) Subscribing.
struct Connects: Scenario {
    let letter = "d"
    let title = "Connects"
    let explanation = """
        Ten thousand subscribers come to a server that has just started, as they do after a restart, and get their answer's \
        head. Connects per second of the CPU time that the server takes until the last has it.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let plan = LoadPlan(subscribers: 10_000, publishers: 0)
        return [
            workshop.contest(
                "d/10000", "10,000 connects", metrics: [.connectsPerCPUSecond],
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
