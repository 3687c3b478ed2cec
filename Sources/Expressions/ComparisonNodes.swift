// `==`, `!=`, `<` and its kin, `in`.

/// What comparing two values may cost: the smaller decides, as a comparison ends where it does, but an object is read as a
/// whole. Nothing for scalars.
@inline(__always)
private func cost(_ a: Value, _ b: Value) -> Int {
    switch (a, b) {
    case (.string, .string), (.bytes, .bytes), (.list, .list), (.map, .map): min(a.weight, b.weight)
    case (.object, .object), (.object, .map), (.map, .object): a.weight + b.weight
    default: 0
    }
}

final class EqualityNode: TruthNode {
    let span: Span
    let left: any Node
    let right: any Node
    let isNegated: Bool

    init(_ left: any Node, _ right: any Node, isNegated: Bool, _ span: Span) {
        self.left = left
        self.right = right
        self.isNegated = isNegated
        self.span = span
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        let a = try left.evaluate(&frame)
        let b = try right.evaluate(&frame)
        try frame.spend(cost(a, b), at: span)
        return (a == b) != isNegated
    }
}

/// `<`, `<=`, `>`, `>=`. A comparison with NaN is false.
final class OrderNode: TruthNode {
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

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        let a = try left.evaluate(&frame)
        let b = try right.evaluate(&frame)
        try frame.spend(cost(a, b), at: span)
        guard let order = order(a, b) else {
            throw Failure(.noOverload(operation.rawValue, [a.kind, b.kind]), at: span)
        }
        return operation.holds(order)
    }
}

extension BinaryOperator {
    /// Whether a comparison is true of two values that stand so to each other. Never with NaN, but for `!=`.
    @inline(__always)
    func holds(_ order: Order) -> Bool {
        switch self {
        case .equal: order == .same
        case .notEqual: order != .same
        case .less: order == .before
        case .lessOrEqual: order == .before || order == .same
        case .greater: order == .after
        default: order == .after || order == .same
        }
    }
}

/// `x in list`, `key in map`.
final class MembershipNode: TruthNode {
    let span: Span
    let element: any Node
    let container: any Node

    init(_ element: any Node, _ container: any Node, _ span: Span) {
        self.element = element
        self.container = container
        self.span = span
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        let element = try element.evaluate(&frame)
        let container = try container.evaluate(&frame)
        switch container {
        case .list(let elements):
            for candidate in elements {
                try frame.spend(1 + cost(element, candidate), at: span)
                if candidate == element { return true }
            }
            return false
        case .map(let map):
            return MapKey(finding: element).map { map[$0] != nil } ?? false
        case .object(let source):
            try frame.spend(source.weight >> 3, at: span)
            guard case .string(let name) = element else { return false }
            return source.field(name) != nil
        default:
            throw Failure(.noOverload("in", [element.kind, container.kind]), at: span)
        }
    }
}
