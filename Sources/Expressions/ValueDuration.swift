/// A span of time with nanoseconds: ±315,576,000,000 s, about 10,000 years (the range of google.protobuf.Duration).
public struct ValueDuration: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Whole seconds, rounded towards zero.
    public let seconds: Int64
    /// The rest in nanoseconds, with the same sign as the seconds: -999,999,999 to 999,999,999.
    public let nanoseconds: Int32

    static let limit: Int64 = 315_576_000_000

    /// `seconds` plus `nanoseconds`, which may be any number; nil outside the range.
    public init?(seconds: Int64, nanoseconds: Int64 = 0) {
        let (sum, overflow) = seconds.addingReportingOverflow(nanoseconds / 1_000_000_000)
        guard !overflow else { return nil }
        var whole = sum
        var rest = nanoseconds % 1_000_000_000
        if whole > 0, rest < 0 {
            whole -= 1
            rest += 1_000_000_000
        } else if whole < 0, rest > 0 {
            whole += 1
            rest -= 1_000_000_000
        }
        guard (-Self.limit...Self.limit).contains(whole) else { return nil }
        self.seconds = whole
        self.nanoseconds = Int32(rest)
    }

    /// The same, but what is outside the range becomes its end.
    init(clamping seconds: Int64, nanoseconds: Int64) {
        let clamped = min(max(seconds, -Self.limit + 2), Self.limit - 2)
        // Two seconds of room: `nanoseconds` here is a difference of two parts of a second.
        self = ValueDuration(seconds: clamped, nanoseconds: nanoseconds) ?? ValueDuration.zero
    }

    private init(unchecked seconds: Int64) {
        self.seconds = seconds
        nanoseconds = 0
    }

    /// No time at all.
    public static let zero = ValueDuration(unchecked: 0)

    /// Shorter, where a negative span is shorter than none.
    public static func < (a: ValueDuration, b: ValueDuration) -> Bool {
        (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
    }

    /// The sum, nil outside the range.
    public func adding(_ other: ValueDuration) -> ValueDuration? {
        ValueDuration(seconds: seconds + other.seconds, nanoseconds: Int64(nanoseconds) + Int64(other.nanoseconds))
    }

    /// The same span the other way; the range is symmetric.
    public var negated: ValueDuration {
        ValueDuration(seconds: -seconds, nanoseconds: -Int64(nanoseconds)) ?? .zero
    }

    /// Seconds with a fraction where there is one: `90s`, `1.5s`, `-0.25s` (protobuf's JSON form).
    public var description: String {
        var text = seconds < 0 || nanoseconds < 0 ? "-" : ""
        text.append(String(seconds.magnitude))
        appendFraction(abs(nanoseconds), to: &text)
        text.append("s")
        return text
    }

    /// Reads what CEL's `duration()` takes: a sign, then numbers with units `h m s ms us µs ns`: `1h30m`, `-1.5s`, `0`.
    /// Nil when it is not that, or outside the range.
    public init?(_ text: String) {
        var reader = DurationReader(bytes: Array(text.utf8.prefix(128)))
        guard text.utf8.count <= 128, let duration = reader.duration() else { return nil }
        self = duration
    }
}

/// `[-+]?([0-9]*(\.[0-9]*)?[a-z]+)+`, exact to the nanosecond: no floating point anywhere.
private struct DurationReader {
    var bytes: [UInt8]
    var at = 0

    mutating func duration() -> ValueDuration? {
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            at = 1
        }
        if bytes[at...].elementsEqual([UInt8(ascii: "0")]) { return .zero }
        guard at < bytes.count else { return nil }
        var sum = ValueDuration.zero
        while at < bytes.count {
            guard let part = part(), let next = sum.adding(part) else { return nil }
            sum = next
        }
        return isNegative ? sum.negated : sum
    }

    private mutating func part() -> ValueDuration? {
        guard let whole = digits(), let fraction = fraction(), whole.count + fraction.count > 0 else { return nil }
        guard let unit = unit() else { return nil }
        let (nanoseconds, overflow) = whole.number.multipliedReportingOverflow(by: unit % 1_000_000_000)
        let (seconds, secondsOverflow) = whole.number.multipliedReportingOverflow(by: unit / 1_000_000_000)
        guard !overflow, !secondsOverflow else { return nil }
        // The unit is at most 3.6e12 ns and a power of ten divides it digit by digit.
        var rest: Int64 = 0
        var share = unit
        for digit in fraction {
            rest += share / 10 * digit + share % 10 * digit / 10
            share /= 10
        }
        return ValueDuration(seconds: seconds, nanoseconds: nanoseconds)
            .flatMap { base in ValueDuration(seconds: 0, nanoseconds: rest).flatMap { base.adding($0) } }
    }

    private mutating func digits() -> (number: Int64, count: Int)? {
        var number: Int64 = 0
        let start = at
        while at < bytes.count, let digit = digit(bytes[at]) {
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (next, carry) = tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            number = next
            at += 1
        }
        return (number, at - start)
    }

    private mutating func fraction() -> [Int64]? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return [] }
        at += 1
        var digits: [Int64] = []
        while at < bytes.count, let digit = digit(bytes[at]) {
            digits.append(digit)
            at += 1
        }
        return digits
    }

    private func digit(_ byte: UInt8) -> Int64? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int64(byte - UInt8(ascii: "0")) : nil
    }

    /// Nanoseconds in the unit that comes next.
    private mutating func unit() -> Int64? {
        let start = at
        while at < bytes.count, digit(bytes[at]) == nil, bytes[at] != UInt8(ascii: ".") { at += 1 }
        switch String(decoding: bytes[start..<at], as: UTF8.self) {
        case "h": return 3_600_000_000_000
        case "m": return 60_000_000_000
        case "s": return 1_000_000_000
        case "ms": return 1_000_000
        case "us", "µs", "μs": return 1000
        case "ns": return 1
        default: return nil
        }
    }
}
