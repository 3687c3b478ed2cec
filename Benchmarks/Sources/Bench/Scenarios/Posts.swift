/// (e) Publishing alone.
struct Posts: Scenario {
    let letter = "e"
    let title = "Posts"
    let explanation = """
        16 connections post events, each waiting for its answer, and nobody or one subscriber takes them. nchan loses events \
        above 32,768 a second on one channel, so against it the posts go to four channels in turn, with one subscriber on \
        each; the others, which have one channel, are compared on one. Aggregator validates each post as JSON; the others \
        look at none.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let sizes = workshop.isQuick ? [100] : [100, 1024]
        let nchan = against.filter { $0.name == "nchan" }
        let others = (workshop.isQuick ? against.bare.quick : against.bare).filter { $0.name != "nchan" }
        return [0, 1].flatMap { subscribers in
            sizes.flatMap { size in
                [
                    cell(workshop, nchan, subscribers: subscribers, channels: 4, size: size),
                    cell(workshop, others, subscribers: subscribers, channels: 1, size: size),
                ]
            }
        }
    }

    private func cell(
        _ workshop: Workshop, _ against: [any Contestant], subscribers: Int, channels: Int, size: Int
    ) -> Cell {
        let plan = LoadPlan(
            subscribers: subscribers * channels, size: size, publishers: 16, window: 64, channels: channels,
            duration: workshop.isQuick ? 0.5 : 1, warmup: 500)
        let who = subscribers == 0 ? "no subscriber" : "1 subscriber"
        let place = channels == 1 ? "on one channel" : "on each of \(channels) channels"
        return workshop.contest(
            "e/\(subscribers)x\(channels)x\(size)", "\(who) \(place), \(sizeName(size))",
            metrics: [.postsPerCPUSecond], against: against, bars: ["nchan", "raw"], control: "raw"
        ) { contestant in
            let report = try workshop.run(contestant, plan)
            guard report.serverCpuS > 0 else { throw VoidRun("no CPU time was counted") }
            return [.postsPerCPUSecond: report.published / report.serverCpuS, .loadCore: report.ownCoreFraction]
        }
    }
}
