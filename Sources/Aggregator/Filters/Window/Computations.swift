import Expressions

/// What stands under `compute:` of a window: names, each with what is computed of the window's events.
struct Computations: OptionValue {
    /// What is computed of the values of one expression.
    enum Function: Sendable, Equatable {
        /// Of the events.
        case count
        /// Of the events for which it is true.
        case countTrue
        case sum, avg, min, max, first, last, distinct
        /// Above 0, at most 100.
        case percentile(Double)

        /// Those that a file writes as `{WORD: EXPR}`; beside them there are `count`, `pN` and `percentile`.
        static let words: [(word: String, function: Function)] = [
            ("count", .countTrue), ("sum", .sum), ("avg", .avg), ("min", .min), ("max", .max), ("first", .first),
            ("last", .last), ("distinct", .distinct),
        ]
    }

    struct Item: Sendable {
        let name: String
        let function: Function
        /// Index in `inputs`; nil for `count`.
        let input: Int?
    }

    /// In the order of the file.
    private(set) var items: [Item]
    /// Each expression once, however much is computed of it.
    private(set) var inputs: [EventExpression] = []
    /// For each input, what is computed of it.
    var functions: [[Function]] {
        inputs.indices.map { index in items.filter { $0.input == index }.map(\.function) }
    }

    /// How many events there were.
    static let count = Computations(items: [Item(name: "count", function: .count, input: nil)])

    static var shape: OptionShape { .mapping(.any) }
    /// What a window says by itself.
    static let reserved: Set = ["key", "start", "end", "partial"]

    private init(items: [Item]) { self.items = items }

    static func decode(_ node: Node, _ problems: inout Problems) -> Computations? {
        guard let entries = node.entries, !entries.isEmpty else {
            problems.expected("a mapping from names, such as {n: count, total: {sum: data.amount}}", at: node)
            return nil
        }
        let before = problems.errorCount
        var result = Computations(items: [])
        for entry in entries {
            if reserved.contains(entry.key) {
                problems.report(
                    "'\(entry.key)' is what a window says by itself (with key, start, end, partial); choose another name",
                    at: entry)
            }
            result.add(entry, &problems)
        }
        return problems.errorCount == before ? result : nil
    }

    private mutating func add(_ entry: Node.Entry, _ problems: inout Problems) {
        if entry.value.text == "count" {
            return items.append(Item(name: entry.key, function: .count, input: nil))
        }
        guard let parts = entry.value.entries, let (function, node) = Self.function(parts, &problems) else {
            if entry.value.entries?.isEmpty ?? true {
                let words = Function.words.map(\.word).joined(separator: ", ")
                problems.expected(
                    "count, or a mapping with one of \(words), p50, p95, p99, percentile, and an expression",
                    at: entry.value)
            }
            return
        }
        guard let expression = EventExpression.decode(node, expecting: nil, &problems) else { return }
        if let message = function.objection(to: expression.resultType) { return problems.report(message, at: node) }
        let known = inputs.firstIndex { $0.text == expression.text }
        if known == nil { inputs.append(expression) }
        items.append(Item(name: entry.key, function: function, input: known ?? inputs.count - 1))
    }

    /// `{sum: EXPR}`, `{p95: EXPR}` or `{percentile: 99.9, of: EXPR}`.
    private static func function(_ entries: [Node.Entry], _ problems: inout Problems) -> (Function, Node)? {
        guard let first = entries.first else { return nil }
        if entries.contains(where: { $0.key == "percentile" }) { return percentile(entries, &problems) }
        guard entries.count == 1 else {
            problems.report(
                "one thing is computed under each name, and '\(entries[1].key)' is a second one", at: entries[1])
            return nil
        }
        if let known = Function.words.first(where: { $0.word == first.key }) { return (known.function, first.value) }
        if first.key.hasPrefix("p"), let percent = Double(decimal: first.key.dropFirst()), percent > 0, percent <= 100 {
            return (.percentile(percent), first.value)
        }
        let words = Function.words.map(\.word) + ["p50", "p95", "p99", "percentile"]
        problems.report(
            "nothing is called \(problems.quote(key: first.key)) that a window can compute"
                + problems.suggestion(for: first.key, among: words), at: first)
        return nil
    }

    private static func percentile(_ entries: [Node.Entry], _ problems: inout Problems) -> (Function, Node)? {
        guard let number = entries.first(where: { $0.key == "percentile" }),
            let of = entries.first(where: { $0.key == "of" }), entries.count == 2
        else {
            problems.report("a percentile is written {percentile: 99.9, of: EXPRESSION}", at: entries[0])
            return nil
        }
        guard let percent = Double.decode(number.value, &problems) else { return nil }
        guard percent > 0, percent <= 100 else {
            problems.expected("a percentile above 0, at most 100", at: number.value)
            return nil
        }
        return (.percentile(percent), of.value)
    }

    var optionText: String? {
        let texts = items.map { item in
            let expression = item.input.map { inputs[$0].text.quotedForYAML } ?? ""
            return "\(item.name): \(item.function.text(of: expression))"
        }
        return "{" + texts.joined(separator: ", ") + "}"
    }
}

extension Computations.Function {
    /// Why it cannot be computed of values of this type; nil if it can.
    fileprivate func objection(to type: ValueType) -> String? {
        if case .optional(let held) = type { return objection(to: held) }
        let numbers: [ValueType] = [.dyn, .null, .int, .uint, .double]
        switch self {
        case .count, .first, .last, .distinct: return nil
        case .countTrue:
            return type == .bool || type == .dyn
                ? nil : "{count: …} counts where a condition is true, this is \(type.inWords)"
        case .sum, .avg, .percentile:
            return numbers.contains(type) ? nil : "expected a number here, this is \(type.inWords)"
        case .min, .max:
            return (numbers + [.timestamp, .duration, .string]).contains(type)
                ? nil : "expected a number, a text or a time here, this is \(type.inWords)"
        }
    }

    fileprivate func text(of expression: String) -> String {
        if self == .count { return "count" }
        if case .percentile(let percent) = self { return "{percentile: \(percent), of: \(expression)}" }
        let word = Self.words.first { $0.function == self }?.word ?? "count"
        return "{\(word): \(expression)}"
    }
}

extension ValueType {
    /// For messages: `a list`.
    fileprivate var inWords: String {
        switch self {
        case .dyn: "a value"
        case .null: "null"
        case .bool: "a truth value"
        case .int: "an int"
        case .uint: "a uint"
        case .double: "a double"
        case .string: "a string"
        case .bytes: "bytes"
        case .timestamp: "a timestamp"
        case .duration: "a duration"
        case .type: "a type"
        case .list: "a list"
        case .map, .object: "a map"
        case .optional: "an optional value"
        }
    }
}
