import Aggregator

/// When something is due, as crontab(5) writes it:
///
///     ┌ minute 0–59   ┌ day of month 1–31
///     │ ┌ hour 0–23   │ ┌ month 1–12 or jan–dec
///     0 8 * * mon-fri │ │  ┌ day of week 0–7 or sun–sat; 0 and 7 are Sunday
///     30 0 8 1 * *           six fields: the first is the second
///     @hourly, @daily (@midnight), @weekly, @monthly, @yearly (@annually)
///
/// Where both days are restricted (neither begins with `*`), one of them is enough, as POSIX has it.
struct CronExpression: OptionValue, Equatable {
    /// As it was written.
    let text: String
    let second: CronField
    let minute: CronField
    let hour: CronField
    let day: CronField
    let month: CronField
    let weekday: CronField

    static var shape: OptionShape { .string }
    var optionText: String? { text.optionText }

    static func decode(_ node: Node, _ problems: inout Problems) -> CronExpression? {
        guard let text = node.text else {
            problems.expected("a cron expression such as \"*/5 * * * *\" or @daily", at: node)
            return nil
        }
        do throws(CronField.Mistake) {
            return try CronExpression(text)
        } catch {
            problems.report(error.message, at: node)
            return nil
        }
    }

    init(_ text: String) throws(CronField.Mistake) {
        self.text = text
        var fields = try Self.fields(of: text)
        second = fields.count == 6 ? try CronField(fields.removeFirst(), .second) : CronField(0)
        minute = try CronField(fields[0], .minute)
        hour = try CronField(fields[1], .hour)
        day = try CronField(fields[2], .day)
        month = try CronField(fields[3], .month)
        weekday = try CronField(fields[4], .weekday)
        guard canBeDue else {
            throw CronField.Mistake(message: "'\(text)' is never due: none of its months has such a day")
        }
    }

    /// It says at which times of day, and not "every hour" or "every minute": what is due in an hour that a change of the
    /// clocks leaves out is done after it, and what is due in one that comes twice is done once (as in Vixie's cron).
    var isOfTheDay: Bool { !hour.isStar && !minute.isStar && !second.isStar }

    /// Whether a day is one of its days.
    func isDue(on date: CalendarDay) -> Bool {
        guard month.contains(Int(date.month)) else { return false }
        let (ofMonth, ofWeek) = (day.contains(Int(date.day)), weekday.contains(Int(date.weekday)))
        return day.isStar || weekday.isStar ? ofMonth && ofWeek : ofMonth || ofWeek
    }

    /// The first time of day that is due, in seconds since midnight, from this one on.
    func timeOfDay(from start: Int) -> Int? {
        var (h, m, s) = (start / 3600, start / 60 % 60, start % 60)
        while let hour = hour.next(from: h) {
            if hour > h { (m, s) = (0, 0) }
            while let minute = minute.next(from: m) {
                if let second = second.next(from: minute > m ? 0 : s) { return hour * 3600 + minute * 60 + second }
                (m, s) = (minute + 1, 0)
            }
            (h, m, s) = (hour + 1, 0, 0)
        }
        return nil
    }

    private static let names = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    private static func fields(of text: String) throws(CronField.Mistake) -> [Substring] {
        if text.hasPrefix("@") {
            guard let meaning = names[text.lowercased()] else {
                throw CronField.Mistake(
                    message: "'\(text)' is unknown; known are \(names.keys.sorted().joined(separator: ", "))")
            }
            return meaning.split(separator: " ")
        }
        let fields = text.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 || fields.count == 6 else {
            throw CronField.Mistake(
                message: """
                    a cron expression has five fields (minute, hour, day of month, month, day of week), or six with the \
                    second before them; this has \(fields.count)
                    """)
        }
        return fields
    }

    private var canBeDue: Bool {
        // With a day of the week beside it, or any day at all, there always is one.
        if day.isStar || !weekday.isStar { return true }
        return (1...12).contains { number in
            let longest = number == 2 ? 29 : [4, 6, 9, 11].contains(number) ? 30 : 31
            return month.contains(number) && (day.next(from: 1) ?? 32) <= longest
        }
    }
}
