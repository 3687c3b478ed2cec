import Synchronization
import TestSupport
import Testing

@testable import Aggregator

@Suite("The end of a pipeline")
struct EndingTests {
    private func pipeline(_ strings: Strings, _ clock: VirtualClock) throws -> PipelineUnderTest {
        // The file's order is not the order of the way: `second` comes after `first`.
        try PipelineUnderTest(
            """
            sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}
            filters:
              second: {from: [first], steps: [{latest: {every: 1h, per: event.subject}}]}
              first:
                from: [s]
                steps: [{debounce: {quiet: 1h, per: event.subject}}, {set: {type: '"seen"'}}, {throttle: {every: 1h, limit: 2}}]
            channels: {all: {from: [second]}, seen: {from: [first]}}
            """, clock: clock.clock)
    }

    @Test("what steps hold goes on, through all steps behind them, into the channels")
    func finished() async throws {
        let clock = VirtualClock()
        let strings = Strings()
        let pipeline = try pipeline(strings, clock)
        try pipeline.start()
        let context = try await strings.pull()
        try context.emitNow(["A", "B", "C", "A"].map { Event(type: "x", subject: $0) })
        #expect(try pipeline.count("seen") == 0)
        await pipeline.stop()
        #expect(try pipeline.count("seen") == 2)
        #expect(try pipeline.count("all") == 2)
        let steps = pipeline.live.filters[1].steps
        #expect(steps[0].held.value == 4)
        #expect(steps[0].passed.value == 3)
        #expect(steps[2].dropped.value == 1)
    }

    @Test("an event that is accepted after the sources have ended is not held")
    func late() async throws {
        let clock = VirtualClock()
        let strings = Strings()
        let pipeline = try pipeline(strings, clock)
        try pipeline.start()
        let context = try await strings.pull()
        await pipeline.live.stop(within: .seconds(60))
        try context.emitNow(Event(type: "x", subject: "A"))
        #expect(try pipeline.count("all") == 1)
        await pipeline.stop()
    }
}
