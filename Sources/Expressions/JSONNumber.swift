/// A number as JSON text has it: an int where it has neither fraction nor exponent and fits, else a double. Smaller than a
/// `Value`, and compared without counting references.
enum JSONNumber: Sendable {
    case int(Int64)
    case double(Double)

    /// The same as a value.
    @inline(__always)
    var value: Value {
        switch self {
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        }
    }

    /// The number of a value that is an int or a double.
    init?(_ value: Value) {
        switch value {
        case .int(let number): self = .int(number)
        case .double(let number): self = .double(number)
        default: return nil
        }
    }

    /// What a text says that was checked before: RFC 8259, section 6.
    @inline(__always)
    init(checked bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let start = isNegative ? range.lowerBound + 1 : range.lowerBound
        var mantissa: UInt64 = 0
        var point = range.upperBound
        var at = start
        while at < range.upperBound {
            let digit = bytes[at] &- UInt8(ascii: "0")
            if digit < 10 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
            } else if bytes[at] == UInt8(ascii: ".") {
                point = at
            } else {
                break  // an exponent
            }
            at += 1
        }
        let isWhole = point == range.upperBound
        let digits = at - start - (isWhole ? 0 : 1)
        if at == range.upperBound, isWhole, digits <= 18 {
            self = .int(isNegative ? -Int64(mantissa) : Int64(mantissa))
        } else if at == range.upperBound, !isWhole, digits <= 15 {
            // Both it and the power of ten are exact doubles, and one rounding gives the right result (Clinger's fast path).
            let number = Double(mantissa) / Self.powersOfTen[range.upperBound - point - 1]
            self = .double(isNegative ? -number : number)
        } else {
            self = Self.rare(bytes, in: range)
        }
    }

    private static let powersOfTen: InlineArray<16, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// Long ones, and those with an exponent.
    @inline(never)
    private static func rare(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> JSONNumber {
        let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
        if let number = Int64(text) { return .int(number) }
        return .double(Double(text) ?? .nan)
    }

    /// The same as a double: what a field that is declared one has.
    @inline(__always)
    var asDouble: JSONNumber { if case .int(let number) = self { .double(Double(number)) } else { self } }

    /// How it stands to another number.
    @inline(__always)
    func order(to other: JSONNumber) -> Order {
        switch (self, other) {
        case (.int(let a), .int(let b)): a < b ? .before : a == b ? .same : .after
        case (.double(let a), .double(let b)): a < b ? .before : a == b ? .same : a > b ? .after : .unordered
        default: Expressions.order(value, other.value) ?? .unordered
        }
    }
}
