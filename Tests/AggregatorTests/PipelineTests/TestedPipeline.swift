import Testing

@testable import Aggregator

/// A pipeline and its tests, run.
struct TestedPipeline {
    let pipeline: Pipeline

    /// What most tests of tests are about: lines of a log, those that matter counted and thinned.
    static let log = """
        sources: {app: {puppet: {}}, other: {puppet: {}}}
        filters:
          loud: {from: app, steps: [{where: 'data.level in ["warn", "error"]'}, {set: {data.n: double(data.count) + 1.0}}]}
          held: {from: app, steps: [{later: {}}]}
        channels:
          all: {from: [app, other]}
          loud: {from: loud, end: 'data.level == "error"'}
          held: {from: held}

        """

    /// - Parameter text: the file; its sources are puppets, which emit nothing of themselves.
    init(_ text: String, filters: [any Filter.Type] = []) throws(PipelineError) {
        pipeline = try Pipeline(
            text: text, path: "p.yaml", sources: [Puppet.self, TickerKind.self],
            filters: builtinFilters + [Later.self] + filters,
            environment: [:])
    }

    /// One test of the pipeline above: `input`, `expect` and the like, each on a line of its own.
    static func log(_ lines: String) throws -> PipelineTestResult {
        let indented = lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        return try TestedPipeline(log + "tests:\n  - name: it\n\(indented)\n").result()
    }

    var results: [PipelineTestResult] { pipeline.tests.map(pipeline.run) }

    /// Of its one test.
    func result() throws -> PipelineTestResult { try #require(results.first) }
}

extension PipelineTestResult {
    /// The whole report.
    var text: String { report.map(\.text).joined(separator: "\n") }
}
