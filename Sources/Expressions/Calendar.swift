/// A day of the proleptic Gregorian calendar, from and to the days since 1970-01-01.
///
/// Both ways count in eras of 400 years (146,097 days) and years that begin in March, so that the leap day comes last.
public struct CalendarDay: Sendable, Hashable {
    /// Before the year 1 come 0 and the negative ones.
    public var year: Int64
    /// 1 to 12.
    public var month: Int64
    /// 1 to 31.
    public var day: Int64

    /// That day; it has to be one of the calendar.
    public init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day so many days after 1970-01-01; before it, for a negative number.
    public init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// How many days after 1970-01-01 it is.
    public var daysSince1970: Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// From 0 for Sunday to 6.
    public var weekday: Int64 { ((daysSince1970 + 4) % 7 + 7) % 7 }

    var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    var daysInMonth: Int64 {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Appends a number in decimal, with zeros in front up to `width` digits.
func appendPadded(_ number: Int64, width: Int, to text: inout String) {
    let digits = String(number)
    for _ in 0..<max(0, width - digits.utf8.count) { text.append("0") }
    text.append(digits)
}

/// Appends `.5` for half a second: nanoseconds (0 to 999,999,999) without the zeros at the end, nothing for none.
func appendFraction(_ nanoseconds: Int32, to text: inout String) {
    guard nanoseconds != 0 else { return }
    var fraction = Int64(nanoseconds)
    var width = 9
    while fraction % 10 == 0 {
        fraction /= 10
        width -= 1
    }
    text.append(".")
    appendPadded(fraction, width: width, to: &text)
}
