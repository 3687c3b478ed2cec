public import Aggregator
import Foundation
import Synchronization

/// Prices of made-up stocks: each symbol takes a random walk, and every price is an event about that symbol.
///
/// `data` is `{"symbol", "price", "change", "timestamp"}`: prices with two decimals, `change` since the event before
/// (0.00 in the first, which has the start price). Following a symbol that there is not is answered 404; with
/// `symbols: any` following one begins it.
public struct Ticker: EventSource {
    /// `ticker`.
    public static let name = "ticker"
    /// For `aggregator list`.
    public static let summary = "Prices of made-up stocks, a random walk per symbol: for demos, dashboards and tests."

    @Option("The type of the events.") var type = "price"
    @Option("Time between two prices of a symbol.", .range(0.001...31_536_000)) var interval: Duration = .seconds(1)
    @Option(
        "The symbols: a mapping to their start prices, a list, or `any`, which begins a symbol when it is first followed.",
        .example("{AAPL: 190.5, MSFT: 410.25}"))
    var symbols: TickerSymbols = .any
    @Option("The first price of a symbol that has none of its own.", .range(0.01...1_000_000_000)) var start = 100.0
    @Option("With `symbols: any`: at most so many.", .range(1...100_000)) var max = 1000
    @Option("The most by which a price changes in one step.") var volatility = Percentage(fraction: 0.005)
    @Option("Makes the walks repeatable: the same seed, the same prices, symbol by symbol.") var seed: Int?

    /// A ticker with its defaults.
    public init() {}

    /// Objects to what no event or route could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        guard case .known(let known) = symbols else { return }
        if known.isEmpty { problems.report("expected at least one symbol", at: options["symbols"]) }
        for (symbol, price) in known {
            if !Market.isValid(symbol) {
                problems.report("'\(symbol)' is no symbol: \(Market.rule)", at: options["symbols"])
            }
            if let price, !(0.01...1_000_000_000).contains(price) {
                problems.report("the price of \(symbol) must be from 0.01 to 1000000000", at: options["symbols"])
            }
        }
        if Set(known.map(\.symbol)).count < known.count {
            problems.report("a symbol stands there twice", at: options["symbols"])
        }
    }

    /// What the data of an event is, for expressions: it is written by hand (`Tick`).
    private struct Price: Codable {
        var symbol: String
        var price: Double
        var change: Double
        var timestamp: Date
    }

    /// Prices, of the type that the option says.
    public var emits: EventShape { EventShape([.init(type, Price.self)]) }

    /// Ticks until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        let market = Market(symbols, start: start, max: max, seed: seed)
        context.subjects { market.mayBeFollowed($0) }
        var rhythm = Rhythm(every: interval, context.clock)
        while true {
            let now = context.clock.now()
            let ticks = market.tick(volatility: volatility.fraction)
            try await context.emit(
                ticks.map { Event(type: type, subject: $0.symbol, time: now, data: $0.data(at: now)) })
            try await rhythm.next()
        }
    }
}

/// What may stand under `symbols`.
enum TickerSymbols: OptionValue, Sendable {
    /// Whatever is followed.
    case any
    /// These, some with a start price of their own.
    case known([(symbol: String, price: Double?)])

    static var shape: OptionShape { .either([.choice(["any"]), .list(.string), .mapping(.number)]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> TickerSymbols? {
        switch node.content {
        case .scalar("any", _): return .any
        case .list: return [String].decode(node, &problems).map { .known($0.map { ($0, nil) }) }
        case .mapping:
            return OrderedOptions<Double>.decode(node, &problems).map { .known($0.entries.map { ($0.name, $0.value) }) }
        case .scalar:
            problems.expected("a mapping from symbols to prices, a list of symbols, or any", at: node, among: ["any"])
            return nil
        }
    }

    var optionText: String? { if case .any = self { "any" } else { nil } }
}

/// The symbols of one ticker and where they stand. Asked by the loops' threads, ticked by the source's task.
final class Market: Sendable {
    /// What a symbol is.
    static let rule = "1 to 32 of the letters A-Z and a-z, digits and . - _ ^ = : /"

    private struct State {
        var walks: [PriceWalk] = []
        var known: Set<String> = []
    }

    private let state: Mutex<State>
    private let isOpen: Bool
    private let start: Double
    private let max: Int
    private let seed: UInt64

    init(_ symbols: TickerSymbols, start: Double, max: Int, seed: Int?) {
        let seed = seed.map { UInt64(bitPattern: Int64($0)) } ?? .random(in: 0...UInt64.max)
        var state = State()
        if case .known(let known) = symbols {
            state.walks = known.map { PriceWalk($0.symbol, from: $0.price ?? start, seed: seed) }
            state.known = Set(known.map(\.symbol))
            isOpen = false
        } else {
            isOpen = true
        }
        self.state = Mutex(state)
        (self.start, self.max, self.seed) = (start, max, seed)
    }

    /// Whether a symbol may be followed; begins it where any may.
    func mayBeFollowed(_ symbol: String) -> SubjectAnswer {
        state.withLock { state in
            if state.known.contains(symbol) { return .yes }
            guard isOpen else {
                let shown = state.walks.prefix(20).map(\.symbol).joined(separator: ", ")
                let rest = state.walks.count > 20 ? " and \(state.walks.count - 20) more" : ""
                return .no("Unknown symbol '\(symbol)'; known: \(shown)\(rest).")
            }
            guard Self.isValid(symbol) else { return .no("'\(symbol)' is no symbol: \(Self.rule).") }
            guard state.walks.count < max else {
                return .no("No further symbols: there are \(max) already, which is this ticker's `max`.")
            }
            state.known.insert(symbol)
            state.walks.append(PriceWalk(symbol, from: start, seed: seed))
            return .yes
        }
    }

    /// The next price of each symbol.
    func tick(volatility: Double) -> [Tick] {
        state.withLock { state in state.walks.indices.map { state.walks[$0].next(volatility: volatility) } }
    }

    static func isValid(_ symbol: String) -> Bool {
        (1...32).contains(symbol.utf8.count)
            && symbol.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: ".-_^=:/".utf8.contains(byte)
                }
            }
    }
}
