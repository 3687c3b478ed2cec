/// (b) Few events, and how soon they are there.
struct Latency: Scenario {
    let letter = "b"
    let title = "Latency and CPU at 20 events a second"
    let explanation = """
        1,000 subscribers, 20 events a second. The latency of a delivery goes from the moment at which the event was posted \
        to that at which this subscriber had it; the last of the thousand waits for the 999 writes before his.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        (workshop.isQuick ? [100] : [100, 1024]).map { size in
            let plan = LoadPlan(
                subscribers: 1000, size: size, rate: 20, duration: workshop.isQuick ? 2 : 3, warmup: 10)
            return workshop.contest(
                "b/1000x\(size)", "1,000 subscribers, \(sizeName(size))",
                metrics: [.cpuPerDelivery, .latencyP50, .latencyP99], against: against.bare,
                bars: ["nchan", "raw"], control: "raw"
            ) { try workshop.run($0, plan).latencySample() }
        }
    }
}
