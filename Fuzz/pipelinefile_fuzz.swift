// Fuzzes the way of a pipeline file from bytes to a pipeline or a report (Fuzz/run.sh).

import FuzzDriver

@testable import Aggregator

private struct FuzzSource: RoutedSource {
    static let name = "jobs"
    static let summary = "A kind with an option of every shape."

    @Option("Text.") var path = "/jobs"
    @Option("A quantity.", .range(0...3600)) var every: Duration = .seconds(1)
    @Option("A size.") var size: ByteSize = .kibibytes(1)
    @Option("A share.") var share = Percentage(fraction: 0.5)
    @Option("A secret.", .secret) var key: String?
    @Option("Names.") var names = OrderedOptions<Double>()
    @Option("Anything.") var any: PlainValue?
    @Option("Files.") var files: OneOrMore<PathOption>?

    var routes: [Route] { [Route("GET", path + "/{id}")] }

    func run(_ context: SourceContext) async throws {}
}

private struct FuzzStep: Filter {
    static let name = "where"
    static let summary = "A step with an expression."

    @Option("The condition.", .whole) var condition: Condition

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

private struct FuzzSet: Filter {
    static let name = "set"
    static let summary = "A step with targets."

    @Option("What is set.", .whole) var assignments: Assignments

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

/// Any text ends in a pipeline or in a report with words, without a control character that a terminal would obey.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    do throws(PipelineError) {
        let pipeline = try Pipeline(
            input, path: "p.yaml", sources: [FuzzSource.self], filters: [FuzzStep.self, FuzzSet.self],
            environment: ["A": "1", "EMPTY": ""])
        precondition(!pipeline.channelNames.isEmpty)
    } catch {
        let report = error.description
        precondition(report.hasPrefix("p.yaml:"))
        precondition(report.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }
    return 0
}

@main
private struct PipelineFileFuzz {
    static func main() { runFuzzer { fuzz($0, $1) } }
}
