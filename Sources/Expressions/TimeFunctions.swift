// The getters of timestamps and durations (language definition, "Date/time functions").

extension Functions {
    static let timestampFunctions: [(String, Overload)] =
        dateGetters.flatMap { name, get in
            [
                member(name, [.timestamp], .int) { (arguments, _, _) throws(Failure) in
                    .int(get(LocalTime(Timestamp(arguments[0]), in: nil)))
                },
                member(name, [.timestamp, .string], .int) { (arguments, context, frame) throws(Failure) in
                    // A zone that is computed may be read from a file each time.
                    try frame.spend(1000, at: context.span)
                    let name = String(arguments[1]) ?? ""
                    guard let zone = TimeZoneRules(name: name) else { throw context.failure(unknownZone(name)) }
                    return .int(get(LocalTime(Timestamp(arguments[0]), in: zone)))
                },
            ]
        }
        + durationGetters.map { name, get in
            member(name, [.duration], .int) { (arguments: [Value], _: CallContext, _: inout Frame) throws(Failure) in
                .int(get(ValueDuration(arguments[0]) ?? .zero))
            }
        }

    static let dateGetters: [String: @Sendable (LocalTime) -> Int64] = [
        "getFullYear": { $0.date.year },
        "getMonth": { $0.date.month - 1 },
        "getDate": { $0.date.day },
        "getDayOfMonth": { $0.date.day - 1 },
        // 1970-01-01 was a Thursday; Sunday is 0.
        "getDayOfWeek": { flooredDivision($0.days + 4, 7).remainder },
        "getDayOfYear": { $0.days - CalendarDay(year: $0.date.year, month: 1, day: 1).daysSince1970 },
        "getHours": { $0.second / 3600 },
        "getMinutes": { $0.second / 60 % 60 },
        "getSeconds": { $0.second % 60 },
        "getMilliseconds": { Int64($0.nanoseconds) / 1_000_000 },
    ]

    /// Of a duration these are the whole span in that unit, but for the milliseconds, which are those of the last second.
    private static let durationGetters: [(String, @Sendable (ValueDuration) -> Int64)] = [
        ("getHours", { $0.seconds / 3600 }),
        ("getMinutes", { $0.seconds / 60 }),
        ("getSeconds", { $0.seconds }),
        ("getMilliseconds", { Int64($0.nanoseconds) / 1_000_000 }),
    ]

    static func unknownZone(_ name: String) -> String {
        "the time zone \(Value.string(name).quoted) is unknown; write UTC, an offset such as '+02:00' or a name such as "
            + "'Europe/Paris' (known if the system has its time zones installed: Debian's package tzdata)"
    }
}

/// A moment as a clock on the wall shows it.
struct LocalTime {
    var days: Int64
    /// Of the day.
    var second: Int64
    var nanoseconds: Int32
    var date: CalendarDay { CalendarDay(daysSince1970: days) }

    init(_ moment: Timestamp?, in zone: TimeZoneRules?) {
        let seconds = moment?.seconds ?? 0
        (days, second) = flooredDivision(seconds + (zone?.offset(at: seconds) ?? 0), 86_400)
        nanoseconds = moment?.nanoseconds ?? 0
    }
}

/// `moment.getHours('Europe/Paris')` with a zone that is known when the expression is loaded: its file is read once.
final class ZonedGetterNode: Node {
    let span: Span
    let name: String
    let operand: any Node
    let zone: TimeZoneRules
    let get: @Sendable (LocalTime) -> Int64

    init(
        _ name: String, _ get: @escaping @Sendable (LocalTime) -> Int64, of operand: any Node, in zone: TimeZoneRules,
        _ span: Span
    ) {
        self.name = name
        self.get = get
        self.operand = operand
        self.zone = zone
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let value = try operand.evaluate(&frame)
        guard case .timestamp(let moment) = value else {
            throw Failure(.noOverload(name, [value.kind, .string]), at: span)
        }
        try frame.spend(1, at: span)
        return .int(get(LocalTime(moment, in: zone)))
    }
}
