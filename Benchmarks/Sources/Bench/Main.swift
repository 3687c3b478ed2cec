import ArgumentParser
import Foundation

/// The benchmark: runs contestants in alternating rounds, prints tables, writes JSON and plots, and says which bars are met.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures aggregator against other servers, and says which bars it meets.")

    @Flag(help: "Few cells and few rounds: under three minutes. Bars need nine rounds.") var quick = false
    @Option(help: "Only these scenarios, by their letters, such as a,b; the control always runs.") var scenario: String?
    @Option(help: "Only the cells whose id contains this, such as 16x1000.") var cell: String?
    @Option(help: "Rounds of each cell. Default: 9, with --quick 3.") var pairs: Int?
    @Option(help: "Only against these: raw-batch,raw,nchan,node,fastapi.") var against: String?
    @Option(help: "The core of the servers.") var serverCore = 0
    @Option(help: "The core of the load generator.") var loadCore = 1
    @Option(help: "The folder for latest.json and the plots. Default: ROOT/Benchmarks/results.") var output: String?
    @Flag(help: "Print JSON, not tables.") var json = false
    @Flag(help: "Also write docs/performance.md, docs/performance.json and docs/plots.") var publish = false
    @Option(help: "The repository.") var root = "."
    @Option(help: "The folder of load, raw and burst. Default: that of this program.") var tools: String?
    @Option(help: "The hub. Default: ROOT/.build/release/aggregator.") var aggregator: String?

    func validate() throws {
        if let pairs, !(1...1000).contains(pairs) { throw ValidationError("--pairs is 1 to 1000") }
        if publish, quick || scenario != nil || cell != nil || against != nil {
            throw ValidationError("--publish is for whole runs: without --quick, --scenario, --cell and --against")
        }
        try check(scenario, Scenarios.all.map(\.letter), "scenario")
        try check(against, Contestants.all.map(\.name), "contestant")
        guard max(serverCore, loadCore) < Machine.cores, min(serverCore, loadCore) >= 0 else {
            throw ValidationError("this machine has the cores 0 to \(Machine.cores - 1)")
        }
    }

    func run() throws {
        let signals = RunningServers.endOnSignals()
        defer { withExtendedLifetime(signals) {} }
        Limits.raiseDescriptors()
        let workshop = makeWorkshop()
        if let obstacle = Contestants.aggregator.obstacle(in: workshop) ?? Contestants.raw.obstacle(in: workshop) {
            throw ValidationError(obstacle)
        }
        var measuring = Measuring(
            workshop: workshop, rounds: pairs ?? (quick ? 3 : Bar.pairsNeeded), cellFilter: cell, isSilent: json)
        measuring.choose(against?.split(separator: ",").map(String.init))
        let letters = scenario?.split(separator: ",").map(String.init)
        let chosen = Scenarios.all.filter { $0.letter == "control" || letters?.contains($0.letter) ?? true }
        let report = measuring.run(chosen)
        let publication = Publication(report: report)
        let folder = output.map { URL(fileURLWithPath: $0) } ?? workshop.root.appending(path: "Benchmarks/results")
        try publication.write(to: folder)
        if publish { try publication.publish(docs: workshop.root.appending(path: "docs")) }
        if json {
            print(String(decoding: try report.json(), as: UTF8.self))
        } else {
            print("\nBars\n\n\(CellTables.table(report.verdicts).text)\nWritten: \(folder.path)")
        }
    }

    private func check(_ words: String?, _ known: [String], _ kind: String) throws {
        for word in words?.split(separator: ",").map(String.init) ?? [] where !known.contains(word) {
            throw ValidationError("no \(kind) '\(word)'; there are \(known.joined(separator: ", "))")
        }
    }

    private func makeWorkshop() -> Workshop {
        let root = URL(fileURLWithPath: root)
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        return Workshop(
            root: root, tools: tools.map { URL(fileURLWithPath: $0) } ?? own,
            aggregator: aggregator.map { URL(fileURLWithPath: $0) }
                ?? root.appending(path: ".build/release/aggregator"),
            serverCore: serverCore, loadCore: loadCore, isQuick: quick)
    }
}
