import Foundation

/// The hub itself, as shipped: JSON is validated, a thousand events are kept.
struct AggregatorContestant: Contestant {
    let name = "aggregator"
    let paths = ContestantPaths(subscribe: "/channels/all", publish: "/publish")
    let channelPaths: ContestantPaths? = ContestantPaths(subscribe: "/channels/all{ch}", publish: "/publish/{ch}")

    func obstacle(in workshop: Workshop) -> String? {
        FileManager.default.isExecutableFile(atPath: workshop.aggregator.path)
            ? nil : "\(workshop.aggregator.path) is not there; run 'make release'"
    }

    func version(in workshop: Workshop) -> String {
        let described = Command.find("git").flatMap {
            Command.firstLine($0, "-C", workshop.root.path, "describe", "--always", "--dirty")
        }
        return described ?? "unknown"
    }

    func launch(in workshop: Workshop, port: UInt16, folder: URL, loops: Int) -> Launch {
        Launch(
            executable: workshop.aggregator.path,
            arguments: [
                "run", workshop.contestantsFolder.appending(path: "aggregator.yaml").path, "--log-level", "warning",
            ],
            environment: ["BENCH_PORT": "\(port)", "BENCH_LOOPS": "\(loops)"])
    }
}
