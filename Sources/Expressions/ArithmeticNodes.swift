// `+ - * / %` and the sign. Integers that overflow are errors, never wrapped (language definition, "Overflow").

final class ArithmeticNode: Node {
    let span: Span
    let operation: BinaryOperator
    let left: any Node
    let right: any Node

    init(_ operation: BinaryOperator, _ left: any Node, _ right: any Node, _ span: Span) {
        self.operation = operation
        self.left = left
        self.right = right
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let a = try left.evaluate(&frame)
        let b = try right.evaluate(&frame)
        switch (a, b) {
        case (.int(let a), .int(let b)): return .int(try integer(a, b, of: "integer"))
        case (.double(let a), .double(let b)): if let result = double(a, b) { return .double(result) }
        case (.uint(let a), .uint(let b)): return .uint(try integer(a, b, of: "unsigned integer"))
        default: if let result = try other(a, b, &frame) { return result }
        }
        throw Failure(.noOverload(operation.rawValue, [a.kind, b.kind]), at: span)
    }

    private func integer<T: FixedWidthInteger>(_ a: T, _ b: T, of what: String) throws(Failure) -> T {
        let (result, overflow): (T, Bool)
        switch operation {
        case .add: (result, overflow) = a.addingReportingOverflow(b)
        case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
        case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
        default:
            if b == 0 { throw Failure(.divisionByZero, at: span) }
            (result, overflow) =
                operation == .divide ? a.dividedReportingOverflow(by: b) : a.remainderReportingOverflow(dividingBy: b)
        }
        if overflow { throw Failure(.overflow(what), at: span) }
        return result
    }

    private func double(_ a: Double, _ b: Double) -> Double? {
        switch operation {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        default: nil
        }
    }

    /// Texts, bytes and lists are joined; times are moved by durations.
    private func other(_ a: Value, _ b: Value, _ frame: inout Frame) throws(Failure) -> Value? {
        let isSum = operation == .add
        guard isSum || operation == .subtract else { return nil }
        switch (a, b) {
        case (.string(let a), .string(let b)) where isSum:
            try frame.spend((a.utf8.count + b.utf8.count) >> 4, at: span)
            return .string(a + b)
        case (.bytes(let a), .bytes(let b)) where isSum:
            try frame.spend((a.count + b.count) >> 4, at: span)
            return .bytes(a + b)
        case (.list(let a), .list(let b)) where isSum:
            let sum = Value.list(a + b)
            try frame.spend(sum.weight, at: span)
            return sum
        case (.timestamp(let a), .duration(let b)):
            return .timestamp(try fitting(a.adding(isSum ? b : b.negated), "timestamp"))
        case (.duration(let a), .timestamp(let b)) where isSum:
            return .timestamp(try fitting(b.adding(a), "timestamp"))
        case (.timestamp(let a), .timestamp(let b)) where !isSum:
            // The specification has it that this may overflow: a difference is at most 2^63 ns, some 292 years.
            let difference = a.since(b)
            let limit: Int64 = .max / 1_000_000_000
            return .duration(try fitting(abs(difference.seconds) < limit ? difference : nil, "duration"))
        case (.duration(let a), .duration(let b)):
            return .duration(try fitting(a.adding(isSum ? b : b.negated), "duration"))
        default: return nil
        }
    }

    private func fitting<T>(_ result: T?, _ what: String) throws(Failure) -> T {
        guard let result else { throw Failure(.overflow(what), at: span) }
        return result
    }
}

final class NegationNode: Node {
    let span: Span
    let operand: any Node

    init(_ operand: any Node, _ span: Span) {
        self.operand = operand
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        switch try operand.evaluate(&frame) {
        case .int(let number):
            if number == .min { throw Failure(.overflow("integer"), at: span) }
            return .int(-number)
        case .double(let number): return .double(-number)
        case let other: throw Failure(.noOverload("-", [other.kind]), at: span)
        }
    }
}
