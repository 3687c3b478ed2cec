import Testing

@testable import Aggregator

@Suite("Reports: options")
struct OptionReportTests {
    @Test(
        "What is wrong with an option is told with its place, what was expected, and the nearest name", arguments: cases
    )
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "an unknown option, with the nearest name",
            #"""
            sources:
              market:
                ticker:
                  type: price
                  intervall: 1s
            channels: {prices: {from: market}}
            """#,
            reports: #"""
                p.yaml:5:7: unknown option 'intervall' of ticker; did you mean 'interval'?
                   5 |       intervall: 1s
                     |       ^~~~~~~~~
                """#),
        ReportCase(
            "an unknown option, with all names when none is near",
            #"""
            channels: {prices: {colour: red}}
            """#,
            reports: #"""
                p.yaml:1:12: prices needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   1 | channels: {prices: {colour: red}}
                     |            ^~~~~~
                p.yaml:1:21: unknown option 'colour' of prices; known are 'from', 'path', 'keep', 'replay', 'event', 'end', 'access', 'envelope', 'linger'
                   1 | channels: {prices: {colour: red}}
                     |                     ^~~~~~
                """#),
        ReportCase(
            "an unknown section",
            #"""
            chanels: {}
            """#,
            reports: #"""
                p.yaml:1:1: unknown option 'chanels' of the pipeline file; did you mean 'channels'?
                   1 | chanels: {}
                     | ^~~~~~~
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | chanels: {}
                     | ^
                """#),
        ReportCase(
            "keys that come later",
            #"""
            server: {tls: {}}
            auth: {jwt: {}, tokens: [{name: a, token: b}]}
            sources: {m: {file_tail: {type: t, include: [], multiline: x}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:10: option 'tls' of server is not supported yet
                   1 | server: {tls: {}}
                     |          ^~~
                p.yaml:2:8: option 'jwt' of auth is not supported yet
                   2 | auth: {jwt: {}, tokens: [{name: a, token: •••}]}
                     |        ^~~
                p.yaml:3:49: option 'multiline' of file_tail is not supported yet
                   3 | sources: {m: {file_tail: {type: t, include: [], multiline: x}}}
                     |                                                 ^~~~~~~~~
                """#),
        ReportCase(
            "an access that nobody could have",
            #"""
            auth: {tokens: [{name: a, token: abc}]}
            sources: {m: {ticker: {type: t}}}
            channels:
              c: {from: m, access: authentcated}
              d: {from: m, access: token.sub == subjct}
              e: {from: m, access: subject == 5}
              f: {from: m, access: subject + channel}
              g: {from: m, access: [public]}
            """#,
            reports: #"""
                p.yaml:4:24: expected 'public', 'authenticated' or an expression; did you mean 'authenticated'?
                   4 |   c: {from: m, access: authentcated}
                     |                        ^~~~~~~~~~~~
                p.yaml:5:37: 'subjct' is not known here; did you mean 'subject'?
                   5 |   d: {from: m, access: token.sub == subjct}
                     |                                     ^~~~~~
                p.yaml:6:32: a string is never equal to an int; write int(…) around the string, or quotes around the number
                   6 |   e: {from: m, access: subject == 5}
                     |                                ^~
                p.yaml:7:24: a condition must be true or false, this is text
                   7 |   f: {from: m, access: subject + channel}
                     |                        ^~~~~~~~~~~~~~~~~
                p.yaml:8:24: expected 'public' or 'authenticated', or an expression, not a list
                   8 |   g: {from: m, access: [public]}
                     |                        ^
                """#),
        ReportCase(
            "access for holders of tokens, where there are none",
            #"""
            sources: {m: {jobs: {access: authenticated}}, t: {ticker: {type: t}}}
            channels:
              c: {from: t, access: authenticated}
              d: {from: t, access: public}
            """#,
            reports: #"""
                p.yaml:1:30: nobody could come in, as the file has no auth: and so knows no token; add auth: {tokens: …}, or write 'public'
                   1 | sources: {m: {jobs: {access: authenticated}}, t: {ticker: {type: t}}}
                     |                              ^~~~~~~~~~~~~
                p.yaml:3:24: nobody could come in, as the file has no auth: and so knows no token; add auth: {tokens: …}, or write 'public'
                   3 |   c: {from: t, access: authenticated}
                     |                        ^~~~~~~~~~~~~
                """#),
        ReportCase(
            "required options, all that are missing",
            #"""
            sources: {m: {ticker: {}}, n: {file_tail: }}
            channels: {c: {keep: 1}}
            """#,
            reports: #"""
                p.yaml:1:15: ticker needs the option 'type': The type of its events
                   1 | sources: {m: {ticker: {}}, n: {file_tail: }}
                     |               ^~~~~~
                p.yaml:1:32: file_tail needs the option 'type': The type of its events
                   1 | sources: {m: {ticker: {}}, n: {file_tail: }}
                     |                                ^~~~~~~~~
                p.yaml:1:32: file_tail needs the option 'include': Files
                   1 | sources: {m: {ticker: {}}, n: {file_tail: }}
                     |                                ^~~~~~~~~
                p.yaml:2:12: c needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   2 | channels: {c: {keep: 1}}
                     |            ^
                """#),
        ReportCase(
            "quantities",
            #"""
            sources:
              m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
              n: {ticker: {type: t, interval: 1ms, volatility: 101%}}
              o: {ticker: {type: t, interval: 2 weeks, volatility: -1%}}
            channels: {c: {from: [m, n, o]}}
            """#,
            reports: #"""
                p.yaml:2:35: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not '5'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                   ^
                p.yaml:2:50: expected a percentage from 0% to 100%, such as 0.5%, not '0.5'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                                  ^~~
                p.yaml:2:68: expected a number, not 'x'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                                                    ^
                p.yaml:2:75: expected a number, not the text '1'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                                                           ^~~
                p.yaml:3:35: expected a duration from 10ms to 1d, not '1ms'
                   3 |   n: {ticker: {type: t, interval: 1ms, volatility: 101%}}
                     |                                   ^~~
                p.yaml:3:52: expected a percentage from 0% to 100%, such as 0.5%, not '101%'
                   3 |   n: {ticker: {type: t, interval: 1ms, volatility: 101%}}
                     |                                                    ^~~~
                p.yaml:4:35: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not '2 weeks'
                   4 |   o: {ticker: {type: t, interval: 2 weeks, volatility: -1%}}
                     |                                   ^~~~~~~
                p.yaml:4:56: expected a percentage from 0% to 100%, such as 0.5%, not '-1%'
                   4 |   o: {ticker: {type: t, interval: 2 weeks, volatility: -1%}}
                     |                                                        ^~~
                """#),
        ReportCase(
            "a value of another shape",
            #"""
            server: {hosts: a.example, limits: [], drain: {}}
            sources: {m: {ticker: {type: [], symbols: 5}}}
            channels: {c: {from: {}}, d: 5}
            """#,
            reports: #"""
                p.yaml:1:17: expected a list, each element text, not 'a.example'
                   1 | server: {hosts: a.example, limits: [], drain: {}}
                     |                 ^~~~~~~~~
                p.yaml:1:36: expected a mapping with 'connections', 'body', 'event', 'header', 'head_time', 'body_time', 'idle', 'stall', 'send_buffer', 'pinned', not an empty list
                   1 | server: {hosts: a.example, limits: [], drain: {}}
                     |                                    ^
                p.yaml:1:47: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not an empty mapping
                   1 | server: {hosts: a.example, limits: [], drain: {}}
                     |                                               ^
                p.yaml:2:30: expected text, not an empty list
                   2 | sources: {m: {ticker: {type: [], symbols: 5}}}
                     |                              ^
                p.yaml:2:43: expected a mapping from names, each to a number, not '5'
                   2 | sources: {m: {ticker: {type: [], symbols: 5}}}
                     |                                           ^
                p.yaml:3:22: expected text, not an empty mapping
                   3 | channels: {c: {from: {}}, d: 5}
                     |                      ^
                p.yaml:3:30: expected a mapping with 'from', 'path', 'keep', 'replay', 'event', 'end', 'access', 'envelope', 'linger', not '5'
                   3 | channels: {c: {from: {}}, d: 5}
                     |                              ^
                """#),
    ]
}
