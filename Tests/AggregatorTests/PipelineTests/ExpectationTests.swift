import Testing

@testable import Aggregator

/// Each kind of expectation, once as it holds and once as it does not.
@Suite("Tests of pipelines: what is expected")
struct ExpectationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let holds: String
        let fails: String

        init(_ name: String, holds: String, fails: String) {
            testDescription = name
            self.holds = holds
            self.fails = fails
        }
    }

    /// Three events, of which the first and the last reach `loud`.
    private static let input = """
        input:
          - {source: app, type: log, subject: a, data: {level: warn, count: 1, at: {x: [1, {y: 2}]}}}
          - {at: 1s, source: app, type: log, data: {level: info, count: 2}}
          - {at: 2s, source: app, type: alarm, id: mine, time: "2026-03-01T12:00:00Z", data: {level: error, count: 0.14}}

        """

    @Test("holds, or fails the test", arguments: cases)
    func expectation(_ example: Case) throws {
        let good = try TestedPipeline.log(Self.input + "expect: {\(example.holds)}")
        #expect(good.outcome == .passed, "\(good.text)")
        #expect(good.summary.isEmpty)
        let bad = try TestedPipeline.log(Self.input + "expect: {\(example.fails)}")
        #expect(bad.outcome == .failed)
        #expect(!bad.report.isEmpty)
    }

    private static let cases = [
        Case("no event", holds: "held: {count: 3}, loud: [{}, {}]", fails: "loud: []"),
        Case("data, in part", holds: "loud: [{data: {level: warn}}, {}]", fails: "loud: [{data: {level: warm}}, {}]"),
        Case(
            "data, in part, within objects", holds: "loud: [{data: {at: {x: [1, {y: 2}]}}}, {}]",
            fails: "loud: [{data: {at: {x: [1]}}}, {}]"),
        Case(
            "data, exactly", holds: "loud: [{}, {exact: {level: error, count: 0.14, n: 1.14}}]",
            fails: "loud: [{}, {exact: {level: error, count: 0.14}}]"),
        Case(
            "numbers, but for rounding", holds: "loud: [{data: {count: 1.0}}, {data: {n: 1.14}}]",
            fails: "loud: [{data: {count: 1.0}}, {data: {n: 1.1400001}}]"),
        Case("an expression", holds: "loud: [{where: data.n > 1}, {}]", fails: "loud: [{where: data.n > 2}, {}]"),
        Case(
            "an expression that fails", holds: "loud: [{where: has(data.n)}, {}]",
            fails: "loud: [{where: data.m > 2}, {}]"),
        Case("type", holds: "loud: [{type: log}, {type: alarm}]", fails: "loud: [{type: alarm}, {type: log}]"),
        Case("subject", holds: "loud: [{subject: a}, {}]", fails: "loud: [{subject: b}, {}]"),
        Case("no subject", holds: "loud: [{}, {subject: null}]", fails: "loud: [{subject: null}, {}]"),
        Case("id", holds: "loud: [{id: input-1}, {id: mine}]", fails: "loud: [{id: input-2}, {}]"),
        Case("source", holds: "loud: [{source: app}, {}]", fails: "loud: [{source: other}, {}]"),
        Case("when it came", holds: "loud: [{at: 0s}, {at: 2s}]", fails: "loud: [{at: 0s}, {at: 1s}]"),
        Case(
            "when it happened", holds: #"loud: [{time: "2030-01-01T00:00:00Z"}, {time: "2026-03-01T12:00:00Z"}]"#,
            fails: #"loud: [{}, {time: "2030-01-01T00:00:02Z"}]"#),
        Case("end", holds: "loud: [{ends: false}, {ends: true}]", fails: "loud: [{ends: true}, {}]"),
        Case("count", holds: "all: {count: 3}", fails: "all: {count: 2}"),
        Case("each", holds: "all: {each: has(data.level)}", fails: "all: {each: has(data.at)}"),
        Case(
            "any order", holds: "loud: {events: [{type: alarm}, {type: log}], unordered: true}",
            fails: "loud: {events: [{type: alarm}, {type: alarm}], unordered: true}"),
        Case(
            "any order, where only one assignment fits all",
            holds: "all: {events: [{}, {type: log}, {data: {level: info}}], unordered: true}",
            fails: "all: {events: [{data: {level: warn}}, {subject: a}, {}], unordered: true}"),
        Case(
            "others among them", holds: "all: {events: [{subject: a}, {type: alarm}], more: true}",
            fails: "all: {events: [{type: alarm}, {subject: a}], more: true}"),
        Case(
            "others among them, in any order",
            holds: "all: {events: [{type: alarm}, {subject: a}], more: true, unordered: true}",
            fails: "all: {events: [{type: alarm}, {subject: b}], more: true, unordered: true}"),
        Case(
            "others among them, and how many", holds: "all: {events: [{type: alarm}], more: true, count: 3}",
            fails: "all: {events: [{type: alarm}], more: true, count: 4}"),
    ]

    @Test("no data is null, and a text is a text")
    func otherData() throws {
        let result = try TestedPipeline.log(
            """
            input: [{source: app, type: a}, {source: app, type: b, data: Lunch?}]
            expect: {all: [{data: null}, {exact: Lunch?}]}
            """)
        #expect(result.outcome == .passed, "\(result.text)")
    }

    @Test("of long lists that differ in one place, that place is shown, in no time")
    func longLists() throws {
        let expected = (0..<3000).map { "{id: i\($0 == 0 ? "" : ".\($0 + 1)")}" }
        let shuffled = expected[..<1500] + ["{id: x}"] + expected[1501...]
        let result = try TestedPipeline.log(
            """
            input: [{source: app, type: a, id: i, repeat: 3000}]
            expect: {all: [\(shuffled.joined(separator: ", "))]}
            """)
        #expect(result.summary == "channel all: 1 of 3000 events differs")
        #expect(result.report.count < 15)
        #expect(result.text.contains("~ 1501"))
    }
}
