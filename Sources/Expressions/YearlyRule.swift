/// When summer time begins and ends in every year, as POSIX writes it in `TZ` (IEEE 1003.1, section 8.3; RFC 8536,
/// section 3.3.1): `CET-1CEST,M3.5.0,M10.5.0/3`.
struct YearlyRule: Sendable {
    /// A day of a year and the second of it.
    private struct Date {
        enum Day {
            /// `J60`: 1 to 365, the 29th of February is not counted.
            case ofCommonYear(Int64)
            /// `59`: 0 to 365, it is.
            case ofYear(Int64)
            /// `M3.5.0`: the last (5) Sunday (0) of March.
            case ofMonth(Int64, week: Int64, weekday: Int64)
        }

        var day: Day
        var second: Int64
    }

    private var standard: Int64
    private var summer: (offset: Int64, start: Date, end: Date)?

    /// Nil: it is none.
    init?(_ text: Substring) {
        var text = text
        guard Self.skipName(&text), let offset = Self.time(&text) else { return nil }
        standard = -offset
        if text.isEmpty { return }
        guard Self.skipName(&text) else { return nil }
        var summerOffset = standard + 3600
        if text.first != "," {
            guard let offset = Self.time(&text) else { return nil }
            summerOffset = -offset
        }
        guard let start = Self.date(&text), let end = Self.date(&text), text.isEmpty else { return nil }
        summer = (summerOffset, start, end)
    }

    /// Seconds east of Greenwich at a moment.
    func offset(at moment: Int64) -> Int64 {
        guard let summer else { return standard }
        let year = CalendarDay(daysSince1970: flooredDivision(moment + standard, 86_400).quotient).year
        // Each in the time that is shown before it.
        let start = Self.moment(summer.start, in: year) - standard
        let end = Self.moment(summer.end, in: year) - summer.offset
        let isSummer = start < end ? start <= moment && moment < end : !(end <= moment && moment < start)
        return isSummer ? summer.offset : standard
    }

    private static func moment(_ date: Date, in year: Int64) -> Int64 {
        let newYear = CalendarDay(year: year, month: 1, day: 1)
        let day: Int64
        switch date.day {
        case .ofCommonYear(let number):
            day = newYear.daysSince1970 + number - (newYear.isLeapYear && number >= 60 ? 0 : 1)
        case .ofYear(let number): day = newYear.daysSince1970 + number
        case .ofMonth(let month, let week, let weekday):
            let first = CalendarDay(year: year, month: month, day: 1)
            // 1970-01-01 was a Thursday; Sunday is 0.
            let ahead = flooredDivision(weekday - (first.daysSince1970 + 4), 7).remainder
            let last = first.daysInMonth - 1
            let found = ahead + (week - 1) * 7
            day = first.daysSince1970 + (found > last ? found - 7 : found)
        }
        return day * 86_400 + date.second
    }

    /// `CET`, or `<+03>`.
    private static func skipName(_ text: inout Substring) -> Bool {
        let length: Int
        if text.first == "<" {
            length = text.prefix { $0 != ">" }.count + 1
        } else {
            length = text.prefix { $0.isASCII && $0.isLetter }.count
        }
        guard length >= 3, text.count >= length else { return false }
        text = text.dropFirst(length)
        return true
    }

    private static func number(_ text: inout Substring) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        text = text.dropFirst(digits.count)
        guard digits.count <= 5 else { return nil }
        return Int64(digits)
    }

    private static func skip(_ letter: Character, _ text: inout Substring) -> Bool {
        guard text.first == letter else { return false }
        text = text.dropFirst()
        return true
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private static func time(_ text: inout Substring) -> Int64? {
        let sign: Int64 = skip("-", &text) ? -1 : 1
        if sign == 1 { _ = skip("+", &text) }
        guard let hours = number(&text) else { return nil }
        var seconds = hours * 3600
        if skip(":", &text) {
            guard let minutes = number(&text) else { return nil }
            seconds += minutes * 60
            if skip(":", &text) {
                guard let rest = number(&text) else { return nil }
                seconds += rest
            }
        }
        return sign * seconds
    }

    /// `,M3.5.0/2`: two in the morning unless it says otherwise.
    private static func date(_ text: inout Substring) -> Date? {
        guard skip(",", &text), let day = day(&text) else { return nil }
        guard skip("/", &text) else { return Date(day: day, second: 7200) }
        return time(&text).map { Date(day: day, second: $0) }
    }

    private static func day(_ text: inout Substring) -> Date.Day? {
        if skip("J", &text) { return number(&text).flatMap { (1...365).contains($0) ? .ofCommonYear($0) : nil } }
        guard skip("M", &text) else { return number(&text).flatMap { (0...365).contains($0) ? .ofYear($0) : nil } }
        guard let month = number(&text), skip(".", &text), let week = number(&text), skip(".", &text),
            let weekday = number(&text), (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
        else { return nil }
        return .ofMonth(month, week: week, weekday: weekday)
    }
}
