import Aggregator
import ArgumentParser
import Glibc

/// `aggregator test FILE…`.
struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the tests of pipeline files: events in, events out, in virtual time.",
        discussion: """
            Tests stand under `tests:` in the pipeline file, or in a file beside it: pipeline.test.yaml for pipeline.yaml. \
            Nothing is started and no socket opened; what is expected and did not come is explained.

            Exit codes: 0 all passed, or there are none; 1 one failed; 64 wrong usage; 78 a file is wrong.
            """)

    @Argument(help: "The pipeline files.") var files = ["pipeline.yaml"]
    @ArgumentParser.Option(
        help: ArgumentHelp("A file with tests, instead of the one beside the pipeline file.", valueName: "file"))
    var tests: String?
    @ArgumentParser.Option(
        help: ArgumentHelp("Only tests that have this in their name. May be given several times.", valueName: "name"))
    var filter: [String] = []
    @ArgumentParser.Option(help: ArgumentHelp("Also write the results there, as JUnit XML.", valueName: "file"))
    var junit: String?

    func validate() throws {
        if tests != nil, files.count > 1 {
            throw ValidationError(
                "--tests belongs to one pipeline file, and \(files.count) are given; run them one by one")
        }
        if filter.contains("") { throw ValidationError("--filter needs a part of a test's name") }
    }

    func run() async throws {
        let report = TestReport(isColoured: isatty(Output.result.rawValue) == 1 && getenv("NO_COLOR") == nil)
        var suites: [TestSuite] = []
        for file in files {
            let suite = suite(file)
            if let text = report.text(of: suite) { print(text, to: suite.error == nil ? .result : .error) }
            suites.append(suite)
        }
        if suites.contains(where: { !$0.results.isEmpty }) { print(report.total(of: suites), to: .result) }
        if let junit { try write(JUnit.text(of: suites), to: junit) }
        if suites.contains(where: { $0.error != nil }) { throw ExitCode.wrongFile }
        try checkFilter(suites)
        if suites.contains(where: { $0.failures > 0 }) { throw ExitCode.failure }
    }

    /// Runs the tests of one file.
    private func suite(_ file: String) -> TestSuite {
        var suite = TestSuite(file: file)
        do {
            let environment = environment()
            let pipeline = try Pipeline.load(
                contentsOf: file, sources: Kinds.current.sources, filters: Kinds.current.filters,
                environment: environment)
            suite.warnings = pipeline.warnings
            suite.tests = pipeline.tests
            if let beside = tests ?? Self.fileBeside(file) {
                suite.tests += try pipeline.tests(contentsOf: beside, environment: environment)
            }
            for test in suite.tests where isWanted(test.name) { suite.results.append(pipeline.run(test)) }
        } catch {
            suite.error = "\(error)"
        }
        return suite
    }

    private func isWanted(_ name: String) -> Bool {
        filter.isEmpty || filter.contains { name.lowercased().contains($0.lowercased()) }
    }

    /// `pipeline.test.yaml` for `pipeline.yaml`, if it is there.
    private static func fileBeside(_ file: String) -> String? {
        for ending in [".yaml", ".yml"] where file.hasSuffix(ending) {
            let path = file.dropLast(ending.count) + ".test" + ending
            if access(path, F_OK) == 0 { return path }
        }
        return nil
    }

    /// A `--filter` that no test of any file has in its name is a slip of the pen, and must not look like success.
    private func checkFilter(_ suites: [TestSuite]) throws {
        let names = suites.flatMap(\.tests).map(\.name)
        for part in filter where !names.contains(where: { $0.lowercased().contains(part.lowercased()) }) {
            let known = names.prefix(10).map { "  \($0)" }.joined(separator: "\n")
            print(
                "aggregator: no test has '\(part)' in its name"
                    + (names.isEmpty ? "; there are none" : "; there are\n\(known)")
                    + (names.count > 10 ? "\n  … and \(names.count - 10) more" : ""), to: .error)
            throw ExitCode.validationFailure
        }
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "we") else {
            return try fail(path)
        }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        // Closing writes the rest: both must have gone well.
        guard fclose(file) == 0, written == bytes.count else { return try fail(path) }
    }

    private func fail(_ path: String) throws {
        print("aggregator: \(path) cannot be written: \(String(cString: strerror(errno)))", to: .error)
        throw ExitCode.failure
    }
}

/// The tests of one pipeline file, and what came of them.
struct TestSuite {
    /// Its path as it was given.
    let file: String
    /// All tests there are, whether or not they were run.
    var tests: [PipelineTest] = []
    var results: [PipelineTestResult] = []
    var warnings: [String] = []
    /// The file, or the one with its tests, is wrong.
    var error: String?

    init(file: String) { self.file = file }

    var failures: Int { results.count { $0.outcome != .passed } }
}
