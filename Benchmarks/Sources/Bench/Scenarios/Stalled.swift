/// (f) Readers that stop reading.
struct Stalled: Scenario {
    let letter = "f"
    let title = "10 of 200 readers stalled"
    let explanation = """
        The same load twice, once with all of 200 reading, once with 10 that stop; long enough that the history is full and \
        the stalled ones' socket buffers are as well. Their cost is the difference of the resident memory, and what the other \
        190 notice is that of the latencies.
        """

    static let names = (stalled: "10 stalled", plain: "none stalled")

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let sizes = workshop.isQuick ? [1024] : [100, 1024]
        return sizes.map { size in
            var plan = LoadPlan(
                subscribers: 200, size: size, publishers: 4, duration: workshop.isQuick ? 2 : size < 1024 ? 8 : 4,
                warmup: 100)
            // A few times what a socket buffer takes, and far below what the server can do.
            plan.rate = size < 1024 ? 750 : 1000
            let variants = [(Self.names.stalled, 10), (Self.names.plain, 0)].map { name, stalled in
                var plan = plan
                plan.stalled = stalled
                return Variant(name: name) { [plan] in
                    let report = try workshop.run(Contestants.aggregator, plan)
                    var sample = try report.latencySample()
                    sample[.residentMemory] = (report.rssKb.peak ?? report.rssKb.end) * 1024
                    return sample
                }
            }
            return Cell(
                id: "f/\(size)", title: "200 subscribers, \(Int(plan.rate ?? 0)) events/s, \(sizeName(size))",
                metrics: [.latencyP99, .residentMemory, .latencyP50, .cpuPerDelivery], variants: variants)
        }
    }
}
