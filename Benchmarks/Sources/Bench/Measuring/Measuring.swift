import Foundation

/// Goes through the scenarios, and prints each one's tables as soon as they are there.
struct Measuring {
    let workshop: Workshop
    let rounds: Int
    let cellFilter: String?
    /// Nothing on standard output; what goes on is told on standard error all the same.
    let isSilent: Bool
    private let began = ContinuousClock.now
    private var rivals: [any Contestant] = []
    private var contestants: [String: String] = [:]

    init(workshop: Workshop, rounds: Int, cellFilter: String?, isSilent: Bool) {
        self.workshop = workshop
        self.rounds = rounds
        self.cellFilter = cellFilter
        self.isSilent = isSilent
    }

    /// Looks who can take part.
    ///
    /// - Parameter names: who may; nil: all.
    mutating func choose(_ names: [String]?) {
        for contestant in Contestants.all {
            let isHub = contestant.name == Contestants.aggregator.name
            guard isHub || names?.contains(contestant.name) ?? true else { continue }
            if let obstacle = contestant.obstacle(in: workshop) {
                contestants[contestant.name] = "does not take part: \(obstacle)"
                tell("\(contestant.name) does not take part: \(obstacle)")
            } else {
                contestants[contestant.name] = contestant.version(in: workshop)
                if !isHub { rivals.append(contestant) }
            }
        }
    }

    func run(_ scenarios: [any Scenario]) -> Report {
        var report = Report(
            began: Date(), ended: Date(), isQuick: workshop.isQuick, rounds: rounds, machine: .here,
            serverCore: workshop.serverCore, loadCore: workshop.loadCore, contestants: contestants)
        if !isSilent { print(report.heading) }
        for scenario in scenarios {
            let part = measure(scenario)
            if !isSilent, !part.cells.isEmpty || part.skipped != nil {
                print("\(part.heading)\n\n\(part.skipped.map { "Not measured: \($0)\n" } ?? part.tables)")
            }
            report.parts.append(part)
        }
        report.ended = Date()
        return report
    }

    private func measure(_ scenario: any Scenario) -> Report.Part {
        var part = Report.Part(
            letter: scenario.letter, title: scenario.title, explanation: scenario.explanation, cells: [])
        part.skipped = scenario.obstacle(in: workshop)
        guard part.skipped == nil else { return part }
        let cells = scenario.cells(workshop, against: rivals).filter { cell in
            cell.id.hasPrefix("control/") || cellFilter.map { cell.id.contains($0) } ?? true
        }
        for (index, cell) in cells.enumerated() {
            let result = Pairing(rounds: rounds).run(cell) { round, name in
                tell(
                    "(\(scenario.letter)) \(index + 1)/\(cells.count) \(cell.title): round \(round + 1)/\(rounds), \(name)"
                )
            }
            part.cells.append(result)
        }
        return part
    }

    /// What goes on, and how long it has been.
    private func tell(_ words: String) {
        let seconds = (ContinuousClock.now - began).components.seconds
        let digits = String(seconds)
        let time = String(repeating: " ", count: max(0, 5 - digits.count)) + digits
        FileHandle.standardError.write(Data("\(time) s  \(words)\n".utf8))
    }
}
