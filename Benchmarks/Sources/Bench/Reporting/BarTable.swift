/// The bars, as they were set before anything was measured.
enum BarTable {
    static let all: [Bar] = fanOut + latency + rest

    /// (a) CPU per delivery, and that it is not bought with delay.
    private static let fanOut: [Bar] = {
        func cell(_ id: String, nchan: Double, raw: Double) -> [Bar] {
            [
                ratio("a/\(id)", .deliveriesPerCPUSecond, to: "nchan", .atLeast(nchan)),
                ratio("a/\(id)", .deliveriesPerCPUSecond, to: "raw-batch", .atLeast(raw)),
                ratio("a/\(id)", .latencyP50, to: "raw-batch", .atMost(1.25)),
            ]
        }
        return cell("16x1000x100", nchan: 12, raw: 0.9) + cell("16x1000x1024", nchan: 9, raw: 0.9)
            + cell("16x10000x100", nchan: 12, raw: 0.9) + cell("16x10000x1024", nchan: 9, raw: 0.9)
            + cell("128x1000x100", nchan: 40, raw: 0.8) + cell("128x1000x1024", nchan: 25, raw: 0.8)
    }()

    /// (b)
    private static let latency: [Bar] = ["100", "1024"].flatMap { size in
        [
            ratio("b/1000x\(size)", .latencyP50, to: "nchan", .atMost(0.8)),
            ratio("b/1000x\(size)", .latencyP99, to: "nchan", .atMost(0.9)),
            ratio("b/1000x\(size)", .cpuPerDelivery, to: "nchan", .atMost(0.7)),
            ratio("b/1000x\(size)", .latencyP50, to: "raw", .atMost(1.15)),
            ratio("b/1000x\(size)", .latencyP99, to: "raw", .atMost(1.15)),
            ratio("b/1000x\(size)", .cpuPerDelivery, to: "raw", .atMost(1.15)),
        ]
    }

    private static let rest: [Bar] =
        [
            alone("c/10000", .userMemoryPerSubscriber, .atMost(512)),
            ratio("d/10000", .connectsPerCPUSecond, to: "nchan", .atLeast(1.6)),
            ratio("d/10000", .connectsPerCPUSecond, to: "raw", .atLeast(0.8)),
        ] + posts + stalled
        + [
            alone("g/emit", .eventsPerCPUSecond, .atLeast(1.2e6), variant: "one at a time"),
            alone("g/emit", .eventsPerCPUSecond, .atLeast(1.2e6), variant: "arrays of 100"),
            alone("g/file_tail", .linesPerCPUSecond, .atLeast(1e6), variant: "text lines, 100 B"),
            alone("g/file_tail", .linesPerCPUSecond, .atLeast(0.8e6), variant: "JSON lines, 200 B"),
        ]
        + ["100", "1024"].map {
            ratio("h/\($0)", .cpuPerDelivery, to: Loops.names.one, .atMost(1.15), variant: Loops.names.two)
        }

    /// (e) The cells against nchan have four channels, those against raw one.
    private static let posts: [Bar] = [0, 1].flatMap { subscribers in
        ["100", "1024"].flatMap { size in
            [
                ratio("e/\(subscribers)x4x\(size)", .postsPerCPUSecond, to: "nchan", .atLeast(1.2)),
                ratio("e/\(subscribers)x1x\(size)", .postsPerCPUSecond, to: "raw", .atLeast(0.8)),
            ]
        }
    }

    /// (f) The frame that each of the ten holds half sent, and 2 MB.
    private static let stalled: [Bar] = [100, 1024].flatMap { size in
        [
            Bar(
                cell: "f/\(size)", metric: .residentMemory, variant: Stalled.names.stalled,
                comparison: .difference(from: Stalled.names.plain), limit: .atMost(Double(10 * size + 2_000_000))),
            ratio("f/\(size)", .latencyP99, to: Stalled.names.plain, .atMost(1.25), variant: Stalled.names.stalled),
        ]
    }

    private static func ratio(
        _ cell: String, _ metric: Metric, to other: String, _ limit: Bar.Limit, variant: String = "aggregator"
    ) -> Bar {
        Bar(cell: cell, metric: metric, variant: variant, comparison: .ratio(to: other), limit: limit)
    }

    private static func alone(
        _ cell: String, _ metric: Metric, _ limit: Bar.Limit, variant: String = "aggregator"
    ) -> Bar {
        Bar(cell: cell, metric: metric, variant: variant, comparison: .alone, limit: limit)
    }
}
