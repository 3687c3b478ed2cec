import Testing

@testable import Aggregator

@Suite("Reports: channels")
struct ChannelReportTests {
    @Test(
        "What is wrong with a channel is told with what would be right", arguments: cases
    )
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "channels",
            #"""
            sources: {m: {ticker: {type: t}}}
            channels:
              a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
              b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
              c: {from: m, keep: many, event: ""}
              d: {from: []}
            """#,
            reports: #"""
                p.yaml:3:22: expected a whole number from 0 to 100000000, not '-1'
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                      ^~
                p.yaml:3:34: expected 'none', 'all', 'latest' or a number, not 'some'
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                                  ^~~~
                p.yaml:3:47: 'gap' is the event that tells of a gap; choose another name
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                                               ^~~
                p.yaml:3:62: expected 'none' or 'cloudevents', not 'cloudevent'; did you mean 'cloudevents'?
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                                                              ^~~~~~~~~~
                p.yaml:4:31: expected a whole number, not '1.5'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                               ^~~
                p.yaml:4:43: expected a size such as 512B, 16KiB, 1MiB or 2GB, not '1x'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                           ^~
                p.yaml:4:52: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not 'long'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                                    ^~~~
                p.yaml:4:67: expected 'none', 'all', 'latest' or a number, not '-1'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                                                   ^~
                p.yaml:4:78: the name of the SSE field must not contain control characters
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                                                              ^~~~~~
                p.yaml:5:22: expected a whole number, not 'many'
                   5 |   c: {from: m, keep: many, event: ""}
                     |                      ^~~~
                p.yaml:5:35: the name of the SSE field must not be empty
                   5 |   c: {from: m, keep: many, event: ""}
                     |                                   ^~
                p.yaml:6:13: expected at least one element
                   6 |   d: {from: []}
                     |             ^
                """#),
        ReportCase(
            "no channels",
            #"""
            sources: {m: {ticker: {type: t}}}
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | sources: {m: {ticker: {type: t}}}
                     | ^
                """#),
        ReportCase(
            "no channels under the key",
            #"""
            channels:
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | channels:
                     | ^
                """#),
        ReportCase(
            "channels without names",
            #"""
            channels: [a]
            """#,
            reports: #"""
                p.yaml:1:11: expected a mapping from names, not a list
                   1 | channels: [a]
                     |           ^
                """#),
        ReportCase(
            "channel paths",
            #"""
            sources: {m: {ticker: {type: t}}}
            channels:
              a: {from: m, path: prices}
              b: {from: m, path: /channels/x}
              c: {from: m, path: "/a/{sub}"}
              d: {from: m, path: "/a-{subject}"}
              e: {from: m, path: "/{subject}/{subject}"}
              f: {from: m, path: /a//b}
              g: {from: m, path: /a/}
              h: {from: m, path: /}
              i: {from: m, path: /a%2}
              j: {from: m, path: /%73tream}
              k: {from: m, path: /a/../b}
              l: {from: m, path: "/a?b"}
            """#,
            reports: #"""
                p.yaml:3:22: a path begins with '/'
                   3 |   a: {from: m, path: prices}
                     |                      ^~~~~~
                p.yaml:4:22: '/channels' is the server's own, and so is all below it; choose another path
                   4 |   b: {from: m, path: /channels/x}
                     |                      ^~~~~~~~~~~
                p.yaml:5:22: '{sub}' means nothing in a channel's path; expected {subject}, or none
                   5 |   c: {from: m, path: "/a/{sub}"}
                     |                      ^~~~~~~~~~
                p.yaml:6:22: a placeholder is a whole part of the path: /a/{subject}, not /a-{subject}
                   6 |   d: {from: m, path: "/a-{subject}"}
                     |                      ^~~~~~~~~~~~~~
                p.yaml:7:22: '{subject}' stands in this path twice
                   7 |   e: {from: m, path: "/{subject}/{subject}"}
                     |                      ^~~~~~~~~~~~~~~~~~~~~~
                p.yaml:8:22: a part of this path is empty; write no '/' at the end, and none twice
                   8 |   f: {from: m, path: /a//b}
                     |                      ^~~~~
                p.yaml:9:22: a part of this path is empty; write no '/' at the end, and none twice
                   9 |   g: {from: m, path: /a/}
                     |                      ^~~
                p.yaml:10:22: '/' is the server's own page; choose another path
                  10 |   h: {from: m, path: /}
                     |                      ^
                p.yaml:11:22: '%' begins two hexadecimal digits, and together they are UTF-8; '%25' is a '%'
                  11 |   i: {from: m, path: /a%2}
                     |                      ^~~~
                p.yaml:12:22: '/stream' is the server's own, and so is all below it; choose another path
                  12 |   j: {from: m, path: /%73tream}
                     |                      ^~~~~~~~~
                p.yaml:13:22: clients resolve '..' before they ask; leave it out
                  13 |   k: {from: m, path: /a/../b}
                     |                      ^~~~~~~
                p.yaml:14:22: '?' cannot stand in a path; write it percent-encoded
                  14 |   l: {from: m, path: "/a?b"}
                     |                      ^~~~~~
                """#),
        ReportCase(
            "names",
            #"""
            sources: {1m: {ticker: {type: t}}, "a b": {ticker: {type: t}}}
            filters: {-f: {from: 1m, steps: [where: "true"]}}
            channels: {é: {from: [1m, a b, -f]}}
            """#,
            reports: #"""
                p.yaml:1:11: '1m' cannot be the name of a source: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   1 | sources: {1m: {ticker: {type: t}}, "a b": {ticker: {type: t}}}
                     |           ^~
                p.yaml:1:36: 'a b' cannot be the name of a source: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   1 | sources: {1m: {ticker: {type: t}}, "a b": {ticker: {type: t}}}
                     |                                    ^~~
                p.yaml:2:11: '-f' cannot be the name of a filter: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   2 | filters: {-f: {from: 1m, steps: [where: "true"]}}
                     |           ^~
                p.yaml:3:12: 'é' cannot be the name of a channel: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   3 | channels: {é: {from: [1m, a b, -f]}}
                     |            ^
                """#),
    ]
}
