/// (h) One event loop against two.
struct Loops: Scenario {
    let letter = "h"
    let title = "One loop against two"
    let explanation = """
        What it costs that two loops share the subscribers. Where there are fewer than four cores, both runs have the one \
        core of the server, so that the load generator keeps its own; with four or more, each run has two cores, and the \
        deliveries per second say what the second loop brings.
        """

    static let names = (two: "2 loops", one: "1 loop")

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let cores = workshop.coresForLoops
        return (workshop.isQuick ? [100] : [100, 1024]).map { size in
            let plan = LoadPlan(
                subscribers: 1000, size: size, publishers: 16, window: 64, duration: workshop.isQuick ? 0.5 : 1)
            let variants = [(Self.names.two, 2), (Self.names.one, 1)].map { name, loops in
                Variant(name: name) {
                    try workshop.run(Contestants.aggregator, plan, cores: cores, loops: loops).fanOutSample()
                }
            }
            return Cell(
                id: "h/\(size)", title: "16 publishers, 1,000 subscribers, \(sizeName(size))",
                metrics: [.cpuPerDelivery, .deliveriesPerSecond, .latencyP50], variants: variants)
        }
    }
}

extension Workshop {
    /// For two loops: the server's core and one more that is neither that nor the load's, if there are four.
    fileprivate var coresForLoops: String {
        let count = Machine.cores
        guard count >= 4, let other = (0..<count).first(where: { $0 != serverCore && $0 != loadCore })
        else { return "\(serverCore)" }
        return "\(serverCore),\(other)"
    }
}
