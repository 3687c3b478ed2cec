// What expressions cost: nanoseconds for one evaluation, over a JSON event of about 200 bytes that has been scanned, beside
// the scan itself, and what the steps that use them cost. `make bench-expressions`; the figures are in docs/performance.md.
import Expressions

let event = Array(
    #"""
    {"symbol": "AAPL", "price": 190.53, "change": -0.21, "high": 191.75, "low": 189.02, "volume": 48210077, "venue": "XNAS", "currency": "USD", "halted": false, "timestamp": "2024-05-01T12:00:00.250Z"}
    """#.utf8)

/// An event as the pipeline has it: `data` scanned, attributes at hand.
final class Sample {
    let object: JSONObject
    let type = "price"
    let subject = "AAPL"

    init(_ bytes: [UInt8]) throws(JSONProblem) { object = try JSONObject(bytes) }
}

struct SampleActivation: Activation {
    let sample: Sample

    func value(of variable: Variable) -> Value? {
        if variable.index == 0 { return .object(sample.object) }
        return .map(["type": .string(sample.type), "subject": .string(sample.subject)])
    }

    func object(of variable: Variable) -> Unmanaged<JSONObject>? {
        variable.index == 0 ? Unmanaged.passUnretained(sample.object) : nil
    }

    func field(_ name: String, of variable: Variable) -> FieldAtHand {
        guard variable.index == 1 else { return .elsewhere }
        switch name {
        case "type": return .value(.string(sample.type))
        case "subject": return .value(.string(sample.subject))
        default: return .absent
        }
    }
}

let environment = ExpressionEnvironment([
    ("data", .dyn),
    ("event", .object(ObjectType(name: "event", fields: ["type": .init(.string), "subject": .init(.string)]))),
])
let texts = [
    "true", #"event.type == "price""#, #"event.type in ["price", "trade"]"#, "has(event.subject)",
    "data.high > data.low",
    "data.symbol == data.venue", "data.price > 100.0", #"data.symbol == "AAPL""#, #"data.venue in ["XNYS", "XNAS"]"#,
    "data.high > data.low && data.volume > 1000", "data.price * 2.0 > data.high", "data.high - data.low > 1.0",
    #"data.symbol.startsWith("AA")"#, #"data.symbol.matches("^A+PL$")"#, "data.?missing.orValue(1) == 1",
    "timestamp(data.timestamp).getHours() == 12", #"[1, 2, 3].exists(x, x == 3)"#,
    #"{"symbol": data.symbol, "mean": (data.high + data.low) / 2.0}"#,
]

/// The type that a pipeline file would write as `{symbol: string, price: number, change: number, volume: int,
/// halted: bool, timestamp: timestamp}`; the other four fields of the event pass unchecked.
let fields: [(name: String, rule: DataRule)] = [
    ("symbol", .string), ("price", .double), ("change", .double), ("volume", .int), ("halted", .bool),
    ("timestamp", .timestamp),
]
let type = DataType(.object(fields.map { ObjectRule.Property($0.name, $0.rule, isRequired: true) }))

let sample = try Sample(event)
// The expressions that are given as arguments instead, if there are some: to look at one alone under a profiler.
let wanted = CommandLine.arguments.count > 1 ? Array(CommandLine.arguments.dropFirst()) : texts
print("An event of \(event.count) bytes. To look through it once, before the first expression:")
row("the scan", try measure { _ = try JSONObject(event) })
row("the scan, checking a type of six fields", try measure { _ = try type.check(event) })
print("After that, each evaluation:")
for text in wanted {
    let expression = try Expression(text, in: environment)
    let activation = SampleActivation(sample: sample)
    row(text, try measure { _ = try expression.evaluate(activation) })
}
if wanted == texts {
    print("A step, for each event:")
    try Steps.measureAll()
}
