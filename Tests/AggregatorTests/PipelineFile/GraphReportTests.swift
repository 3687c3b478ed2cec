import Testing

@testable import Aggregator

@Suite("Reports: Graph")
struct GraphReportTests {
    @Test("What is wrong between sources, filters, channels and routes names both sides", arguments: cases)
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "an unknown kind of source, the nearest first",
            #"""
            sources: {m: {tiker: {type: t}}, n: {kafka: {}}}
            channels: {c: {from: [m, n]}}
            """#,
            reports: #"""
                p.yaml:1:15: unknown kind of source 'tiker'; did you mean 'ticker'? Known are 'ticker', 'file_tail', 'jobs'
                   1 | sources: {m: {tiker: {type: t}}, n: {kafka: {}}}
                     |               ^~~~~
                p.yaml:1:38: unknown kind of source 'kafka'; known are 'file_tail', 'jobs', 'ticker'
                   1 | sources: {m: {tiker: {type: t}}, n: {kafka: {}}}
                     |                                      ^~~~~
                """#),
        ReportCase(
            "a source that is no mapping of one key",
            #"""
            sources: {m: 5, n: {}, o: {ticker: {type: t}, interval: 1s}}
            channels: {c: {from: [m, n, o]}}
            """#,
            reports: #"""
                p.yaml:1:14: expected a source: a mapping with one key, its kind, such as {ticker: {…}}, not '5'
                   1 | sources: {m: 5, n: {}, o: {ticker: {type: t}, interval: 1s}}
                     |              ^
                p.yaml:1:20: expected a source: a mapping with one key, its kind, such as {ticker: {…}}, not an empty mapping
                   1 | sources: {m: 5, n: {}, o: {ticker: {type: t}, interval: 1s}}
                     |                    ^
                p.yaml:1:47: a source has one key, its kind, and 'interval' is a second one; options stand below the kind
                   1 | sources: {m: 5, n: {}, o: {ticker: {type: t}, interval: 1s}}
                     |                                               ^~~~~~~~
                """#),
        ReportCase(
            "an unknown kind of step",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters: {f: {from: m, steps: [{wher: "true"}, where, {}]}}
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:2:33: unknown kind of step 'wher'; did you mean 'where'? Known are 'where', 'sample', 'set', 'throttle'
                   2 | filters: {f: {from: m, steps: [{wher: "true"}, where, {}]}}
                     |                                 ^~~~
                p.yaml:2:48: expected a step: a mapping with one key, its kind, such as where: EXPRESSION, not 'where'
                   2 | filters: {f: {from: m, steps: [{wher: "true"}, where, {}]}}
                     |                                                ^~~~~
                p.yaml:2:55: expected a step: a mapping with one key, its kind, such as where: EXPRESSION, not an empty mapping
                   2 | filters: {f: {from: m, steps: [{wher: "true"}, where, {}]}}
                     |                                                       ^
                """#),
        ReportCase(
            "a filter without steps",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters: {f: {from: m, steps: []}}
            channels: {c: {from: f}}
            """#,
            reports: #"""
                p.yaml:2:31: expected a list of 1 to 1000 elements, not 0
                   2 | filters: {f: {from: m, steps: []}}
                     |                               ^
                """#),
        ReportCase(
            "names that nobody has",
            #"""
            sources: {market: {ticker: {type: t}}}
            filters: {f: {from: [markt], steps: [where: "true"]}}
            channels: {c: {from: [f, nobody]}}
            """#,
            reports: #"""
                p.yaml:2:22: there is no source or filter 'markt'; did you mean 'market'?
                   2 | filters: {f: {from: [markt], steps: [where: "true"]}}
                     |                      ^~~~~
                p.yaml:3:26: there is no source or filter 'nobody'; known are 'market', 'f'
                   3 | channels: {c: {from: [f, nobody]}}
                     |                          ^~~~~~
                """#),
        ReportCase(
            "a name twice",
            #"""
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: [m, m]}}
            """#,
            reports: #"""
                p.yaml:2:26: 'm' stands here twice
                   2 | channels: {c: {from: [m, m]}}
                     |                          ^
                """#),
        ReportCase(
            "one name for a source and a filter",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              m: {from: m, steps: [where: "true"]}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:3:3: 'm' is a source already, at 1:11; sources and filters share their names
                   3 |   m: {from: m, steps: [where: "true"]}
                     |   ^
                """#),
        ReportCase(
            "circles, each named in full",
            #"""
            sources: {m: {ticker: {type: t}}}
            filters:
              a: {from: b, steps: [where: "true"]}
              b: {from: [m, c], steps: [where: "true"]}
              c: {from: a, steps: [where: "true"]}
              d: {from: d, steps: [where: "true"]}
            channels: {x: {from: [a, d]}}
            """#,
            reports: #"""
                p.yaml:5:13: this goes round in a circle: a -> b -> c -> a
                   5 |   c: {from: a, steps: [where: "true"]}
                     |             ^
                p.yaml:6:13: this goes round in a circle: d -> d
                   6 |   d: {from: d, steps: [where: "true"]}
                     |             ^
                """#),
        ReportCase(
            "what nobody takes is a warning",
            #"""
            sources: {m: {ticker: {type: t}}, idle: {ticker: {type: t}}}
            filters: {f: {from: m, steps: [where: "true"]}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:35: warning: no channel or filter takes the events of the source 'idle'
                   1 | sources: {m: {ticker: {type: t}}, idle: {ticker: {type: t}}}
                     |                                   ^~~~
                p.yaml:2:11: warning: no channel or filter takes the events of the filter 'f'
                   2 | filters: {f: {from: m, steps: [where: "true"]}}
                     |           ^
                """#),
        ReportCase(
            "a route twice",
            #"""
            sources:
              j: {jobs: {path: /a}}
              k: {jobs: {path: /a}}
            channels: {c: {from: [j, k]}}
            """#,
            reports: #"""
                p.yaml:3:20: POST /a/{job} is taken already by the source 'j', at 2:20
                   3 |   k: {jobs: {path: /a}}
                     |                    ^~
                p.yaml:3:20: GET /a/{id} is taken already by the source 'j', at 2:20
                   3 |   k: {jobs: {path: /a}}
                     |                    ^~
                """#),
        ReportCase(
            "a channel's path and a source's route",
            #"""
            sources: {j: {jobs: {path: /a}}}
            channels:
              c: {from: j, path: "/a/{subject}"}
              d: {from: j, path: /a/b}
            """#,
            reports: #"""
                p.yaml:3:22: GET /a/{subject} is taken already by the source 'j', at 1:28
                   3 |   c: {from: j, path: "/a/{subject}"}
                     |                      ^~~~~~~~~~~~~~
                """#),
        ReportCase(
            "routes under the server's own paths",
            #"""
            sources: {j: {jobs: {path: /health}}, k: {jobs: {path: jobs}}}
            channels: {c: {from: [j, k]}}
            """#,
            reports: #"""
                p.yaml:1:28: '/health' is the server's own, and so is all below it; choose another path
                   1 | sources: {j: {jobs: {path: /health}}, k: {jobs: {path: jobs}}}
                     |                            ^~~~~~~
                p.yaml:1:56: a path begins with '/'
                   1 | sources: {j: {jobs: {path: /health}}, k: {jobs: {path: jobs}}}
                     |                                                        ^~~~
                """#),
        ReportCase(
            "commands for everybody",
            #"""
            server: {listen: [127.0.0.1:8080, "0.0.0.0:8080"]}
            sources: {j: {jobs: {jobs: {list: {command: [ls]}}}}}
            channels: {c: {from: j}}
            """#,
            reports: #"""
                p.yaml:2:15: 'j' runs commands, and everybody who reaches 0.0.0.0:8080 could start them; add auth:, or listen on 127.0.0.1
                   2 | sources: {j: {jobs: {jobs: {list: {command: [ls]}}}}}
                     |               ^~~~
                """#),
        ReportCase(
            "a misspelt access of a source",
            #"""
            sources: {j: {jobs: {acces: public}}, k: {ticker: {type: t, access: public}}}
            channels: {c: {from: [j, k]}}
            """#,
            reports: #"""
                p.yaml:1:22: unknown option 'acces' of jobs; did you mean 'access'?
                   1 | sources: {j: {jobs: {acces: public}}, k: {ticker: {type: t, access: public}}}
                     |                      ^~~~~
                p.yaml:1:61: unknown option 'access' of ticker; known are 'type', 'interval', 'symbols', 'volatility', 'invalid'
                   1 | sources: {j: {jobs: {acces: public}}, k: {ticker: {type: t, access: public}}}
                     |                                                             ^~~~~~
                """#),
    ]
}
