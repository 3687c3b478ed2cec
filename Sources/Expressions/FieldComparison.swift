// Comparisons of a field with a constant, `data.level == "error"` and `10 < data.n`: most of what filters say. They are
// done on the text of a JSON object, without making a value of the field. What the text alone does not tell (the field is
// absent, its text has escapes, the types do not go together) is left to the ordinary part, which then says why.

/// What a field is compared with.
enum FieldConstant {
    case text(PreparedText)
    /// An int, uint, double, bool or null.
    case scalar(Value)

    init?(_ value: Value) {
        switch value {
        case .string(let text): self = .text(PreparedText(text))
        case .int, .uint, .double, .bool, .null: self = .scalar(value)
        default: return nil
        }
    }
}

/// A field of a variable, to be compared again and again.
struct ComparedField {
    let variable: VariableNode
    let name: PreparedText
    let isDouble: Bool

    /// Nil: its values are read in another form than the text's.
    init?(_ field: SelectNode) {
        guard let variable = field.operand as? VariableNode else { return nil }
        if let declared = field.declared, !declared.isNumber, declared.isReadDifferently { return nil }
        self.variable = variable
        name = PreparedText(field.field)
        isDouble = field.declared == .double
    }

    /// How the field stands to a constant, if it is one of an object that is read from a text: see `JSONObject.order`.
    @inline(__always)
    func order(
        to constant: FieldConstant, mixed: Bool, _ cost: inout Int, in frame: borrowing Frame
    ) -> Order? {
        if let object = frame.activation.object(of: variable.variable) {
            return object._withUnsafeGuaranteedRef { $0.order(of: self, to: constant, mixed: mixed, &cost) }
        }
        guard case .object(let source)? = frame.activation.value(of: variable.variable) else { return nil }
        return (source as? JSONObject)?.order(of: self, to: constant, mixed: mixed, &cost)
    }
}

/// `field < constant` and its kin.
final class FieldComparisonNode: TruthNode {
    let span: Span
    private let field: ComparedField
    private let operation: BinaryOperator
    private let constant: FieldConstant
    private let isEquality: Bool
    private let otherwise: any TruthNode

    /// Nil: this is none that could be done so.
    init?(_ field: SelectNode, _ operation: BinaryOperator, _ constant: Value, otherwise: any TruthNode) {
        guard let field = ComparedField(field), let constant = FieldConstant(constant) else { return nil }
        span = otherwise.span
        self.field = field
        self.operation = operation
        self.constant = constant
        isEquality = operation == .equal || operation == .notEqual
        self.otherwise = otherwise
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        var cost = 0
        guard let order = field.order(to: constant, mixed: isEquality, &cost, in: frame) else {
            return try otherwise.isTrue(&frame)
        }
        try frame.spend(cost, at: span)
        return operation.holds(order)
    }
}

/// `field in [constants]`.
final class FieldMembershipNode: TruthNode {
    let span: Span
    private let field: ComparedField
    private let constants: [FieldConstant]
    private let otherwise: any TruthNode

    /// Nil: this is none that could be done so.
    init?(_ field: SelectNode, _ constants: [Value], otherwise: any TruthNode) {
        let prepared = constants.compactMap(FieldConstant.init)
        guard let field = ComparedField(field), prepared.count == constants.count else { return nil }
        span = otherwise.span
        self.field = field
        self.constants = prepared
        self.otherwise = otherwise
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        for constant in constants {
            var cost = 1
            guard let order = field.order(to: constant, mixed: true, &cost, in: frame) else {
                return try otherwise.isTrue(&frame)
            }
            try frame.spend(cost, at: span)
            if order == .same { return true }
        }
        // Of an empty list nobody has asked whether the field is there.
        return constants.isEmpty ? try otherwise.isTrue(&frame) : false
    }
}

extension JSONObject {
    /// How a field stands to a constant; nil: its text does not tell.
    ///
    /// - Parameters:
    ///   - mixed: values of types that have no order are `unordered`, not nil.
    ///   - cost: what looking at the field costs is added to it.
    func order(of field: ComparedField, to constant: FieldConstant, mixed: Bool, _ cost: inout Int) -> Order? {
        bytes.withUnsafeBytes { bytes in
            guard let member = members.last(named: field.name, in: bytes) else { return nil }
            let value = member.value
            cost += 1 + weight >> 3
            switch bytes[value.lowerBound] {
            case UInt8(ascii: "\""):
                let length = value.count - 2
                guard case .text(let text) = constant else { return mixed ? .unordered : nil }
                guard member.isPlain else { return nil }
                cost += length >> 4 + 1 + min(length, text.count) >> 4
                guard !mixed else {
                    return text.isSame(as: bytes, at: value.lowerBound + 1, count: length) ? .same : .unordered
                }
                return text.order(of: bytes, at: value.lowerBound + 1, count: length)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                var scanner = JSONScanner(bytes, at: value.lowerBound, end: value.upperBound, maxDepth: 0)
                guard case .scalar(let constant) = constant else { return mixed ? .unordered : nil }
                guard let number = try? scanner.readNumber() else { return nil }
                let read = field.isDouble ? number.read(as: .double) : number
                return Expressions.order(read, constant) ?? (mixed ? .unordered : nil)
            case UInt8(ascii: "t"), UInt8(ascii: "f"):
                guard case .scalar(.bool(let other)) = constant else { return mixed ? .unordered : nil }
                return Expressions.order(.bool(bytes[value.lowerBound] == UInt8(ascii: "t")), .bool(other))
            case UInt8(ascii: "n"):
                guard mixed else { return nil }
                if case .scalar(.null) = constant { return .same }
                return .unordered
            default: return mixed ? .unordered : nil
            }
        }
    }
}
