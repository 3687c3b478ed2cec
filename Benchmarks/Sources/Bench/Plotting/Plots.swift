/// The pictures for the README and docs/performance.md; those for which something was measured.
enum Plots {
    /// File names without their ending, and what is in them.
    static func all(_ cells: [CellResult]) -> [(name: String, title: String, document: String)] {
        let bars = [
            bar(
                cells, "fan-out", "a/16x1000x100", .deliveriesPerCPUSecond,
                "Saturated fan-out, 1,000 subscribers, 100 B"),
            bar(cells, "latency-p50", "b/1000x100", .latencyP50, "Median latency, 20 events/s to 1,000 subscribers"),
            bar(cells, "latency-p99", "b/1000x100", .latencyP99, "99th percentile of the latency"),
            bar(cells, "memory", "c/10000", .userMemoryPerSubscriber, "Memory of an idle subscriber"),
            bar(cells, "connects", "d/10000", .connectsPerCPUSecond, "Connects"),
        ]
        let lines = [
            line(
                cells, "subscribers", .deliveriesPerCPUSecond, "Fan-out by the number of subscribers", "subscribers",
                [100, 1000, 10_000].map { (Double($0), "a/16x\($0)x100") }),
            line(
                cells, "publishers", .deliveriesPerCPUSecond, "Fan-out by the number of publishers", "publishers",
                [1, 4, 16, 64].map { (Double($0), "growth/\($0)x100") }),
            line(
                cells, "size", .deliveriesPerCPUSecond, "Fan-out by the size of the events", "size", xUnit: .bytes,
                [100, 1024, 8192, 65_536].map { (Double($0), "growth/16x\($0)") }),
            subjects(cells),
        ]
        return (bars + lines).compactMap { $0 }
    }

    private typealias Plot = (name: String, title: String, document: String)

    private static func bar(
        _ cells: [CellResult], _ name: String, _ id: String, _ metric: Metric, _ title: String
    ) -> Plot? {
        guard let cell = cells.first(where: { $0.id == id }) else { return nil }
        let bars = cell.variants.filter { $0.name != cell.control?.second }.compactMap { outcome in
            cell.summary(metric, of: outcome.name).map { BarChart.Bar(name: outcome.name, value: $0) }
        }
        guard !bars.isEmpty else { return nil }
        let better = metric.isBetterWhenHigher ? "more is better" : "less is better"
        let chart = BarChart(title: title, unit: metric.unit, axis: "\(metric.title) (\(better))", bars: bars)
        return (name, title, chart.document)
    }

    private static func line(
        _ cells: [CellResult], _ name: String, _ metric: Metric, _ title: String, _ xAxis: String,
        xUnit: Notation = .count, _ places: [(x: Double, id: String)]
    ) -> Plot? {
        let found = places.compactMap { place in
            cells.first { $0.id == place.id }.map { (x: place.x, cell: $0) }
        }
        guard found.count > 1, let names = found.first?.cell.variants.map(\.name) else { return nil }
        let lines = names.filter { $0 != found.first?.cell.control?.second }.map { name in
            LineChart.Line(
                name: name,
                points: found.compactMap { place in
                    place.cell.summary(metric, of: name).map { (place.x, $0.median) }
                })
        }
        let chart = LineChart(
            title: title, xAxis: xAxis, yAxis: metric.title, xUnit: xUnit, yUnit: metric.unit, lines: lines)
        return (name, title, chart.document)
    }

    /// There the variants are the points.
    private static func subjects(_ cells: [CellResult]) -> Plot? {
        guard let cell = cells.first(where: { $0.id == "i/subjects" }) else { return nil }
        let points = cell.variants.compactMap { outcome -> (x: Double, y: Double)? in
            guard let count = Double(outcome.name.prefix { $0 != " " }.filter { $0 != "," }) else { return nil }
            return cell.summary(.instructionsPerDelivery, of: outcome.name).map { (count, $0.median) }
        }
        guard points.count > 1 else { return nil }
        let title = "A delivery to one of many subjects"
        let chart = LineChart(
            title: title, xAxis: "subjects", yAxis: Metric.instructionsPerDelivery.title, yUnit: .count,
            lines: [.init(name: "aggregator", points: points)])
        return ("subjects", title, chart.document)
    }
}
