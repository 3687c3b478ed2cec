import Testing

@testable import Aggregator

/// What a failed test says, to the letter: these are texts for people.
@Suite("Tests of pipelines: reports")
struct DiffReportTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: String
        let report: String

        init(_ name: String, _ lines: String, reports report: String) {
            testDescription = name
            self.lines = lines
            self.report = report
        }
    }

    @Test("says what differs, where, and what became of the rest", arguments: cases)
    func report(_ example: Case) throws {
        let result = try TestedPipeline.log(example.lines)
        #expect(result.text == example.report)
    }

    private static let cases = [
        Case(
            "a field that differs, with a mark where the texts part",
            """
            input: [{source: app, type: log, subject: a, data: {level: warn, count: 1, message: "disk full"}}]
            expect: {loud: [{type: log, data: {message: disk ful, count: 1}}]}
            """,
            reports: #"""
                    channel loud: the event differs  (p.yaml:12)
                      ~   1  0s         log, subject a: {"level":"warn","count":1,"message":"disk full","n":2.0}
                             /data/message  expected  "disk ful"
                                            got       "disk full"
                                                               ^
                """#),
        Case(
            "several that differ, aligned, with the name that was meant",
            """
            input: [{source: app, type: log, subject: b, data: {level: error, count: 1, "a/b": [1, 2]}}]
            expect: {loud: [{subject: a, ends: false, exact: {levle: error, count: 1, n: 2, "a/b": [1, 3, 4]}}]}
            """,
            reports: #"""
                    channel loud: the event differs  (p.yaml:12)
                      ~   1  0s         log, subject b: {"level":"error","count":1,"a/b":[1,2],"n":2.0}
                             /subject      expected  "a"
                                           got       "b"
                             /data/levle   expected  "error"
                                           got       nothing   (there is 'level')
                             /data/a~1b/1  expected  3
                                           got       2
                             /data/a~1b/2  expected  4
                                           got       nothing
                             /data/level   expected  nothing
                                           got       "error"
                             ends          expected  false
                                           got       true
                """#),
        Case(
            "one that did not come, and what dropped it; those most like it first",
            """
            input:
              - {source: app, type: log, data: {level: info, count: 1}}
              - {source: app, type: log, data: {level: error}, at: 1s}
              - {source: app, type: log, data: {level: warn, count: 2}, at: 2s}
            expect: {loud: [{data: {level: warn}}, {data: {level: error}}]}
            """,
            reports: #"""
                    channel loud: expected 2 events, got 1  (p.yaml:15)
                      =   1  2s         log: {"level":"warn","count":2,"n":3.0}
                      -      line 15    data: {level: error}   did not come
                      input 2 (line 13, at 1s) failed in loud[2], set: {data.n: double(data.count) + 1.0} (p.yaml:3): 1:13: no such key: 'count'
                      input 1 (line 12, at 0s) was dropped by loud[1], where: data.level in ["warn", "error"] (p.yaml:3)
                """#),
        Case(
            "one that came and was not expected",
            """
            input: [{source: app, type: log, data: 1}, {source: other, type: x, at: 250ms}]
            expect: {all: [{data: 1}]}
            """,
            reports: #"""
                    channel all: expected 1 event, got 2  (p.yaml:12)
                      =   1  0s         log: 1
                      +   2  250ms      x: no data   not expected
                      input 1 (line 11, at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:6: an int has no fields, so no 'level' either
                """#),
        Case(
            "the right ones in another order",
            """
            input: [{source: app, type: a}, {source: app, type: b}]
            expect: {all: [{type: b}, {type: a}]}
            """,
            reports: #"""
                    channel all: expected 2 events, got 2  (p.yaml:12)
                      -      line 12    type: b   did not come
                      =   1  0s         a: no data
                      +   2  0s         b: no data   not expected
                      they came in another order, which 'unordered: true' would let pass
                      input 1 (line 11, at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:1: no such attribute: 'data' is absent
                      input 2 (line 11, at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:1: no such attribute: 'data' is absent
                """#),
        Case(
            "a step that has it still",
            """
            run: 100ms
            input: [{source: app, type: a}]
            expect: {held: [{type: a}]}
            """,
            reports: #"""
                    channel held: expected 1 event, got none  (p.yaml:13)
                      -      line 13    type: a   did not come
                      input 1 (line 12, at 0s) was taken in by held[1], later: {} (p.yaml:4)
                      input 1 (line 12, at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:1: no such attribute: 'data' is absent
                """#),
        Case(
            "inputs that lead elsewhere",
            """
            input: [{source: other, type: a}]
            expect: {loud: {count: 1}}
            """,
            reports: #"""
                    channel loud: expected 1 event, got 0  (p.yaml:12)
                      no input leads here: the channel takes from loud
                """#),
        Case(
            "an input that no source could have emitted, and expressions",
            """
            input: [{source: app, type: a, data: {n: 1}}, {source: app, type: a, data: {n: 2}, repeat: 2}]
            expect: {all: {each: data.n < 2}}
            """,
            reports: #"""
                    channel all: 2 of 3 events are not as `each` says  (p.yaml:12)
                      ~   2  0s         a: {"n":2}
                             where  expected  data.n < 2
                                    got       false
                      ~   3  0s         a: {"n":2}
                             where  expected  data.n < 2
                                    got       false
                      input 1 (line 11, at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:6: no such key: 'level'
                      input 2 (line 11, 2 times, first at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:6: no such key: 'level'
                """#),
        Case(
            "what steps failed on, also where the test passes",
            """
            input: [{source: app, type: a, data: {m: 1}, repeat: 2}]
            expect: {loud: []}
            """,
            reports: #"""
                      input 1 (line 11, 2 times, first at 0s) failed in loud[1], where: data.level in ["warn", "error"] (p.yaml:3): 1:6: no such key: 'level'
                """#),
    ]

    @Test("an event cannot speak to the terminal")
    func controlCharacters() throws {
        let result = try TestedPipeline.log(
            #"""
            input: [{source: app, type: a, data: "\e[31m"}, {source: app, type: a, data: {k: "\x9B2J"}}]
            expect: {all: []}
            """#)
        #expect(!result.text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    }

    @Test("what came from the environment stays there")
    func secrets() throws {
        let pipeline = try Pipeline(
            text: """
                sources: {s: {puppet: {}}}
                filters: {f: {from: s, steps: [{where: 'data == "${SECRET}"'}]}}
                channels: {all: {from: f}}
                tests: [{name: it, input: [{source: s, type: t}], expect: {all: [{}]}}]
                """, path: "p.yaml", sources: [Puppet.self], filters: builtinFilters, environment: ["SECRET": "hush"])
        let result = pipeline.run(try #require(pipeline.tests.first))
        #expect(result.text.contains("f[1], where: …"))
        #expect(!result.text.contains("hush"))
    }
}
