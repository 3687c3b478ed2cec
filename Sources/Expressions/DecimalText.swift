/// The exact decimal digits of a double, to be rounded as often as somebody prints it. No locale has a say.
///
/// A double is m × 2ᵉ. Where e is negative that is m × 5⁻ᵉ ÷ 10⁻ᵉ: the digits of a whole number with a point in it.
struct DecimalText {
    /// Most significant first, the first one not 0; none for zero.
    private var digits: [UInt8]
    /// The value is 0.ddd… × 10 to this power.
    private var exponent: Int
    private let isNegative: Bool

    /// Of a number that is finite. The work grows with the power of two in it, up to 1,074.
    init(_ number: Double) {
        isNegative = number.sign == .minus
        guard number != 0, number.isFinite else {
            digits = []
            exponent = 0
            return
        }
        // The value is significand × 2^power, both whole numbers.
        let power = Int(number.exponent) - 52
        let significand = UInt64(number.magnitude.significand * 0x1p52)
        var limbs = [UInt32(significand % Self.base), UInt32(significand / Self.base)]
        // As many factors at once as 32 bits hold.
        let (factor, most): (UInt64, Int) = power < 0 ? (5, 13) : (2, 29)
        var left = abs(power)
        while left > 0 {
            let count = min(left, most)
            Self.multiply(&limbs, by: (0..<count).reduce(1) { product, _ in product * factor })
            left -= count
        }
        digits = Self.digits(of: limbs)
        exponent = digits.count + min(power, 0)
    }

    private static let base: UInt64 = 1_000_000_000

    /// Limbs of nine decimal digits, the least significant first.
    private static func multiply(_ limbs: inout [UInt32], by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = UInt64(limbs[index]) * factor + carry
            limbs[index] = UInt32(product % base)
            carry = product / base
        }
        while carry > 0 {
            limbs.append(UInt32(carry % base))
            carry /= base
        }
    }

    private static func digits(of limbs: [UInt32]) -> [UInt8] {
        var text: [UInt8] = []
        for limb in limbs.reversed() {
            let digits = String(limb).utf8.map { $0 - UInt8(ascii: "0") }
            text += [UInt8](repeating: 0, count: 9 - digits.count) + digits
        }
        return Array(text.drop { $0 == 0 })
    }

    /// Keeps so many digits (none for 0 or less), rounded to the nearest, a tie to the even one.
    private mutating func round(to count: Int) {
        guard count < digits.count else { return }
        let count = max(count, -1)
        let next = count < 0 ? 0 : digits[count]
        let isTie = next == 5 && digits.dropFirst(max(0, count) + 1).allSatisfy { $0 == 0 }
        let isOdd = count > 0 && digits[count - 1] % 2 == 1
        digits.removeLast(digits.count - max(0, count))
        guard next > 5 || next == 5 && (!isTie || isOdd) else { return }
        while digits.last == 9 { digits.removeLast() }
        if let last = digits.last {
            digits[digits.count - 1] = last + 1
        } else {
            digits = [1]
            exponent += 1
        }
    }

    private func digit(_ index: Int) -> Character {
        Character(Unicode.Scalar(UInt8(ascii: "0") + (digits.indices.contains(index) ? digits[index] : 0)))
    }

    /// `1.234`, with `precision` digits after the point.
    func fixed(precision: Int) -> String {
        var rounded = self
        rounded.round(to: exponent + precision)
        var text = isNegative ? "-" : ""
        if rounded.digits.isEmpty { rounded.exponent = 0 }
        if rounded.exponent <= 0 { text.append("0") }
        for index in 0..<max(0, rounded.exponent) { text.append(rounded.digit(index)) }
        if precision > 0 { text.append(".") }
        for index in 0..<precision { text.append(rounded.digit(rounded.exponent + index)) }
        return text
    }

    /// `1.234e+05`, with `precision` digits after the point and at least two in the exponent.
    func scientific(precision: Int) -> String {
        var rounded = self
        rounded.round(to: 1 + precision)
        var text = isNegative ? "-" : ""
        text.append(rounded.digit(0))
        if precision > 0 { text.append(".") }
        for index in 0..<precision { text.append(rounded.digit(1 + index)) }
        let power = rounded.digits.isEmpty ? 0 : rounded.exponent - 1
        text.append(power < 0 ? "e-" : "e+")
        appendPadded(Int64(abs(power)), width: 2, to: &text)
        return text
    }

    /// The fewest digits that read back as the same number, without an exponent: `100000000000000000000`, `0.00001`.
    static func shortest(_ number: Double) -> String {
        let text = Functions.text(of: number)
        let parts = text.drop { $0 == "-" }.split(separator: "e")
        guard parts.count == 2, let power = Int(parts[1]) else { return text }
        let digits = parts[0].filter { $0 != "." }
        let zeros = String(repeating: "0", count: max(0, power < 0 ? -power - 1 : power + 1 - digits.count))
        // An exponent is only written where the point would stand outside the digits.
        return (number < 0 ? "-" : "") + (power < 0 ? "0." + zeros + digits : digits + zeros)
    }
}
