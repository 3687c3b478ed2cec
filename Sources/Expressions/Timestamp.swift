#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A moment in time with nanoseconds, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z (CEL's range, which is
/// that of RFC 3339).
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public let seconds: Int64
    /// Nanoseconds after that second: 0 to 999,999,999.
    public let nanoseconds: Int32

    static let validSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// A moment, nil outside the range.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard Self.validSeconds.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    private init(clamping seconds: Int64, nanoseconds: Int32) {
        self.seconds = min(max(seconds, Self.validSeconds.lowerBound), Self.validSeconds.upperBound)
        self.nanoseconds = nanoseconds
    }

    /// A moment `milliseconds` after (or before) 1970-01-01T00:00:00Z, nil outside the range.
    public init?(millisecondsSince1970 milliseconds: Int64) {
        let (seconds, rest) = flooredDivision(milliseconds, 1000)
        self.init(seconds: seconds, nanoseconds: Int32(rest * 1_000_000))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down.
    public var millisecondsSince1970: Int64 { seconds * 1000 + Int64(nanoseconds) / 1_000_000 }

    /// Reads RFC 3339: `2024-05-01T12:00:00.25Z`, `…+02:00`. The offset is required; a leap second is not taken, more
    /// than nine digits of a second are cut.
    public init?(rfc3339 text: String) {
        guard let moment = TimestampReader.read(text, offsetRequired: true) else { return nil }
        self = moment
    }

    /// Reads RFC 3339 in which the offset may be missing and is UTC then, and a space may stand for the `T`.
    public init?(lenient text: String) {
        guard let moment = TimestampReader.read(text, offsetRequired: false) else { return nil }
        self = moment
    }

    /// The system's clock, now.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(clamping: Int64(time.tv_sec), nanoseconds: Int32(clamping: time.tv_nsec))
    }

    /// RFC 3339 in UTC, with as many digits of a second as it needs: `2024-05-01T12:00:00.25Z`.
    public var rfc3339: String {
        let (days, second) = flooredDivision(seconds, 86_400)
        let date = CalendarDay(daysSince1970: days)
        var text = ""
        text.reserveCapacity(30)
        appendPadded(date.year, width: 4, to: &text)
        text.append("-")
        appendPadded(date.month, width: 2, to: &text)
        text.append("-")
        appendPadded(date.day, width: 2, to: &text)
        text.append("T")
        appendPadded(second / 3600, width: 2, to: &text)
        text.append(":")
        appendPadded(second / 60 % 60, width: 2, to: &text)
        text.append(":")
        appendPadded(second % 60, width: 2, to: &text)
        appendFraction(nanoseconds, to: &text)
        text.append("Z")
        return text
    }

    /// The same as `rfc3339`.
    public var description: String { rfc3339 }

    /// Earlier.
    public static func < (a: Timestamp, b: Timestamp) -> Bool {
        (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
    }

    /// A later moment (an earlier one for a negative duration), nil outside the range.
    public func adding(_ duration: ValueDuration) -> Timestamp? {
        // Cannot overflow: both are far within 64 bits.
        var seconds = self.seconds + duration.seconds
        var nanoseconds = self.nanoseconds + duration.nanoseconds
        if nanoseconds >= 1_000_000_000 {
            nanoseconds -= 1_000_000_000
            seconds += 1
        } else if nanoseconds < 0 {
            nanoseconds += 1_000_000_000
            seconds -= 1
        }
        return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// The time from `earlier` to this moment; negative when it is later. Never outside a duration's range.
    public func since(_ earlier: Timestamp) -> ValueDuration {
        ValueDuration(
            clamping: seconds - earlier.seconds, nanoseconds: Int64(nanoseconds) - Int64(earlier.nanoseconds))
    }
}

/// Division that rounds down, with a remainder that is never negative. The divisor is positive.
func flooredDivision(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

/// RFC 3339, section 5.6, byte by byte.
private struct TimestampReader {
    var bytes: [UInt8]
    var at = 0

    static func read(_ text: String, offsetRequired: Bool) -> Timestamp? {
        guard text.utf8.count <= 64 else { return nil }
        var reader = TimestampReader(bytes: Array(text.utf8))
        return reader.timestamp(offsetRequired: offsetRequired)
    }

    private mutating func timestamp(offsetRequired: Bool) -> Timestamp? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
        guard skip("T") || skip("t") || (!offsetRequired && skip(" ")) else { return nil }
        guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            let nanoseconds = fraction(), let offset = offset(required: offsetRequired), at == bytes.count
        else { return nil }
        let date = CalendarDay(year: year, month: month, day: day)
        guard (1...12).contains(month), day >= 1, day <= date.daysInMonth, hour < 24, minute < 60, second < 60 else {
            return nil
        }
        let local = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
        return Timestamp(seconds: local - offset, nanoseconds: nanoseconds)
    }

    private mutating func skip(_ letter: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: letter) else { return false }
        at += 1
        return true
    }

    private mutating func digit() -> Int64? {
        guard at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) else { return nil }
        at += 1
        return Int64(bytes[at - 1] - UInt8(ascii: "0"))
    }

    private mutating func number(_ digits: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    private mutating func fraction() -> Int32? {
        guard skip(".") else { return 0 }
        guard var number = digit() else { return nil }
        var digits = 1
        while let next = digit() {
            if digits < 9 {
                number = number * 10 + next
                digits += 1
            }
        }
        while digits < 9 {
            number *= 10
            digits += 1
        }
        return Int32(number)
    }

    private mutating func offset(required: Bool) -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        if !required, at == bytes.count { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
