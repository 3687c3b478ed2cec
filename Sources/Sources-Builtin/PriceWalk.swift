import Aggregator

/// A price that goes up and down at random. What is shown is rounded to cents; the walk itself is not, so that a cheap
/// stock does not stick to its cent.
struct PriceWalk: Sendable {
    let symbol: String
    private var price: Double
    private var shown: Int?
    private var random: SplitMix64

    /// The walk depends on the seed and the symbol alone, not on the other symbols.
    init(_ symbol: String, from start: Double, seed: UInt64) {
        self.symbol = symbol
        price = start
        // FNV-1a: any hash would do that is the same in every process, which Swift's own is not.
        let hash = symbol.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        random = SplitMix64(seed: seed ^ hash)
    }

    /// The start price first, then one step after the other.
    mutating func next(volatility: Double) -> Tick {
        if shown != nil {
            let factor = 1 + volatility * Double.random(in: -1...1, using: &random)
            price = min(max(price * factor, 0.01), 1e12)
        }
        let cents = Int((price * 100).rounded())
        defer { shown = cents }
        return Tick(symbol: symbol, cents: cents, change: cents - (shown ?? cents))
    }
}

/// One price.
struct Tick: Sendable, Equatable {
    var symbol: String
    var cents: Int
    /// Against the price before, in cents.
    var change: Int

    /// The event's data. Both numbers always have two decimals, so that an expression always sees doubles.
    func data(at time: Timestamp) -> EventData {
        var object = JSONObjectText()
        object.set("symbol", symbol)
        object.set("price", json: Self.decimal(cents).utf8)
        object.set("change", json: Self.decimal(change).utf8)
        object.set("timestamp", time.rfc3339)
        return .json(object.finished)
    }

    static func decimal(_ cents: Int) -> String {
        let (whole, part) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(cents < 0 ? "-" : "")\(whole).\(part < 10 ? "0" : "")\(part)"
    }
}
