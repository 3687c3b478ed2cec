import ArgumentParser
import Foundation

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures aggregator against other servers, and says which bars it meets.")

    @Flag(help: "Few cells and few pairs: under three minutes. Bars need nine pairs.") var quick = false
    @Option(help: "Only these scenarios, by their letters: a,b") var scenario: String?
    @Option(help: "Rounds of each cell. Default: 9, with --quick 3.") var pairs: Int?
    @Option(help: "Only against these: nchan,raw-batch,raw,node,fastapi") var against: String?
    @Option(help: "The core of the servers.") var serverCore = 0
    @Option(help: "The core of the load generator.") var loadCore = 1
    @Option(help: "The repository.") var root = "."
    @Option(help: "The folder of load, raw and burst. Default: that of this program.") var tools: String?
    @Option(help: "The hub. Default: ROOT/.build/release/aggregator.") var aggregator: String?

    func run() throws {
        let signals = RunningServers.endOnSignals()
        defer { withExtendedLifetime(signals) {} }
        let workshop = makeWorkshop()
        let rivals = Contestants.all.filter { contestant in
            guard contestant.name != "aggregator" else { return false }
            guard against.map({ $0.split(separator: ",").contains(Substring(contestant.name)) }) ?? true else { return false }
            guard let obstacle = contestant.obstacle(in: workshop) else { return true }
            print("\(contestant.name) does not take part: \(obstacle)")
            return false
        }
        let wanted = Scenarios.all.filter { chosen in
            scenario.map { $0.split(separator: ",").contains(Substring(chosen.letter)) } ?? true
        }
        let pairing = Pairing(rounds: pairs ?? (quick ? 3 : 9))
        for scenario in wanted {
            let results = scenario.cells(workshop, against: rivals).map { cell in
                pairing.run(cell) { round, name in
                    FileHandle.standardError.write(Data("\(cell.id) \(round + 1) \(name)\n".utf8))
                }
            }
            print("\n(\(scenario.letter)) \(scenario.title)\n")
            print(CellTables.table(results).text)
            for cell in results { for outcome in cell.variants { for void in outcome.voids { print(cell.id, outcome.name, void) } } }
        }
    }

    private func makeWorkshop() -> Workshop {
        let root = URL(fileURLWithPath: root)
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return Workshop(
            root: root, tools: tools.map { URL(fileURLWithPath: $0) } ?? own,
            aggregator: aggregator.map { URL(fileURLWithPath: $0) } ?? root.appending(path: ".build/release/aggregator"),
            serverCore: serverCore, loadCore: loadCore, isQuick: quick)
    }
}
