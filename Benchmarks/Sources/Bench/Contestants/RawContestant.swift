import Foundation

/// The yardstick: a bare epoll server in C, which frames what it is given and sends it to everybody.
struct RawContestant: Contestant {
    /// All events of one round in one send for each subscriber; else a send for each event.
    let batches: Bool
    var name: String { batches ? "raw-batch" : "raw" }
    let paths = ContestantPaths(subscribe: "/events", publish: "/publish")

    func obstacle(in workshop: Workshop) -> String? {
        FileManager.default.isExecutableFile(atPath: workshop.tool("raw"))
            ? nil : "\(workshop.tool("raw")) is not there"
    }

    func version(in workshop: Workshop) -> String { "Benchmarks/Sources/Raw" }

    func launch(in workshop: Workshop, port: UInt16, folder: URL, loops: Int) -> Launch {
        Launch(executable: workshop.tool("raw"), arguments: ["\(port)", batches ? "batch" : "send"])
    }
}
