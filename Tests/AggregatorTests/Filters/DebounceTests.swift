import AggregatorTesting
import Testing

@testable import Aggregator

@Suite("debounce")
struct DebounceTests {
    private static let cases: [MarbleCase] = [
        .init("debounce: {quiet: 2s}", "ab---c--|", "---b---c|"),
        .init("debounce: {quiet: 2s}", "abcdef--|", "-------f|"),
        .init("debounce: {quiet: 2s, max: 3s}", "abcdef--|", "---c--f-|"),
        // The end of the pipeline loses nothing.
        .init("debounce: {quiet: 2s}", "a|", "-a|"),
        .init("debounce: {quiet: 9s, per: data.key}", "abA|", "---(bA)|"),
        .init("debounce: {quiet: 2s, per: data.key}", "aBA--|", "--aBA|"),
        .init("debounce: {quiet: 2s, per: data.key, max: 3s}", "aAaA--|", "---a-A|"),
        // What does not fit passes at once.
        .init("debounce: {quiet: 2s, per: data.key, keys: 1}", "ab--|", "-a-b|"),
        .init("debounce: {quiet: 2s, per: data.key, bytes: 1B}", "ab|", "ab|"),
        .init("debounce: {quiet: 2s, per: data.none}", "ab--|", "---b|"),
        .init("debounce: {quiet: 2s, per: data.v.nothing}", "ab|", "!!|"),
    ]

    @Test("lets the last event of a burst pass after its quiet", arguments: cases)
    func table(_ row: MarbleCase) throws { try row.check() }

    @Test("loses no key's last event, and lets exactly those pass that a pause follows")
    func property() throws {
        var random = SplitMix64(seed: 3)
        let probe = try FilterProbe("debounce: {quiet: 2s, per: event.subject}")
        var input: [String: [(id: EventID, time: Duration)]] = [:]
        for number in 0..<3000 {
            probe.advance(by: .milliseconds(Int64(random.next() % 800)))
            let event = Event(id: .given("\(number)"), type: "x", subject: "k\(random.next() % 4)")
            input[event.subject ?? "", default: []].append((event.id, probe.now))
            probe.send(event)
        }
        probe.finish()
        for (key, events) in input {
            let expected = events.indices.filter { index in
                index == events.count - 1 || events[index + 1].time - events[index].time >= .seconds(2)
            }
            #expect(probe.outputs.filter { $0.event.subject == key }.map(\.event.id) == expected.map { events[$0].id })
        }
        #expect(probe.held == 3000)
        #expect(probe.dropped == 0)
    }
}

@Suite("latest")
struct LatestTests {
    private static let cases: [MarbleCase] = [
        .init("latest: {every: 3s}", "abc----|", "---c---|"),
        .init("latest: {every: 3s}", "abcdef-|", "---c--f|"),
        .init("latest: {every: 3s}", "a------b---|", "---a------b|"),
        .init("latest: {every: 4s, per: data.key}", "aBAb---|", "----(Ab)--|"),
        .init("latest: {every: 9s, per: data.key}", "abA|", "---(bA)|"),
        .init("latest: {every: 3s, per: data.key, keys: 1}", "ab--|", "-a-b|"),
        .init("latest: {every: 3s, per: data.key, bytes: 1B}", "ab|", "ab|"),
        .init("latest: {every: 3s, per: data.none}", "ab--|", "---b|"),
        .init("latest: {every: 3s, per: data.v.nothing}", "ab|", "!!|"),
    ]

    @Test("lets the last event of each key pass once an interval", arguments: cases)
    func table(_ row: MarbleCase) throws { try row.check() }

    @Test("loses no key's last event, and lets each key pass at most once an interval")
    func property() throws {
        var random = SplitMix64(seed: 5)
        let probe = try FilterProbe("latest: {every: 5s, per: event.subject}")
        var last: [String: EventID] = [:]
        for number in 0..<3000 {
            probe.advance(by: .milliseconds(Int64(random.next() % 900)))
            let event = Event(id: .given("\(number)"), type: "x", subject: "k\(random.next() % 4)")
            last[event.subject ?? ""] = event.id
            probe.send(event)
        }
        probe.finish()
        for (key, id) in last {
            let outputs = probe.outputs.filter { $0.event.subject == key }
            #expect(outputs.last?.event.id == id)
            // What the end of the pipeline pushes out waits for no interval.
            for (one, next) in zip(outputs, outputs.dropFirst()).dropLast() {
                #expect(next.time - one.time >= .seconds(5))
            }
        }
    }
}
