// The getters of timestamps and durations (language definition, "Date/time functions").

extension Functions {
    static let timestampFunctions: [(String, Overload)] =
        dateGetters.flatMap { name, get in
            [
                member(name, [.timestamp], .int) { (arguments, context, _) throws(Failure) in
                    .int(get(try LocalTime(arguments[0], zone: nil, context)))
                },
                member(name, [.timestamp, .string], .int) { (arguments, context, _) throws(Failure) in
                    .int(get(try LocalTime(arguments[0], zone: arguments[1], context)))
                },
            ]
        }
        + durationGetters.map { name, get in
            member(name, [.duration], .int) { (arguments: [Value], _: CallContext, _: inout Frame) throws(Failure) in
                .int(get(ValueDuration(arguments[0]) ?? .zero))
            }
        }

    private static let dateGetters: [(String, @Sendable (LocalTime) -> Int64)] = [
        ("getFullYear", { $0.date.year }),
        ("getMonth", { $0.date.month - 1 }),
        ("getDate", { $0.date.day }),
        ("getDayOfMonth", { $0.date.day - 1 }),
        ("getDayOfWeek", { flooredDivision($0.days + 4, 7).remainder }),  // 1970-01-01 was a Thursday; Sunday is 0.
        ("getDayOfYear", { $0.days - CalendarDay(year: $0.date.year, month: 1, day: 1).daysSince1970 }),
        ("getHours", { $0.second / 3600 }),
        ("getMinutes", { $0.second / 60 % 60 }),
        ("getSeconds", { $0.second % 60 }),
        ("getMilliseconds", { Int64($0.nanoseconds) / 1_000_000 }),
    ]

    /// Of a duration these are the whole span in that unit, but for the milliseconds, which are those of the last second.
    private static let durationGetters: [(String, @Sendable (ValueDuration) -> Int64)] = [
        ("getHours", { $0.seconds / 3600 }),
        ("getMinutes", { $0.seconds / 60 }),
        ("getSeconds", { $0.seconds }),
        ("getMilliseconds", { Int64($0.nanoseconds) / 1_000_000 }),
    ]
}

/// A moment as a clock on the wall shows it.
private struct LocalTime {
    var days: Int64
    /// Of the day.
    var second: Int64
    var nanoseconds: Int32
    var date: CalendarDay { CalendarDay(daysSince1970: days) }

    init(_ value: Value, zone: Value?, _ context: CallContext) throws(Failure) {
        guard case .timestamp(let moment) = value else { throw context.failure("not a timestamp") }
        var offset: Int64 = 0
        if case .string(let name) = zone {
            guard let known = Self.offset(name) else {
                throw context.failure("the time zone '\(name)' is unknown; write UTC or an offset such as '+02:00'")
            }
            offset = known
        }
        (days, second) = flooredDivision(moment.seconds + offset, 86_400)
        nanoseconds = moment.nanoseconds
    }

    /// Seconds east of Greenwich: `UTC`, `+02:00`, `-08:30`, `02:00`.
    private static func offset(_ name: String) -> Int64? {
        if ["UTC", "Z", "GMT", "Etc/UTC", ""].contains(name) { return 0 }
        var digits = Substring(name)
        let sign: Int64 = digits.first == "-" ? -1 : 1
        if digits.first == "-" || digits.first == "+" { digits.removeFirst() }
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
