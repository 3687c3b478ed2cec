@testable import Expressions

extension Syntax {
    /// The expression with all its parentheses: what it says, without how it was written.
    var printed: String {
        switch kind {
        case .literal(let value): value.printed
        case .identifier(let name, let isAbsolute): isAbsolute ? ".\(name)" : name
        case .select(let operand, let field, let isOptional):
            "\(operand.printed).\(isOptional ? "?" : "")`\(field.text)`"
        case .index(let operand, let index, let isOptional):
            "\(operand.printed)[\(isOptional ? "?" : "")\(index.printed)]"
        case .call(let target, let function, let arguments):
            (target.map { "\($0.printed)." } ?? "") + function.text
                + "(\(arguments.map(\.printed).joined(separator: ", ")))"
        case .negation(let operand): "(-(\(operand.printed)))"
        case .not(let operand): "(!\(operand.printed))"
        case .binary(let operation, _, let left, let right): "(\(left.printed) \(operation.rawValue) \(right.printed))"
        case .logical(let which, let parts): "(\(parts.map(\.printed).joined(separator: " \(which.rawValue) ")))"
        case .conditional(let condition, let yes, let no): "(\(condition.printed) ? \(yes.printed) : \(no.printed))"
        case .list(let elements):
            "[\(elements.map { ($0.isOptional ? "?" : "") + $0.value.printed }.joined(separator: ", "))]"
        case .map(let entries):
            "{"
                + entries.map { "\($0.isOptional ? "?" : "")\($0.key.printed): \($0.value.printed)" }.joined(
                    separator: ", ") + "}"
        }
    }
}

extension Value {
    /// A literal, in parentheses where a sign would attach itself to what stands before it.
    fileprivate var printed: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let number): "(\(number))"
        case .uint(let number): "\(number)u"
        case .double(let number): "(\(number.isFinite ? number.description : "1e999"))"
        case .string(let text):
            "'" + text.unicodeScalars.map { "\\U" + hex($0.value, 8) }.joined() + "'"
        case .bytes(let bytes): "b'" + bytes.map { "\\x" + hex(UInt32($0), 2) }.joined() + "'"
        default: "?"
        }
    }

    private func hex(_ number: UInt32, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
