import Foundation

/// (i) One of very many subjects.
struct Subjects: Scenario {
    let letter = "i"
    let title = "One of many subjects"
    let explanation = """
        As many subscribers as subjects, each of one of its own; every event is of one subject, and so for one subscriber. \
        Counted by callgrind, in instructions, which repeat: the difference between a run of 40,000 events and one of 20,000, \
        so that connecting does not count. Sockets are left out.
        """

    func obstacle(in workshop: Workshop) -> String? {
        if Command.find("valgrind") == nil { return "valgrind is not installed; run 'Benchmarks/setup'" }
        return FileManager.default.isExecutableFile(atPath: program(workshop))
            ? nil : "\(program(workshop)) is not there; run 'Benchmarks/setup'"
    }

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let variants = (workshop.isQuick ? [10, 10_000] : [10, 100, 1000, 10_000]).map { count in
            Variant(name: "\(grouped(count)) subjects", rounds: 1) {
                let short = try instructions(workshop, subjects: count, events: 20_000)
                let long = try instructions(workshop, subjects: count, events: 40_000)
                return [.instructionsPerDelivery: (long - short) / 20_000]
            }
        }
        return [
            Cell(
                id: "i/subjects", title: "one delivery an event", metrics: [.instructionsPerDelivery],
                variants: variants)
        ]
    }

    private func program(_ workshop: Workshop) -> String {
        workshop.aggregator.deletingLastPathComponent().appending(path: "fanout-instructions").path
    }

    private func instructions(_ workshop: Workshop, subjects: Int, events: Int) throws -> Double {
        guard let valgrind = Command.find("valgrind") else { throw VoidRun("valgrind is gone") }
        let outcome = try Command(
            executable: valgrind,
            arguments: [
                "--tool=callgrind", "--callgrind-out-file=/dev/null", program(workshop), "\(subjects)", "\(events)",
            ]
        ).run()
        let text = String(decoding: outcome.errors, as: UTF8.self)
        guard outcome.status == 0, let line = text.split(separator: "\n").last(where: { $0.contains("Collected :") }),
            let count = line.split(separator: " ").last.flatMap({ Double($0) })
        else { throw VoidRun("callgrind: \(text.suffix(200))") }
        return count
    }
}
