/// How fan-out grows with its work. The number of subscribers is varied in (a), that of subjects in (i).
struct Growth: Scenario {
    let letter = "growth"
    let title = "How fan-out grows with its work"
    let explanation = """
        Saturated fan-out to 1,000 subscribers, the window four events for each publisher: with more publishers, with larger \
        events. With one publisher the order of all events is verified, with more that of each publisher.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        guard !workshop.isQuick else { return [] }
        let rivals = against.filter { $0.name == "raw-batch" || $0.name == "nchan" }
        let byPublishers = [1, 4, 16, 64].map { cell(workshop, rivals, publishers: $0, size: 100) }
        let bySize = [1024, 8192, 65_536].map { cell(workshop, rivals, publishers: 16, size: $0) }
        return byPublishers + bySize
    }

    private func cell(_ workshop: Workshop, _ against: [any Contestant], publishers: Int, size: Int) -> Cell {
        let plan = LoadPlan(subscribers: 1000, size: size, publishers: publishers, window: publishers * 4)
        var cell = workshop.contest(
            "growth/\(publishers)x\(size)", "\(publishers) publishers, \(sizeName(size))",
            metrics: [.deliveriesPerCPUSecond, .latencyP50], against: against, bars: [], control: nil
        ) { try workshop.run($0, plan).fanOutSample() }
        for index in cell.variants.indices { cell.variants[index].rounds = workshop.roundsForThePicture }
        return cell
    }
}
