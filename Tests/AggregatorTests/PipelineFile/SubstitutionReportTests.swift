import Testing

@testable import Aggregator

@Suite("Reports: Substitution")
struct SubstitutionReportTests {
    @Test("A variable that cannot be filled in is told at its exact place", arguments: cases)
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "variables that are not set",
            #"""
            sources: {m: {ticker: {type: "${A}-${MISSING}"}}}
            channels: {c: {from: "${MISSING}"}}
            """#,
            reports: #"""
                p.yaml:1:36: the environment variable MISSING is not set; ${MISSING:-…} would give it a default
                   1 | sources: {m: {ticker: {type: "${A}-${MISSING}"}}}
                     |                                    ^~~~~~~~~~
                p.yaml:2:23: the environment variable MISSING is not set; ${MISSING:-…} would give it a default
                   2 | channels: {c: {from: "${MISSING}"}}
                     |                       ^~~~~~~~~~
                """#),
        ReportCase(
            "a variable without its end",
            #"""
            sources: {m: {ticker: {type: "a${A"}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:32: this '${' has no '}'; a '${' that is meant is written '$${'
                   1 | sources: {m: {ticker: {type: "a${A"}}}
                     |                                ^~
                """#),
        ReportCase(
            "what is no variable",
            #"""
            sources: {m: {ticker: {type: "${1} ${A-b} ${} ${A:-${B}}"}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:31: expected ${NAME} or ${NAME:-default}; a '${' that is meant is written '$${'
                   1 | sources: {m: {ticker: {type: "${1} ${A-b} ${} ${A:-${B}}"}}}
                     |                               ^~~~
                p.yaml:1:36: expected ${NAME} or ${NAME:-default}; a '${' that is meant is written '$${'
                   1 | sources: {m: {ticker: {type: "${1} ${A-b} ${} ${A:-${B}}"}}}
                     |                                    ^~~~~~
                p.yaml:1:43: expected ${NAME} or ${NAME:-default}; a '${' that is meant is written '$${'
                   1 | sources: {m: {ticker: {type: "${1} ${A-b} ${} ${A:-${B}}"}}}
                     |                                           ^~~
                p.yaml:1:47: a default is plain text, and cannot have a '${' in it
                   1 | sources: {m: {ticker: {type: "${1} ${A-b} ${} ${A:-${B}}"}}}
                     |                                               ^~~~~~~~~
                """#),
        ReportCase(
            "a place within a block of text",
            #"""
            sources:
              m:
                ticker:
                  type: |
                    first
                      second ${MISSING}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:6:18: the environment variable MISSING is not set; ${MISSING:-…} would give it a default
                   6 |           second ${MISSING}
                     |                  ^~~~~~~~~~
                """#),
        ReportCase(
            "a place after an escape",
            #"""
            sources: {m: {ticker: {type: "\t${MISSING}"}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:30: the environment variable MISSING is not set; ${MISSING:-…} would give it a default
                   1 | sources: {m: {ticker: {type: "\t${MISSING}"}}}
                     |                              ^~~~~~~~~~~~~~
                """#),
        ReportCase(
            "a substituted value of the wrong kind",
            #"""
            sources: {m: {ticker: {type: t, interval: "${A}"}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:43: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not '1'
                   1 | sources: {m: {ticker: {type: t, interval: "${A}"}}}
                     |                                           ^~~~~~
                """#),
    ]
}
