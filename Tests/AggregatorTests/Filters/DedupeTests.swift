import AggregatorTesting
import Testing

@testable import Aggregator

@Suite("dedupe")
struct DedupeTests {
    private static let cases: [MarbleCase] = [
        .init("dedupe: {per: data.key, within: 3s}", "aAaab|", "a--ab|"),
        // A repetition does not make the time longer.
        .init("dedupe: {per: data.key, within: 4s}", "a-a-a-a-a|", "a---a---a|"),
        // Without a time, for as long as the value is remembered.
        .init("dedupe: {per: data.key}", "abABacab|", "ab---c--|"),
        .init("dedupe: {per: data.key, keys: 2}", "abacab|", "ab-c-b|"),
        // By source and id.
        .init("dedupe: {within: 1m}", "aAaA|", "aA--|"),
        .init("dedupe: {}", "aAaA|", "aA--|"),
        .init("dedupe: {per: data.none}", "ab|", "a-|"),
        .init("dedupe: {per: data.v.nothing}", "ab|", "!!|"),
    ]

    @Test("drops what repeats an earlier event within its time", arguments: cases)
    func table(_ row: MarbleCase) throws { try row.check() }

    @Test("passes each key exactly once in every period that begins with a passed event")
    func property() throws {
        var random = SplitMix64(seed: 11)
        let probe = try FilterProbe("dedupe: {per: event.subject, within: 5s}")
        var passed: [String: Duration] = [:]
        for _ in 0..<5000 {
            probe.advance(by: .milliseconds(Int64(random.next() % 700)))
            let key = "k\(random.next() % 6)"
            let isDue = passed[key].map { probe.now - $0 >= .seconds(5) } ?? true
            #expect(probe.send(Event(type: "x", subject: key)).count == (isDue ? 1 : 0))
            if isDue { passed[key] = probe.now }
        }
        #expect(probe.outputs.count + probe.dropped == 5000)
    }
}
