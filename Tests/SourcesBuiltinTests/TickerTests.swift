import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

@Suite("ticker") struct TickerTests {
    @Test("the first price is the start price, and each comes with its change, symbol and time")
    func firstPrice() async throws {
        let clock = VirtualClock()
        let ticker = try makeSource(Ticker.self, "symbols: {AAPL: 190.5, MSFT: 410.25}\ninterval: 1s\nseed: 7")
        let probe = SourceProbe(ticker, clock: clock.clock)
        probe.start()
        let events = try await probe.events(atLeast: 2)
        await probe.stop()
        #expect(events.map(\.subject) == ["AAPL", "MSFT"])
        #expect(events.allSatisfy { $0.type == "price" })
        #expect(
            events[0].text
                == #"{"symbol":"AAPL","price":190.50,"change":0.00,"timestamp":"2030-01-01T00:00:00Z"}"#)
    }

    @Test("the same seed makes the same walk of a symbol, whatever the other symbols are")
    func seeds() async throws {
        var alone = PriceWalk("AAPL", from: 100, seed: 1)
        let market = Market(.known([("X", 5), ("AAPL", 100)]), start: 1, max: 10, seed: 1)
        var other = PriceWalk("AAPL", from: 100, seed: 2)
        let walk = (0..<50).map { _ in alone.next(volatility: 0.01) }
        #expect(walk == (0..<50).map { _ in market.tick(volatility: 0.01)[1] })
        #expect(walk != (0..<50).map { _ in other.next(volatility: 0.01) })
    }

    @Test("a price is whole cents, above zero, and its change leads from the one before to it")
    func prices() {
        for seed in 0..<50 {
            var walk = PriceWalk("X", from: seed.isMultiple(of: 2) ? 0.01 : 1e9, seed: UInt64(seed))
            var last = walk.next(volatility: 1).cents
            for _ in 0..<500 {
                let tick = walk.next(volatility: 1)
                #expect(tick.cents >= 1 && tick.cents <= 100_000_000_000_000)
                #expect(last + tick.change == tick.cents)
                last = tick.cents
            }
        }
    }

    @Test(
        "cents are written with two decimals",
        arguments: [(0, "0.00"), (5, "0.05"), (19050, "190.50"), (-37, "-0.37"), (-12345, "-123.45")])
    func decimals(cents: Int, text: String) { #expect(Tick.decimal(cents) == text) }

    @Test("the beat does not drift, and beats that were missed are left out")
    func rhythm() async throws {
        let clock = VirtualClock()
        let ticker = try makeSource(Ticker.self, "symbols: [A]\ninterval: 1s")
        let probe = SourceProbe(ticker, clock: clock.clock)
        probe.start()
        for step in [1.0, 1.0, 5.5, 0.5] {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(step))
        }
        await clock.waitForSleepers(1)
        let times = ["00", "01", "02", "07", "08"].map { Value.string("2030-01-01T00:00:\($0)Z") }
        #expect(probe.events.count == times.count)
        for (event, time) in zip(probe.events, times) {
            #expect(event["timestamp"]?.json.prefix(20) == time.json.prefix(20))
        }
        await probe.stop()
    }

    @Test("following a symbol that is not there is ruled out, with the known ones in the words")
    func unknown() async throws {
        let probe = SourceProbe(try makeSource(Ticker.self, "symbols: [AAPL, MSFT]"))
        probe.start()
        try await probe.events(atLeast: 2)
        #expect(probe.subject("AAPL") == .yes)
        #expect(probe.subject("NOPE") == .no("Unknown symbol 'NOPE'; known: AAPL, MSFT."))
        await probe.stop()
    }

    @Test("with any symbol, following one begins it, up to `max`, and what is no symbol is refused")
    func any() async throws {
        let clock = VirtualClock()
        let probe = SourceProbe(try makeSource(Ticker.self, "symbols: any\nstart: 50\nmax: 2"), clock: clock.clock)
        probe.start()
        await clock.waitForSleepers(1)
        #expect(probe.events.isEmpty)
        #expect(probe.subject("GME") == .yes)
        #expect(probe.subject("<b>") == .no("'<b>' is no symbol: \(Market.rule)."))
        clock.advance(by: .seconds(1))
        let first = try await probe.events(atLeast: 1)
        #expect(first[0].subject == "GME" && first[0].text.contains(#""price":50.00"#))
        #expect(probe.subject("AMC") == .yes)
        #expect(probe.subject("GME") == .yes)
        guard case .no(let words) = probe.subject("BB") else {
            Issue.record("a third symbol was begun")
            return
        }
        #expect(words.contains("2"))
        await probe.stop()
    }

    @Test(
        "what cannot be is a mistake of the file",
        arguments: [
            "symbols: {A B: 1}", "symbols: {A: 0}", "symbols: [A, A]", "symbols: []", "symbols: some", "interval: 0s",
            "symbols: {A: x}", "type: gap", "volatility: 120%", "start: -1",
        ])
    func refused(options: String) { #expect(mistakes(Ticker.self, options) != nil) }
}
