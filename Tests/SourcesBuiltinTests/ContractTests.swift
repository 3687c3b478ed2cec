import Aggregator
import AggregatorTesting
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("Every builtin source")
struct ContractTests {
    /// Options with which each can run, by its word. A kind that is not here fails the test: it is one line.
    private static let options = [
        "ticker": "{symbols: {A: 1}}",
        "generate": "{data: count}",
        "schedule": "{cron: \"* * * * * *\"}",
        "file_tail": "{include: [\"*.log\"]}",
        "tasks": "{jobs: {nap: {command: [sleep, \"1000\"]}}}",
        "http_ingest": "{path: /in}",
        "exec": "{command: [sh, -c, \"while :; do echo hello; sleep 1; done\"]}",
        "stdin": "{}",
        "sse": "{url: \"http://127.0.0.1:9/\"}",
    ]

    @Test("keeps the contract of sources", arguments: builtinSources.map { $0.name })
    func contract(name: String) async throws {
        let kind = try #require(builtinSources.first { $0.name == name })
        let options = try #require(Self.options[name])
        let folder = try TemporaryFolder()
        try await SourceContract(kind, options: options, directory: folder.path).check()
    }
}
