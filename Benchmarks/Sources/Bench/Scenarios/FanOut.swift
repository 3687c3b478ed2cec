/// (a) As many events as go through, to everybody.
struct FanOut: Scenario {
    let letter = "a"
    let title = "Saturated fan-out"
    let explanation = """
        Publishers post as fast as the window lets them: so many events may be under way that have not reached every \
        subscriber. Deliveries are counted at the subscribers, and divided by the CPU time of the server.
        """

    private struct Shape {
        var publishers: Int
        var window: Int
        var subscribers: Int
    }

    private static let full = [
        Shape(publishers: 16, window: 64, subscribers: 100), Shape(publishers: 16, window: 64, subscribers: 1000),
        Shape(publishers: 16, window: 16, subscribers: 10_000),
        Shape(publishers: 128, window: 512, subscribers: 100), Shape(publishers: 128, window: 512, subscribers: 1000),
    ]
    private static let quick = [
        Shape(publishers: 16, window: 64, subscribers: 1000), Shape(publishers: 128, window: 512, subscribers: 1000),
    ]

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let sizes = workshop.isQuick ? [100] : [100, 1024]
        return (workshop.isQuick ? Self.quick : Self.full).flatMap { shape in
            sizes.map { cell(workshop, against, shape, size: $0) }
        }
    }

    private func cell(_ workshop: Workshop, _ against: [any Contestant], _ shape: Shape, size: Int) -> Cell {
        // With 512 events under way the slow ones take many seconds a run, and show nothing new. Not even nchan then
        // fits into the quick selection more than once.
        let isLong = shape.window >= 512
        let plan = LoadPlan(
            subscribers: shape.subscribers, size: size, publishers: shape.publishers, window: shape.window,
            duration: workshop.isQuick ? 0.5 : 1, warmup: max(16, shape.window / 4))
        let rivals = !isLong ? against : against.filter { ["nchan", "raw-batch"].contains($0.name) }
        return workshop.contest(
            "a/\(shape.publishers)x\(shape.subscribers)x\(size)",
            "\(shape.publishers) publishers, \(grouped(shape.subscribers)) subscribers, \(sizeName(size))",
            metrics: [.deliveriesPerCPUSecond, .latencyP50, .deliveriesPerSecond, .loadCore], against: rivals,
            bars: isLong && workshop.isQuick ? ["raw-batch"] : ["nchan", "raw-batch"], control: "raw-batch"
        ) { contestant in
            let report = try workshop.run(contestant, plan)
            return try report.fanOutSample()
        }
    }
}

extension LoadReport {
    /// The same where latencies are measured at a given rate: there they must be the server's, not the generator's.
    func latencySample() throws -> Sample {
        guard ownCoreFraction < 0.9 else { throw VoidRun("the load generator was the bottleneck") }
        return try fanOutSample()
    }

    /// What is of interest where events are fanned out.
    func fanOutSample() throws -> Sample {
        guard serverCpuS > 0, deliveries > 0, elapsedS > 0 else { throw VoidRun("nothing was delivered") }
        return [
            .deliveriesPerCPUSecond: deliveries / serverCpuS, .cpuPerDelivery: serverCpuS / deliveries * 1e6,
            .deliveriesPerSecond: deliveries / elapsedS, .latencyP50: latencyUs.p50, .latencyP99: latencyUs.p99,
            .loadCore: ownCoreFraction,
        ]
    }
}
