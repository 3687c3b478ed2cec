/// (c) What a subscriber costs that gets nothing.
struct IdleMemory: Scenario {
    let letter = "c"
    let title = "Memory of an idle subscriber"
    let explanation = """
        The server's private memory with 10,000 subscribers, less that before the first of them, divided by 10,000. What the \
        kernel needs for a socket, about 4.5 KB, is the same for all and not in it.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        (workshop.isQuick ? [10_000] : [1000, 10_000]).map { count in
            let plan = LoadPlan(subscribers: count, publishers: 0, settle: 0.5)
            return workshop.contest(
                "c/\(count)", "\(grouped(count)) subscribers", metrics: [.userMemoryPerSubscriber],
                against: workshop.isQuick ? against.filter { $0.name == "nchan" } : against.bare, bars: [], control: nil
            ) { contestant in
                let report = try workshop.run(contestant, plan)
                let memory = report.ussKb
                return [.userMemoryPerSubscriber: (memory.ready - memory.before) * 1024 / Double(count)]
            }
        }
    }
}
