import Testing

@testable import Aggregator

// Kinds as small as they can be: the loader does not care what they do.

struct TickerKind: EventSource {
    static let name = "ticker"
    static let summary = "Ticks."

    @Option("The type of its events.") var type: String
    @Option("Time between two.", .range(0.01...86_400)) var interval: Duration = .seconds(1)
    @Option("The symbols and where each begins.") var symbols = OrderedOptions<Double>()
    @Option("How much it changes.") var volatility = Percentage(fraction: 0.005)

    func run(_ context: SourceContext) async throws {}
}

struct TailKind: EventSource {
    enum Format: String, OptionChoice { case text, json, logfmt }

    static let name = "file_tail"
    static let summary = "Lines of files."
    static let later = ["multiline"]

    @Option("The type of its events.") var type: String
    @Option("Files.") var include: [PathOption]
    @Option("How a line is read.") var format: Format = .text

    func run(_ context: SourceContext) async throws {}
}

struct JobsKind: RoutedSource {
    struct Job: OptionGroup {
        @Option("The program and its arguments.") var command: [String]?
        @Option("How long it may take.") var timeout: Duration?
    }

    static let name = "jobs"
    static let summary = "Jobs."

    @Option("Where.") var path: String = "/jobs"
    @Option("The jobs by name.") var jobs = OrderedOptions<Job>()
    @Option("A key.", .secret) var key: String?

    var routes: [Route] { [Route("POST", path + "/{job}"), Route("GET", path + "/{id}")] }
    var runsCommands: Bool { jobs.entries.contains { $0.value.command != nil } }

    func run(_ context: SourceContext) async throws {}
}

struct WhereStep: Filter {
    static let name = "where"
    static let summary = "Keeps what is true."

    @Option("The condition.", .whole) var condition: Condition

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

struct SetStep: Filter {
    static let name = "set"
    static let summary = "Sets."

    @Option("What is set to what.", .whole) var assignments: Assignments

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

struct SampleStep: Filter {
    static let name = "sample"
    static let summary = "Some."

    @Option("How many of them.", .whole) var share: Percentage

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

struct ThrottleStep: Filter {
    static let name = "throttle"
    static let summary = "Fewer."

    @Option("So many.", .range(1...1000)) var limit = 1
    @Option("In this time.") var every: Duration
    @Option("Of each of these.") var per: AnyExpression?

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

let testSources: [any EventSource.Type] = [TickerKind.self, TailKind.self, JobsKind.self]
let testFilters: [any Filter.Type] = [WhereStep.self, SetStep.self, SampleStep.self, ThrottleStep.self]

typealias TestKinds = (sources: [any EventSource.Type], filters: [any Filter.Type])

extension Pipeline {
    /// The pipeline of a text with the kinds above, as `/etc/live/p.yaml`.
    static func make(
        _ text: String, _ environment: [String: String] = [:], kinds: TestKinds = (testSources, testFilters)
    ) throws(PipelineError) -> Pipeline {
        try Pipeline(
            text: text, path: "/etc/live/p.yaml", sources: kinds.sources, filters: kinds.filters,
            environment: environment)
    }

    /// The report on a text; its warnings if there is no mistake.
    static func report(
        on text: String, _ environment: [String: String] = [:], kinds: TestKinds = (testSources, testFilters)
    ) -> String {
        var report: String
        do throws(PipelineError) {
            report = try make(text, environment, kinds: kinds).warnings.joined(separator: "\n")
        } catch {
            report = error.description
        }
        return report.replacing("/etc/live/", with: "")
    }
}

/// A text, and all that is said of it.
struct ReportCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var report: String

    init(_ name: String, _ text: String, reports report: String) {
        testDescription = name
        self.text = text
        self.report = report
    }
}
