import Aggregator

/// The results of tests as JUnit XML, as CI systems read it: a `testsuite` for each file, a `testcase` for each test.
///
/// There is no standard; this is what Jenkins' and GitLab's readers share. Times are in seconds, of the real time a test took.
enum JUnit {
    static func text(of suites: [TestSuite]) -> String {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let all = suites.map(Counts.init)
        lines.append("<testsuites name=\"aggregator test\"\(Counts(all).attributes)>")
        for (suite, counts) in zip(suites, all) {
            lines.append("  <testsuite name=\"\(escape(suite.file))\"\(counts.attributes)>")
            if let error = suite.error {
                lines += element(
                    "error", name: "the file", in: suite.file, place: "", time: .zero, type: "wrong file",
                    message: error.split(separator: "\n").first.map(String.init) ?? "", text: error)
            }
            for result in suite.results { lines += testcase(result, suite.file) }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func testcase(_ result: PipelineTestResult, _ suite: String) -> [String] {
        let test = result.test
        let place = " file=\"\(escape(test.path))\" line=\"\(test.line)\""
        let report = result.report.map(\.text).joined(separator: "\n")
        switch result.outcome {
        case .passed:
            let head = testcase(test.name, in: suite, place: place, time: result.duration)
            guard !report.isEmpty else { return ["\(head)/>"] }
            return [
                "\(head)>", "      <system-out>\(escape(report, isAttribute: false))</system-out>", "    </testcase>",
            ]
        case .failed, .broken:
            return element(
                result.outcome == .failed ? "failure" : "error", name: test.name, in: suite, place: place,
                time: result.duration, type: result.outcome == .failed ? "expectation" : "not run to its end",
                message: result.summary, text: report)
        }
    }

    private static func element(
        _ element: String, name: String, in suite: String, place: String, time: Duration, type: String, message: String,
        text: String
    ) -> [String] {
        [
            "\(testcase(name, in: suite, place: place, time: time))>",
            "      <\(element) type=\"\(type)\" message=\"\(escape(message))\">\(escape(text, isAttribute: false))</\(element)>",
            "    </testcase>",
        ]
    }

    /// The beginning of the tag.
    private static func testcase(_ name: String, in suite: String, place: String, time: Duration) -> String {
        "    <testcase name=\"\(escape(name))\" classname=\"\(escape(suite))\"\(place) time=\"\(time.decimalSeconds)\""
    }

    private struct Counts {
        var tests = 0
        var failures = 0
        var errors = 0
        var time = Duration.zero

        init(_ suite: TestSuite) {
            tests = suite.results.count + (suite.error == nil ? 0 : 1)
            failures = suite.results.count { $0.outcome == .failed }
            errors = suite.results.count { $0.outcome == .broken } + (suite.error == nil ? 0 : 1)
            time = suite.results.reduce(.zero) { $0 + $1.duration }
        }

        init(_ all: [Counts]) {
            for one in all {
                tests += one.tests
                failures += one.failures
                errors += one.errors
                time += one.time
            }
        }

        var attributes: String {
            " tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"0\" time=\"\(time.decimalSeconds)\""
        }
    }

    /// An attribute's value or text (XML 1.0, sections 2.2 and 2.4); what XML has no way to say becomes U+FFFD.
    private static func escape(_ text: String, isAttribute: Bool = true) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // In an attribute they would be read as blanks.
            case "\n" where isAttribute: escaped += "&#10;"
            case "\n": escaped += "\n"
            case "\t": escaped += "&#9;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Duration {
    /// `0.000412`
    fileprivate var decimalSeconds: String {
        let (seconds, attoseconds) = components
        let digits = String(attoseconds / 1_000_000_000_000)
        return "\(seconds).\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    }
}
