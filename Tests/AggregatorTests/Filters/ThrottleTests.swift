import AggregatorTesting
import Testing

@testable import Aggregator

@Suite("throttle")
struct ThrottleTests {
    private static let cases: [MarbleCase] = [
        // One of each interval, which begins with the event that passes.
        .init("throttle: {every: 3s}", "abcdef|", "a--d--|"),
        .init("throttle: {every: 3s}", "-a---bc---d|", "-a---b----d|"),
        .init("throttle: {every: 1s}", "(abc)d|", "ad|"),
        .init("throttle: {limit: 2, every: 3s}", "abcdef|", "ab-de-|"),
        .init("throttle: {limit: 2, every: 3s}", "a--(bcd)|", "a--(bc)|"),
        // Each key has its own interval.
        .init("throttle: {every: 4s, per: data.key}", "abAB-aB|", "ab---aB|"),
        // What is absent is a key of its own.
        .init("throttle: {every: 4s, per: data.none}", "abcd-e|", "a----e|"),
        // A key that was forgotten starts anew.
        .init("throttle: {every: 9s, per: data.key, keys: 2}", "abAcAba|", "ab-c-b-|"),
        // A value that cannot be had drops the event, and says so.
        .init("throttle: {every: 9s, per: data.v.nothing}", "ab|", "!!|"),
    ]

    @Test("passes the first events of each key's interval", arguments: cases)
    func table(_ row: MarbleCase) throws { try row.check() }

    @Test("lets at most `limit` events of a key pass in any interval, and the first after a pause always")
    func property() throws {
        var random = SplitMix64(seed: 7)
        let probe = try FilterProbe("throttle: {limit: 3, every: 10s, per: event.subject}")
        var opened: [String: (start: Duration, passed: Int)] = [:]
        for number in 0..<5000 {
            probe.advance(by: .milliseconds(Int64(random.next() % 900)))
            let key = "k\(random.next() % 5)"
            let hasPassed = !probe.send(Event(id: .given("\(number)"), type: "x", subject: key)).isEmpty
            var interval = opened[key] ?? (start: probe.now, passed: 0)
            if probe.now - interval.start >= .seconds(10) { interval = (start: probe.now, passed: 0) }
            #expect(hasPassed == (interval.passed < 3))
            if hasPassed { interval.passed += 1 }
            opened[key] = interval
        }
        #expect(probe.outputs.count + probe.dropped == 5000)
    }
}
