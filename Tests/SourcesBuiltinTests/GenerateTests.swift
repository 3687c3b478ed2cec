import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

@Suite("generate") struct GenerateTests {
    @Test(
        "the value is text, bytes or JSON as the expression's result is",
        arguments: [
            (#"data: "'n' + string(count)""#, EventData.text("n1")),
            (#"data: "b'ab'""#, .bytes([97, 98])),
            (#"data: '{"n": count, "at": now}'"#, .json(Array(#"{"n":1,"at":"2030-01-01T00:00:00Z"}"#.utf8))),
            ("data: count", .json([49])),
        ])
    func values(options: String, data: EventData) async throws {
        let probe = SourceProbe(try makeSource(Generate.self, options + "\nlimit: 1"), clock: VirtualClock().clock)
        probe.start()
        #expect(try await probe.events(atLeast: 1).map(\.data) == [data])
        await probe.stop()
    }

    @Test("it counts from 1, once an interval, and ends at its limit")
    func counts() async throws {
        let clock = VirtualClock()
        let generate = try makeSource(Generate.self, "data: count\ninterval: 10s\nlimit: 3\ntype: beat\nsubject: me")
        let probe = SourceProbe(generate, clock: clock.clock)
        probe.start()
        for _ in 0..<2 {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(10))
        }
        let events = try await probe.wait { $0.ending != nil }.events
        #expect(events.map(\.text) == ["1", "2", "3"])
        #expect(events.allSatisfy { $0.type == "beat" && $0.subject == "me" })
        await probe.stop()
    }

    @Test("a count without a value is left out, and the next has its turn")
    func failures() async throws {
        let clock = VirtualClock()
        let generate = try makeSource(Generate.self, "data: 6 / (2 - count)\ninterval: 1s\nlimit: 3")
        let probe = SourceProbe(generate, clock: clock.clock)
        probe.start()
        for _ in 0..<2 {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
        }
        #expect(try await probe.wait { $0.ending != nil }.events.map(\.text) == ["6", "-6"])
        await probe.stop()
    }

    @Test(
        "a wrong expression, an unknown variable or a wrong subject is a mistake of the file",
        arguments: ["data: count +", "data: data.x", "interval: 1s", "data: '1'\nlimit: 0", "data: '1'\nsubject: ''"])
    func refused(options: String) { #expect(mistakes(Generate.self, options) != nil) }
}
