// Comparisons of a field with a constant or with another field, `data.level == "error"`, `10 < data.n`,
// `data.high > data.low`: most of what filters say. They are
// done on the text of a JSON object, without making a value of the field. What the text alone does not tell (the field is
// absent, its text has escapes, the types do not go together) is left to the ordinary part, which then says why.

/// What a field is compared with.
enum FieldConstant {
    case text(PreparedText)
    case number(JSONNumber)
    /// A uint, bool or null.
    case scalar(Value)

    init?(_ value: Value) {
        switch value {
        case .string(let text): self = .text(PreparedText(text))
        case .uint, .bool, .null: self = .scalar(value)
        default:
            guard let number = JSONNumber(value) else { return nil }
            self = .number(number)
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
        guard let variable = field.operand as? VariableNode, !field.isOptional else { return nil }
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
        return object(in: frame)?.order(of: self, to: constant, mixed: mixed, &cost)
    }

    /// The object of the variable, if it is one that is read from a text, and none whose fields are at hand anyway.
    func object(in frame: borrowing Frame) -> JSONObject? {
        guard case .elsewhere = frame.activation.field(name.text, of: variable.variable),
            case .object(let source)? = frame.activation.value(of: variable.variable)
        else { return nil }
        return source as? JSONObject
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

/// `field < field` and its kin.
final class FieldPairNode: TruthNode {
    let span: Span
    private let left: ComparedField
    private let right: ComparedField
    private let operation: BinaryOperator
    private let isEquality: Bool
    /// Whether both are fields of one variable, mostly of `data`, which the activation has at hand.
    private let isOfOne: Bool
    private let otherwise: any TruthNode

    /// Nil: this is none that could be done so.
    init?(_ left: SelectNode, _ operation: BinaryOperator, _ right: SelectNode, otherwise: any TruthNode) {
        guard let left = ComparedField(left), let right = ComparedField(right) else { return nil }
        span = otherwise.span
        self.left = left
        self.right = right
        isOfOne = left.variable.variable == right.variable.variable
        self.operation = operation
        isEquality = operation == .equal || operation == .notEqual
        self.otherwise = otherwise
    }

    func isTrue(_ frame: inout Frame) throws(Failure) -> Bool {
        var cost = 0
        guard let order = order(&cost, frame) else { return try otherwise.isTrue(&frame) }
        try frame.spend(cost, at: span)
        return operation.holds(order)
    }

    private func order(_ cost: inout Int, _ frame: borrowing Frame) -> Order? {
        if isOfOne, let object = frame.activation.object(of: left.variable.variable) {
            return object._withUnsafeGuaranteedRef { $0.order(of: left, to: $0, right, mixed: isEquality, &cost) }
        }
        guard let first = left.object(in: frame), let second = right.object(in: frame) else { return nil }
        return first.order(of: left, to: second, right, mixed: isEquality, &cost)
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
                let read = JSONNumber(checked: bytes, in: value)
                let number = field.isDouble ? read.asDouble : read
                switch constant {
                case .number(let constant): return number.order(to: constant)
                case .scalar(let constant):
                    return Expressions.order(number.value, constant) ?? (mixed ? .unordered : nil)
                case .text: return mixed ? .unordered : nil
                }
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

    /// How a field stands to a field of another object, or of this one; nil: their texts do not tell.
    func order(
        of field: ComparedField, to other: JSONObject, _ otherField: ComparedField, mixed: Bool, _ cost: inout Int
    ) -> Order? {
        bytes.withUnsafeBytes { mine in
            other.bytes.withUnsafeBytes { theirs in
                guard let a = members.last(named: field.name, in: mine),
                    let b = other.members.last(named: otherField.name, in: theirs)
                else { return nil }
                cost += 2 + weight >> 3 + other.weight >> 3
                if a.isPlain, b.isPlain {
                    let a = UnsafeRawBufferPointer(rebasing: mine[a.value].dropFirst().dropLast())
                    let b = UnsafeRawBufferPointer(rebasing: theirs[b.value].dropFirst().dropLast())
                    cost += min(a.count, b.count) >> 4
                    if sameBytes(a, b) { return .same }
                    return mixed ? .unordered : a.lexicographicallyPrecedes(b) ? .before : .after
                }
                if a.isNumber(in: mine), b.isNumber(in: theirs) {
                    let a = JSONNumber(checked: mine, in: a.value)
                    let b = JSONNumber(checked: theirs, in: b.value)
                    return (field.isDouble ? a.asDouble : a).order(to: otherField.isDouble ? b.asDouble : b)
                }
                guard let a = scalar(field, a, in: mine), let b = scalar(otherField, b, in: theirs) else { return nil }
                return Expressions.order(a, b) ?? (mixed ? (a == b ? .same : .unordered) : nil)
            }
        }
    }

    /// The value of a member that is a number, true, false or null; nil for everything else.
    private func scalar(_ field: ComparedField, _ member: JSONMember, in bytes: UnsafeRawBufferPointer) -> Value? {
        switch bytes[member.value.lowerBound] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let number = JSONNumber(checked: bytes, in: member.value)
            return (field.isDouble ? number.asDouble : number).value
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        case UInt8(ascii: "n"): return .null
        default: return nil
        }
    }
}
