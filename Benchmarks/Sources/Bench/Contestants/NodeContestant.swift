import Foundation

/// Node's own http module.
struct NodeContestant: Contestant {
    let name = "node"
    let paths = ContestantPaths(subscribe: "/events", publish: "/publish")

    func obstacle(in workshop: Workshop) -> String? {
        Command.find("node") == nil ? "node is not installed; run 'Benchmarks/setup'" : nil
    }

    func version(in workshop: Workshop) -> String {
        "Node.js " + (Command.find("node").flatMap { Command.firstLine($0, "--version") } ?? "of unknown version")
    }

    func launch(in workshop: Workshop, port: UInt16, folder: URL, loops: Int) throws -> Launch {
        guard let node = Command.find("node") else { throw VoidRun("node is gone") }
        return Launch(
            executable: node, arguments: [workshop.contestantsFolder.appending(path: "server.mjs").path, "\(port)"])
    }
}
