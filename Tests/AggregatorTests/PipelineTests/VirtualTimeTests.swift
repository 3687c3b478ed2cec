import Synchronization
import Testing

@testable import Aggregator

/// Asks to be woken again and again, and says when it was.
struct Beat: Filter {
    static let name = "beat"
    static let summary = "Emits by the clock, for ever."
    @Option("How often.") var every: Duration
    private var context: FilterContext?
    private var number = 0

    mutating func start(_ context: FilterContext) {
        self.context = context
        context.wake(after: every)
    }

    mutating func apply(_ event: inout Event) -> FilterResult { .drop }

    mutating func wake() -> [Event] {
        number += 1
        context?.wake(after: every)
        return [Event(type: "beat", time: context?.clock.now() ?? .now(), data: .json(Array("\(number)".utf8)))]
    }
}

@Suite("Tests of pipelines: time")
struct VirtualTimeTests {
    @Test("an hour takes no time, whatever the steps wait for, and event.time follows")
    func hour() throws {
        let tested = try TestedPipeline(
            """
            sources: {s: {puppet: {}}}
            filters: {beats: {from: s, steps: [{beat: {every: 1m}}, {set: {data: string(event.time)}}]}}
            channels: {beats: {from: beats}}
            tests:
              - {name: it, run: 1h, expect: {beats: {count: 60, events: [{at: 1m, exact: "2030-01-01T00:01:00Z"}], more: true}}}
            """, filters: [Beat.self])
        let result = try tested.result()
        #expect(result.outcome == .passed, "\(result.text)")
        #expect(result.simulated == .seconds(3600))
        #expect(result.duration < .seconds(60))
    }

    @Test("the window of an hour is tested as it would come")
    func window() throws {
        let tested = try TestedPipeline(
            """
            sources: {s: {puppet: {}}}
            filters: {hourly: {from: s, steps: [{window: {every: 1h, compute: {n: count, sum: {sum: data.v}}}}]}}
            channels: {hourly: {from: hourly}}
            tests:
              - name: it
                input: [{source: s, type: t, data: {v: 2}, repeat: 3601, every: 1s}]
                expect: {hourly: [{at: 1h, data: {n: 3600, sum: 7200}}, {at: 2h, data: {n: 1, sum: 2}}]}
            """)
        let result = try tested.result()
        #expect(result.outcome == .passed, "\(result.text)")
    }

    @Test("an event that is not of its declared type does not come in, and why is told")
    func misfit() throws {
        let tested = try TestedPipeline(
            """
            types: {log: {level: string}}
            sources: {s: {puppet: {}}}
            channels: {all: {from: s}}
            tests:
              - {name: it, input: [{source: s, type: log, data: {level: 5}}, {source: s, type: x}], expect: {all: [{type: x}]}}
              - {name: other, input: [{source: s, type: log, data: {}}], expect: {all: [{}]}}
            """)
        let results = tested.results
        #expect(results.map(\.outcome) == [.passed, .failed])
        #expect(results[0].text.contains("input 1 (line 5, at 0s) was not taken: "))
        #expect(results[0].text.contains("/level"))
        #expect(results[1].text.contains("input 1 (line 6, at 0s) was not taken: "))
    }

    @Test("without `run`, time goes on until nothing waits any more")
    func untilNothingWaits() throws {
        let result = try TestedPipeline.log(
            """
            input: [{source: app, type: a}, {source: app, type: b, at: 500ms}]
            expect: {held: [{type: a, at: 1500ms}, {type: b, at: 1500ms}]}
            """)
        #expect(result.outcome == .passed, "\(result.text)")
        #expect(result.simulated == .milliseconds(1500))
    }

    @Test("with `run`, it goes on so long after the last input, and no longer")
    func run() throws {
        for (run, count) in [("400ms", 0), ("1s", 1)] {
            let result = try TestedPipeline.log(
                """
                run: \(run)
                input: [{source: app, type: a, at: 2s}]
                expect: {held: {count: \(count)}}
                """)
            #expect(result.outcome == .passed, "\(result.text)")
        }
    }

    @Test("steps that never end break the test, with what to do, instead of running for ever")
    func withoutEnd() throws {
        let tested = try TestedPipeline(
            """
            sources: {s: {puppet: {}}}
            filters: {beats: {from: s, steps: [{beat: {every: 1s}}]}, storm: {from: s, steps: [{beat: {every: 0s}}]}}
            channels: {beats: {from: beats}, storm: {from: storm}}
            tests:
              - {name: no run, expect: {beats: []}}
              - {name: no pause, run: 1s, expect: {beats: []}}
            """, filters: [Beat.self])
        let results = tested.results
        #expect(results.map(\.outcome) == [.broken, .broken])
        #expect(results[0].summary.contains("`run: 1h`"))
        #expect(results[1].summary.contains("more than 100000 events came of it"))
    }

    @Test("more than a million inputs break the test, instead of filling the memory")
    func tooMany() throws {
        let inputs = Array(repeating: "{source: app, type: a, repeat: 100000}", count: 11).joined(separator: ", ")
        let result = try TestedPipeline.log("input: [\(inputs)]\nexpect: {loud: []}")
        #expect(result.outcome == .broken)
        #expect(result.summary == "more than 1000000 events would go in; repeat them less often")
    }

    @Test("at one moment alarms go off first, in the order of the filters in the file, then inputs come, in theirs")
    func order() throws {
        let tested = try TestedPipeline(
            """
            sources: {a: {puppet: {}}, b: {puppet: {}}, c: {puppet: {}}}
            filters:
              one: {from: a, steps: [{beat: {every: 1s}}, {set: {subject: '"one"'}}]}
              two: {from: b, steps: [{beat: {every: 1s}}, {set: {subject: '"two"'}}]}
              three: {from: a, steps: [{beat: {every: 1s}}, {set: {subject: '"three"'}}]}
            channels: {all: {from: [one, two, three, c]}}
            tests:
              - name: it
                run: 0s
                input: [{source: c, type: t, subject: y, at: 1s}, {source: c, type: t, subject: x, at: 0s},
                        {source: c, type: t, subject: z, at: 1s}]
                expect: {all: [{subject: x}, {subject: one}, {subject: two}, {subject: three}, {subject: y}, {subject: z}]}
            """, filters: [Beat.self])
        let result = try tested.result()
        #expect(result.outcome == .passed, "\(result.text)")
    }

    @Test("one that is repeated comes so often, so far apart; the next comes with the last of it")
    func repeated() throws {
        let result = try TestedPipeline.log(
            """
            start: 2026-12-31T23:59:59Z
            input: [{source: app, type: a, repeat: 3, every: 2s}, {source: app, type: b}]
            expect:
              all:
                - {id: input-1, at: 0s}
                - {id: input-1.2, at: 2s, time: "2027-01-01T00:00:01Z"}
                - {id: input-1.3, at: 4s}
                - {id: input-2, at: 4s}
            """)
        #expect(result.outcome == .passed, "\(result.text)")
    }

    @Test("every run is the same: chance, ids that steps make, and reports")
    func determinism() throws {
        let text = """
            sources: {s: {puppet: {}}}
            filters:
              some: {from: s, steps: [{sample: 50%}]}
              beats: {from: s, steps: [{beat: {every: 1s}}, {set: {data: event.id}}]}
            channels: {some: {from: some}, beats: {from: beats}}
            tests:
              - name: it
                run: 2s
                input: [{source: s, type: t, repeat: 100}]
                expect: {some: [], beats: [{id: made-1, exact: made-1}, {id: made-2}]}
            """
        let first = try TestedPipeline(text, filters: [Beat.self]).result()
        let second = try TestedPipeline(text, filters: [Beat.self]).result()
        #expect(first.report == second.report)
        #expect(first.summary.hasPrefix("channel some: expected no event, got "))
        #expect(!first.text.contains("channel beats"), "\(first.text)")
    }

    @Test("an input of a filter passes what comes before it by, and says whose it is")
    func filterInput() throws {
        let result = try TestedPipeline.log(
            """
            input: [{filter: loud, type: log, data: {level: warn, count: 1}}]
            expect: {all: [], loud: [{source: app, data: {n: 2}}]}
            """)
        #expect(result.outcome == .passed, "\(result.text)")
    }

    @Test("no source is run")
    func noSource() throws {
        let ran = Mutex(false)
        let script = Puppet.script { _ in ran.withLock { $0 = true } }
        let tested = try TestedPipeline(
            """
            sources: {s: {puppet: {script: \(script)}}}
            channels: {all: {from: s}}
            tests: [{name: it, run: 1h, expect: {all: []}}]
            """)
        #expect(try tested.result().outcome == .passed)
        #expect(!ran.withLock { $0 })
    }
}
