import Foundation

/// A run that does not count, and why.
struct VoidRun: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Where the benchmark finds its programs, and how it runs them.
struct Workshop: Sendable {
    /// The repository.
    var root: URL
    /// Where `load`, `raw` and `burst` are.
    var tools: URL
    /// The hub.
    var aggregator: URL
    var serverCore: Int
    var loadCore: Int
    /// A run of a few seconds in all, for `make bench-quick`.
    var isQuick: Bool

    var contestantsFolder: URL { root.appending(path: "Benchmarks/contestants") }
    /// What `Benchmarks/setup` installed for the contestants.
    var python: URL { root.appending(path: "Benchmarks/.build/venv/bin/python") }
    /// Of the files that are made once and read by many runs.
    var scratch: URL { root.appending(path: "Benchmarks/.build/scratch") }

    func tool(_ name: String) -> String { tools.appending(path: name).path }

    /// One run: a fresh server, the load, and the server's end.
    ///
    /// - Throws: `VoidRun` when an event was lost or reordered, or somebody ended before his time.
    func run(_ contestant: any Contestant, _ plan: LoadPlan, cores: String? = nil, loops: Int = 1) throws -> LoadReport
    {
        let server = try start(contestant, cores: cores, loops: loops)
        defer { server.stop() }
        return try load(plan, on: server, contestant)
    }

    func start(_ contestant: any Contestant, cores: String? = nil, loops: Int = 1) throws -> ServerProcess {
        try ServerProcess(cores: cores ?? "\(serverCore)") { port, folder in
            try contestant.launch(in: self, port: port, folder: folder, loops: loops)
        }
    }

    func load(_ plan: LoadPlan, on server: ServerProcess, _ contestant: any Contestant) throws -> LoadReport {
        let origin = "http://127.0.0.1:\(server.port)"
        let paths = plan.channels > 1 ? contestant.channelPaths : contestant.paths
        guard let paths else { throw VoidRun("\(contestant.name) has no channels") }
        let words = plan.arguments(
            subscribe: origin + paths.subscribe, publish: origin + paths.publish, pid: server.pid)
        let outcome = try Command(executable: tool("load"), arguments: words + ["--pin", "\(loadCore)"]).run()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let report = try? decoder.decode(LoadReport.self, from: outcome.output) else {
            let said = String(decoding: outcome.errors.suffix(300), as: UTF8.self)
            throw VoidRun("load ended with \(outcome.status): \(said)")
        }
        if let complaint = report.complaint { throw VoidRun(complaint) }
        guard outcome.status == 0 else { throw VoidRun("load ended with \(outcome.status)") }
        guard server.isRunning else { throw VoidRun("the server ended") }
        return report
    }
}
