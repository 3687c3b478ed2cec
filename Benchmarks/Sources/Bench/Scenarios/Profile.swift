import Foundation

/// Where the work goes: system calls, allocations and copies.
struct Profile: Scenario {
    let letter = "profile"
    let title = "System calls, allocations and copies"
    let explanation = """
        100 subscribers, 100 B. Each figure is the difference between a run with more events (or connections) and one with \
        fewer, so that what a server does once is not in it. System calls are counted by the kernel (perf stat), allocations \
        and copies of 64 bytes and more by a library that stands before malloc and memcpy. Of an event: posted, kept, and \
        delivered to all 100.
        """

    func obstacle(in workshop: Workshop) -> String? {
        guard let perf = Command.find("perf"), Command.firstLine(perf, "stat", "-e", Self.event, "true") != nil else {
            return "perf cannot count system calls here (it is in Debian's linux-perf, and needs root)"
        }
        return nil
    }

    private static let event = "raw_syscalls:sys_enter"

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        guard !workshop.isQuick else { return [] }
        let rivals = [Contestants.aggregator] + against.filter { ["raw", "raw-batch", "nchan"].contains($0.name) }
        let single = LoadPlan(subscribers: 100, publishers: 1, window: 1)
        let saturated = LoadPlan(subscribers: 100, publishers: 16, window: 64)
        return [
            cell(workshop, rivals, "profile/single", "one event at a time", single),
            cell(workshop, rivals, "profile/saturated", "16 publishers, window 64", saturated),
            connecting(workshop, rivals),
        ]
    }

    private func cell(
        _ workshop: Workshop, _ contestants: [any Contestant], _ id: String, _ title: String, _ plan: LoadPlan
    ) -> Cell {
        let variants = contestants.map { contestant in
            Variant(name: contestant.name, rounds: 1) {
                let few = 1000
                let many = 3000
                let counts = try [few, many].map { events in
                    var plan = plan
                    plan.events = events
                    return try count(workshop, contestant, plan)
                }
                let events = Double(many - few)
                let sum = counts[1] - counts[0]
                return [
                    .syscallsPerDelivery: sum.syscalls / events / Double(plan.subscribers),
                    .allocationsPerEvent: sum.allocations / events, .copiesPerEvent: sum.copies / events,
                    .copiedBytesPerEvent: sum.copiedBytes / events,
                ]
            }
        }
        return Cell(
            id: id, title: title,
            metrics: [.syscallsPerDelivery, .allocationsPerEvent, .copiesPerEvent, .copiedBytesPerEvent],
            variants: variants, compares: false)
    }

    private func connecting(_ workshop: Workshop, _ contestants: [any Contestant]) -> Cell {
        let variants = contestants.map { contestant in
            Variant(name: contestant.name, rounds: 1) {
                let counts = try [1000, 3000].map {
                    try count(workshop, contestant, LoadPlan(subscribers: $0, publishers: 0))
                }
                let sum = counts[1] - counts[0]
                return [.syscallsPerConnection: sum.syscalls / 2000, .allocationsPerConnection: sum.allocations / 2000]
            }
        }
        return Cell(
            id: "profile/connecting", title: "subscribing, and closing",
            metrics: [.syscallsPerConnection, .allocationsPerConnection], variants: variants, compares: false)
    }

    private struct Counts {
        var syscalls = 0.0
        var allocations = 0.0
        var copies = 0.0
        var copiedBytes = 0.0

        static func - (left: Counts, right: Counts) -> Counts {
            Counts(
                syscalls: left.syscalls - right.syscalls, allocations: left.allocations - right.allocations,
                copies: left.copies - right.copies, copiedBytes: left.copiedBytes - right.copiedBytes)
        }
    }

    /// Two runs, because the one way of counting would be counted by the other.
    private func count(_ workshop: Workshop, _ contestant: any Contestant, _ plan: LoadPlan) throws -> Counts {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var counts = Counts()
        counts.syscalls = try syscalls(workshop, contestant, plan, file: folder.appending(path: "perf"))
        let file = folder.appending(path: "counts")
        try run(workshop, contestant, plan) { launch in
            launch.environment["LD_PRELOAD"] = workshop.tool("libcounting.so")
            launch.environment["COUNTING"] = file.path
        }
        let numbers = try Data(contentsOf: file).withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - 7, by: 8).map {
                Double(bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
        guard numbers.count == 3 else { throw VoidRun("libcounting.so wrote no counts") }
        (counts.allocations, counts.copies, counts.copiedBytes) = (numbers[0], numbers[1], numbers[2])
        return counts
    }

    private func syscalls(
        _ workshop: Workshop, _ contestant: any Contestant, _ plan: LoadPlan, file: URL
    ) throws -> Double {
        guard let perf = Command.find("perf") else { throw VoidRun("perf is gone") }
        try run(
            workshop, contestant, plan, wrapper: [perf, "stat", "-x", ",", "-o", file.path, "-e", Self.event, "--"])
        let text = try String(contentsOf: file, encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.contains(Self.event) }
        guard let count = line?.split(separator: ",").first.flatMap({ Double($0) }) else {
            throw VoidRun("perf: \(text.suffix(200))")
        }
        return count
    }

    private func run(
        _ workshop: Workshop, _ contestant: any Contestant, _ plan: LoadPlan, wrapper: [String] = [],
        change: (inout Launch) -> Void = { _ in }
    ) throws {
        let server = try ServerProcess(cores: "\(workshop.serverCore)", wrapper: wrapper) { port, folder in
            var launch = try contestant.launch(in: workshop, port: port, folder: folder, loops: 1)
            change(&launch)
            return launch
        }
        defer { server.stop() }
        _ = try workshop.load(plan, on: server, contestant)
    }
}
