import Aggregator

/// The results of tests, for people.
struct TestReport {
    /// Escape sequences for a terminal (ECMA-48, section 8.3.117).
    let isColoured: Bool

    /// One file: a line for each test, and below those that failed what differs and why.
    ///
    /// - Returns: nil where there is nothing to say, as no test was chosen.
    func text(of suite: TestSuite) -> String? {
        if let error = suite.error { return error }
        guard !suite.tests.isEmpty else {
            return
                "\(suite.file): no tests; they would stand under 'tests:' there, or in a file beside it (docs/testing.md)"
        }
        guard !suite.results.isEmpty else { return nil }
        return (suite.warnings + [suite.file] + suite.results.flatMap(lines)).joined(separator: "\n")
    }

    /// `4 passed, 1 failed (2 ms)`
    func total(of suites: [TestSuite]) -> String {
        let results = suites.flatMap(\.results)
        let failed = suites.reduce(0) { $0 + $1.failures }
        let passed = results.count - failed
        let skipped = suites.reduce(0) { $0 + $1.tests.count } - results.count
        let duration = results.reduce(Duration.zero) { $0 + $1.duration }
        let parts =
            ["\(passed) passed"] + (failed > 0 ? ["\(failed) failed"] : [])
            + (skipped > 0 ? ["\(skipped) not chosen"] : [])
        return paint(parts.joined(separator: ", "), failed > 0 ? .red : .green) + paint(" (\(duration.brief))", .faint)
    }

    private func lines(_ result: PipelineTestResult) -> [String] {
        let isPassed = result.outcome == .passed
        let mark = isPassed ? paint("ok", .green) : paint("FAILED", .red)
        let time = result.simulated > .zero ? ", \(result.simulated.brief) of virtual time" : ""
        let detail =
            isPassed ? "(\(result.duration.brief)\(time))" : "(\(result.test.path):\(result.test.line)\(time))"
        let head = "  \(mark)  \(result.test.name)  \(paint(detail, .faint))"
        return [head] + result.report.map { paint($0.text, Colour(of: $0.kind)) }
    }

    private enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case bold = "1"
        case faint = "2"

        init?(of kind: PipelineTestResult.Line.Kind) {
            switch kind {
            case .heading: self = .bold
            case .same: self = .faint
            case .differs: self = .yellow
            case .expected: self = .green
            case .got: self = .red
            case .note: return nil
            }
        }
    }

    private func paint(_ text: String, _ colour: Colour?) -> String {
        guard isColoured, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}

extension Duration {
    /// For people: `1h`, `90s`, `2.5 ms`.
    fileprivate var brief: String {
        let (seconds, attoseconds) = components
        if self >= .seconds(1) {
            for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)]
            where attoseconds == 0 && seconds % size == 0 {
                return "\(seconds / size)\(unit)"
            }
            let tenths = attoseconds / 100_000_000_000_000_000
            return "\(seconds)\(tenths > 0 ? ".\(tenths)" : "")s"
        }
        let microseconds = attoseconds / 1_000_000_000_000
        let tenths = microseconds % 1000 / 100
        return "\(microseconds / 1000)\(tenths > 0 ? ".\(tenths)" : "") ms"
    }
}
