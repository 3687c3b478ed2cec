import Expressions

/// All that a window computes of the values of one expression, in one pass and bounded memory. Nulls are left out, as in SQL;
/// numbers that are not finite are errors.
struct InputSummary: Sendable {
    /// What is asked for, so that nothing else is kept.
    struct Wanted: Sendable {
        var order = false
        var ends = false
        var numbers = false
        var condition = false
        var quantiles = false
        var distinct = false

        init(_ functions: [Computations.Function]) {
            for function in functions {
                switch function {
                case .count: break
                case .countTrue: condition = true
                case .sum, .avg: numbers = true
                case .min, .max: order = true
                case .first, .last: ends = true
                case .distinct: distinct = true
                case .percentile: (numbers, quantiles) = (true, true)
                }
            }
        }

        /// - Throws: `FieldProblem` when a value does not do for what is computed of it.
        func check(_ value: Value) throws {
            if case .null = value { return }
            if condition, value.kind != .bool {
                throw FieldProblem(description: "what is counted must be true or false, this is \(value.kind.word)")
            }
            if numbers, ![.int, .uint, .double].contains(value.kind) {
                throw FieldProblem(description: "a number is needed to compute with, this is \(value.kind.word)")
            }
            if numbers, case .double(let number) = value, !number.isFinite {
                throw FieldProblem(description: "a finite number is needed to compute with, this is \(number)")
            }
            if order, ![.int, .uint, .double, .string, .timestamp, .duration].contains(value.kind) {
                throw FieldProblem(
                    description: "min and max need a number, a text or a time, this is \(value.kind.word)")
            }
        }
    }

    private var trues = 0
    private var sum = NumberSum()
    private var low: Value?
    private var high: Value?
    private var first: Value?
    private var last: Value?
    private var quantiles: QuantileSketch?
    private var distinct: DistinctSketch?

    init(_ wanted: Wanted) {
        if wanted.quantiles { quantiles = QuantileSketch() }
        if wanted.distinct { distinct = DistinctSketch() }
    }

    /// Takes a value that was checked.
    mutating func add(_ value: Value, _ wanted: Wanted) {
        switch value {
        case .null: return
        case .double(let number) where !number.isFinite: return
        default: break
        }
        if wanted.condition, case .bool(true) = value { trues += 1 }
        if wanted.numbers { sum.add(value) }
        if wanted.quantiles, let number = value.asDouble { quantiles?.add(number) }
        if wanted.order {
            if low.map({ value.comes(before: $0) }) ?? true { low = value }
            if high.map({ $0.comes(before: value) }) ?? true { high = value }
        }
        if wanted.ends {
            let value = value.whole
            if first == nil { first = value }
            last = value
        }
        if wanted.distinct { distinct?.add(KeyFingerprint(value)) }
    }

    /// Takes what was made of later values.
    mutating func merge(_ other: InputSummary) {
        trues += other.trues
        sum.merge(other.sum)
        if let value = other.low, low.map({ value.comes(before: $0) }) ?? true { low = value }
        if let value = other.high, high.map({ $0.comes(before: value) }) ?? true { high = value }
        first = first ?? other.first
        last = other.last ?? last
        if let more = other.quantiles { quantiles?.merge(more) }
        if let more = other.distinct { distinct?.merge(more) }
    }

    /// What a function comes to; null where it needs a value and there was none.
    func value(of function: Computations.Function) -> Value {
        switch function {
        case .count: .null
        case .countTrue: .int(Int64(trues))
        case .sum: sum.value
        case .avg: sum.count == 0 ? .null : .double(sum.asDouble / Double(sum.count))
        case .min: low ?? .null
        case .max: high ?? .null
        case .first: first ?? .null
        case .last: last ?? .null
        case .distinct: .int(Int64(distinct?.count ?? 0))
        case .percentile(let percent): quantiles?.percentile(percent).map { sum.likeInput($0) } ?? .null
        }
    }
}

/// A sum of numbers: a whole number as long as all are and it fits.
private struct NumberSum: Sendable {
    private(set) var count = 0
    private var whole: Int64 = 0
    private var fraction = 0.0
    /// All so far were ints, and their sum fits.
    private var isWhole = true

    mutating func add(_ value: Value) {
        count += 1
        if case .int(let number) = value, isWhole {
            let (sum, overflow) = whole.addingReportingOverflow(number)
            if !overflow { return whole = sum }
        }
        leaveWhole()
        fraction += value.asDouble ?? 0
    }

    mutating func merge(_ other: NumberSum) {
        count += other.count
        if isWhole, other.isWhole {
            let (sum, overflow) = whole.addingReportingOverflow(other.whole)
            if !overflow { return whole = sum }
        }
        leaveWhole()
        fraction += other.asDouble
    }

    var asDouble: Double { isWhole ? Double(whole) : fraction }

    var value: Value { isWhole ? .int(whole) : .double(fraction) }

    /// A number of the kind of those that were added.
    func likeInput(_ number: Double) -> Value {
        isWhole ? Int64(exactly: number).map { .int($0) } ?? .double(number) : .double(number)
    }

    private mutating func leaveWhole() {
        guard isWhole else { return }
        isWhole = false
        fraction = Double(whole)
    }
}

extension Value {
    fileprivate var asDouble: Double? {
        switch self {
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// An object as a map of its own, without the text that it was read from.
    fileprivate var whole: Value { if case .object(let source) = self { source.value() } else { self } }

    /// The order of min and max; numbers come before texts, these before times.
    fileprivate func comes(before other: Value) -> Bool {
        switch (self, other) {
        case (.int(let a), .int(let b)): return a < b
        case (.string(let a), .string(let b)): return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
        case (.timestamp(let a), .timestamp(let b)): return a < b
        case (.duration(let a), .duration(let b)): return a < b
        default:
            if let a = asDouble, let b = other.asDouble { return a < b }
            return rank < other.rank
        }
    }

    private var rank: Int {
        switch self {
        case .int, .uint, .double: 0
        case .string: 1
        case .timestamp: 2
        default: 3
        }
    }
}
