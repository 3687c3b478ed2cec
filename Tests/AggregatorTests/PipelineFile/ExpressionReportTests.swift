import Testing

@testable import Aggregator

@Suite("Reports: Expressions")
struct ExpressionReportTests {
    @Test("A constant that no event may have as its type or subject is a mistake")
    func constants() {
        for (target, value, message) in [
            ("type", "'\"gap\"'", "the type of an event must not be 'gap'"), ("type", "'\"\"'", "the type of an event"),
            ("subject", "'\"a\\nb\"'", "the subject of an event"),
        ] {
            let report = Pipeline.report(
                on: """
                    sources: {s: {ticker: {}}}
                    filters: {f: {from: s, steps: [{set: {\(target): \(value)}}]}}
                    channels: {c: {from: f}}
                    """)
            #expect(report.contains(message), "\(report)")
        }
    }

    @Test("A mistake of an expression is told at its place within the file", arguments: cases)
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "within plain text and quotes",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              f:
                from: m
                steps:
                  - where: data.x >
                  - where: event.typ == "a"
                  - where: 'event.id == 5'
                  - where: "data.x + nothing"
                  - {where: (data.x}
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:6:24: expected an expression after '>'
                   6 |       - where: data.x >
                     |                        ^
                p.yaml:7:22: event has no field 'typ'; did you mean 'type'?
                   7 |       - where: event.typ == "a"
                     |                      ^~~
                p.yaml:8:26: a string is never equal to an int; write int(…) around the string, or quotes around the number
                   8 |       - where: 'event.id == 5'
                     |                          ^~
                p.yaml:9:26: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   9 |       - where: "data.x + nothing"
                     |                          ^~~~~~~
                p.yaml:10:17: unclosed '('; expected ')'
                  10 |       - {where: (data.x}
                     |                 ^
                """#),
        ReportCase(
            "of the wrong type",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters: {f: {from: m, steps: [where: event.id, where: , where: [a], throttle: {every: 1s, per: }]}}
            channels: {c: {from: f, end: '"done"'}}
            """#,
            reports: #"""
                p.yaml:2:39: a condition must be true or false, this is text
                   2 | filters: {f: {from: m, steps: [where: event.id, where: , where: [a], throttle: {every: 1s, per: }]}}
                     |                                       ^~~~~~~~
                p.yaml:2:49: where needs a value: The condition
                   2 | filters: {f: {from: m, steps: [where: event.id, where: , where: [a], throttle: {every: 1s, per: }]}}
                     |                                                 ^~~~~
                p.yaml:2:65: expected an expression, not a list
                   2 | filters: {f: {from: m, steps: [where: event.id, where: , where: [a], throttle: {every: 1s, per: }]}}
                     |                                                                 ^
                p.yaml:3:31: a condition must be true or false, this is text
                   3 | channels: {c: {from: f, end: '"done"'}}
                     |                               ^~~~~~
                """#),
        ReportCase(
            "in a literal block",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              f:
                from: m
                steps:
                  - where: |

                      data.x == 1 &&
                        data.y == nothing
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:9:23: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   9 |             data.y == nothing
                     |                       ^~~~~~~
                """#),
        ReportCase(
            "in a folded block",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              f:
                from: m
                steps:
                  - where: >-
                      data.x == 1 &&
                      data.y == nothing

                      && data.z
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:8:21: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   8 |           data.y == nothing
                     |                     ^~~~~~~
                """#),
        ReportCase(
            "over several lines of plain and quoted text",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              f:
                from: m
                steps:
                  - where: data.x == 1 &&
                      data.y == nothing
                  - where: "data.x == 1 &&
                      data.y == nothing"
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:7:21: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   7 |           data.y == nothing
                     |                     ^~~~~~~
                p.yaml:9:21: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   9 |           data.y == nothing"
                     |                     ^~~~~~~
                """#),
        ReportCase(
            "after an escape, and after a variable, in words",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              f:
                from: m
                steps:
                  - where: "data.x == \"a\" && nothing"
                  - where: 'data.x == ''a'' && nothing'
                  - where: nothing && "${A}" == "1"
                  - where: '"${A}" == "1" && nothing'
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:6:16: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing (column 18 of the expression)
                   6 |       - where: "data.x == \"a\" && nothing"
                     |                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p.yaml:7:16: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing (column 18 of the expression)
                   7 |       - where: 'data.x == ''a'' && nothing'
                     |                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p.yaml:8:16: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   8 |       - where: nothing && "${A}" == "1"
                     |                ^~~~~~~
                p.yaml:9:16: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing (column 15 of the expression)
                   9 |       - where: '"${A}" == "1" && nothing'
                     |                ^~~~~~~~~~~~~~~~~~~~~~~~~~
                """#),
        ReportCase(
            "after characters of several bytes",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters: {f: {from: m, steps: [where: '"é日" == nothing']}}
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:2:48: 'nothing' is not known here; known are 'data', 'event', and a field of the data is data.nothing
                   2 | filters: {f: {from: m, steps: [where: '"é日" == nothing']}}
                     |                                                 ^~~~~~~
                """#),
        ReportCase(
            "what set sets",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              f:
                from: m
                steps:
                  - set: {event.type: '"a"', id: "1", data..x: "1", data.: "1", dta: "1"}
                  - set: {data: "1", data.x: "1"}
                  - set: {data.x.y: "1", data.x: "1", data.xy: "1"}
                  - set: {subject: "1", type: event.id}
                  - set: {}
                  - set: data
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:6:15: 'event.type' cannot be set: expected data, data.FIELD, subject or type; subject and type are written without 'event.', the rest is the producer's
                   6 |       - set: {event.type: '"a"', id: "1", data..x: "1", data.: "1", dta: "1"}
                     |               ^~~~~~~~~~
                p.yaml:6:34: 'id' cannot be set: expected data, data.FIELD, subject or type; subject and type are written without 'event.', the rest is the producer's
                   6 |       - set: {event.type: '"a"', id: "1", data..x: "1", data.: "1", dta: "1"}
                     |                                  ^~
                p.yaml:6:43: 'data..x' cannot be set: expected data, data.FIELD, subject or type
                   6 |       - set: {event.type: '"a"', id: "1", data..x: "1", data.: "1", dta: "1"}
                     |                                           ^~~~~~~
                p.yaml:6:57: 'data.' cannot be set: expected data, data.FIELD, subject or type
                   6 |       - set: {event.type: '"a"', id: "1", data..x: "1", data.: "1", dta: "1"}
                     |                                                         ^~~~~
                p.yaml:6:69: 'dta' cannot be set: expected data, data.FIELD, subject or type
                   6 |       - set: {event.type: '"a"', id: "1", data..x: "1", data.: "1", dta: "1"}
                     |                                                                     ^~~
                p.yaml:7:26: 'data.x' and 'data' on line 7 set the same data
                   7 |       - set: {data: "1", data.x: "1"}
                     |                          ^~~~~~
                p.yaml:8:30: 'data.x' and 'data.x.y' on line 8 set the same data
                   8 |       - set: {data.x.y: "1", data.x: "1", data.xy: "1"}
                     |                              ^~~~~~
                p.yaml:9:25: expected text or null here, this is a number; an expression that is a text has quotes of its own: "'1'"
                   9 |       - set: {subject: "1", type: event.id}
                     |                         ^
                p.yaml:10:14: expected a mapping from data, data.FIELD, subject or type, each to an expression, not an empty mapping
                  10 |       - set: {}
                     |              ^
                p.yaml:11:14: expected a mapping from data, data.FIELD, subject or type, each to an expression, not 'data'
                  11 |       - set: data
                     |              ^~~~
                """#),
    ]
}
