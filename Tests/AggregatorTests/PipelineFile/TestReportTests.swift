import Testing

@testable import Aggregator

@Suite("Reports: tests")
struct TestReportTests {
    @Test("What is wrong with `tests` is told with its place, all in one go", arguments: cases)
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text)
        #expect(report == example.report, "\(report)")
    }

    private static let cases = [
        ReportCase(
            "names that mean nothing",
            """
            sources: {market: {ticker: {type: price}}, lines: {jobs: {}}}
            filters: {dear: {from: market, steps: [{where: data.price > 3}]}}
            channels: {prices: {from: [market, dear, lines]}}
            tests:
              - name: a
                input:
                  - {source: markt}
                  - {filter: dera}
                  - {type: x}
                  - {source: lines}
                expect: {price: [{source: line}]}
              - {name: a, expect: {prices: []}}
            """,
            reports: """
                p.yaml:7:18: there is no source 'markt'; did you mean 'market'?
                   7 |       - {source: markt}
                     |                  ^~~~~
                p.yaml:8:18: there is no filter 'dera'; did you mean 'dear'?
                   8 |       - {filter: dera}
                     |                  ^~~~
                p.yaml:9:9: an input needs its 'source' ('market' or 'lines'), or the 'filter' it comes to
                   9 |       - {type: x}
                     |         ^
                p.yaml:10:9: an input needs its 'type' here, as 'lines' has not one alone
                  10 |       - {source: lines}
                     |         ^
                p.yaml:11:14: there is no channel 'price'; did you mean 'prices'?
                  11 |     expect: {price: [{source: line}]}
                     |              ^~~~~
                p.yaml:11:31: there is no source 'line'; did you mean 'lines'?
                  11 |     expect: {price: [{source: line}]}
                     |                               ^~~~
                p.yaml:12:12: another test has this name, at /etc/live/p.yaml:5
                  12 |   - {name: a, expect: {prices: []}}
                     |            ^
                """.replacing("/etc/live/", with: "")),
        ReportCase(
            "options",
            """
            sources: {market: {ticker: {type: price}}}
            channels: {prices: {from: market}}
            tests:
              - name: a
                start: yesterday
                runs: 1h
                input: [{type: gap, at: soon}, {every: 1s}, {repeat: 0}]
                expect:
                  prices: {unordered: true, count: 1}
              - {name: b}
              - {name: c, expect: {prices: }}
              - {name: d, expect: {prices: {events: [{}, {}], count: 3}}}
              - {name: e, expect: {prices: [{data: 1, exact: 2}, {wher: 1}, {where: data.x +}]}}
            """,
            reports: """
                p.yaml:5:12: expected a time such as 2026-03-01T12:00:00Z, not 'yesterday'
                   5 |     start: yesterday
                     |            ^~~~~~~~~
                p.yaml:6:5: unknown option 'runs' of tests; did you mean 'run'?
                   6 |     runs: 1h
                     |     ^~~~
                p.yaml:7:29: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not 'soon'
                   7 |     input: [{type: gap, at: soon}, {every: 1s}, {repeat: 0}]
                     |                             ^~~~
                p.yaml:7:44: 'every' is the time between those of a 'repeat'; say how many: repeat: 10
                   7 |     input: [{type: gap, at: soon}, {every: 1s}, {repeat: 0}]
                     |                                            ^~
                p.yaml:7:58: expected a whole number from 1 to 100000, not '0'
                   7 |     input: [{type: gap, at: soon}, {every: 1s}, {repeat: 0}]
                     |                                                          ^
                p.yaml:9:27: 'unordered' says how 'events' are compared, and there are none here
                   9 |       prices: {unordered: true, count: 1}
                     |                           ^~~~
                p.yaml:10:5: tests needs the option 'expect': The channels, each with what comes out of it: a list of events in their order, or a mapping. Others may have any
                  10 |   - {name: b}
                     |     ^
                p.yaml:11:32: expected the channel's events: a list ([] for none), or a mapping such as {count: 3}, not nothing
                  11 |   - {name: c, expect: {prices: }}
                     |                                ^
                p.yaml:12:58: 'count' says 3, and 'events' lists 2; with 'more: true' others may come
                  12 |   - {name: d, expect: {prices: {events: [{}, {}], count: 3}}}
                     |                                                          ^
                p.yaml:13:40: 'exact' says all of the data, so that 'data' has nothing to add
                  13 |   - {name: e, expect: {prices: [{data: 1, exact: 2}, {wher: 1}, {where: data.x +}]}}
                     |                                        ^
                p.yaml:13:55: unknown option 'wher' of prices; did you mean 'where'?
                  13 |   - {name: e, expect: {prices: [{data: 1, exact: 2}, {wher: 1}, {where: data.x +}]}}
                     |                                                       ^~~~
                p.yaml:13:81: expected an expression after '+'
                  13 |   - {name: e, expect: {prices: [{data: 1, exact: 2}, {wher: 1}, {where: data.x +}]}}
                     |                                                                                 ^
                """),
    ]
}
