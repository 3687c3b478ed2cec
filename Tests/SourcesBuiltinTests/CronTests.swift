import Aggregator
import Expressions
import Testing

@testable import SourcesBuiltin

@Suite("Cron expressions")
struct CronTests {
    /// The due moments after one, as UTC.
    private func due(_ cron: String, _ zone: String = "UTC", after start: String, _ count: Int) throws -> [String] {
        let schedule = CronSchedule(expression: try CronExpression(cron), zone: try #require(ZoneName(zone)))
        var time = try #require(Timestamp(rfc3339: start))
        return try (0..<count).map { _ in
            time = try #require(schedule.next(after: time))
            return time.description
        }
    }

    @Test(
        "are due when crontab(5) says",
        arguments: [
            ("* * * * *", "2026-01-31T23:58:30Z", ["2026-01-31T23:59:00Z", "2026-02-01T00:00:00Z"]),
            ("*/15 9-10 * * *", "2026-03-01T09:50:00Z", ["2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z"]),
            ("10/20 * * * *", "2026-03-01T09:50:00Z", ["2026-03-01T10:10:00Z", "2026-03-01T10:30:00Z"]),
            // 2026-11-20 is a Friday.
            ("0 8 * * mon-fri", "2026-11-20T08:00:00Z", ["2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"]),
            ("0 8 * * FRI-SUN", "2026-11-20T08:00:00Z", ["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"]),
            ("0 8 * * 7", "2026-11-20T08:00:00Z", ["2026-11-22T08:00:00Z"]),
            ("0 8 * * 0", "2026-11-20T08:00:00Z", ["2026-11-22T08:00:00Z"]),
            // Two restricted days: one is enough. One of them with a star: both.
            ("0 0 13 * fri", "2026-11-01T00:00:00Z", ["2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z"]),
            ("0 0 */13 * fri", "2026-11-01T00:00:00Z", ["2026-11-27T00:00:00Z", "2027-01-01T00:00:00Z"]),
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
            ("0 0 29 2 *", "2096-03-01T00:00:00Z", ["2104-02-29T00:00:00Z"]),
            ("0 0 31 * *", "2026-01-31T00:00:00Z", ["2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"]),
            ("0 0 1 jan,jul *", "2026-01-01T00:00:00Z", ["2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
            ("30 59 23 31 12 *", "2026-01-01T00:00:00Z", ["2026-12-31T23:59:30Z"]),
            ("*/20 * * * * *", "2026-01-01T00:00:41.5Z", ["2026-01-01T00:01:00Z", "2026-01-01T00:01:20Z"]),
            ("@hourly", "2026-01-01T00:00:00Z", ["2026-01-01T01:00:00Z"]),
            ("@weekly", "2026-11-20T08:00:00Z", ["2026-11-22T00:00:00Z"]),
            ("@yearly", "2026-01-01T00:00:00Z", ["2027-01-01T00:00:00Z"]),
        ])
    func dueTimes(cron: String, start: String, expected: [String]) throws {
        #expect(try due(cron, after: start, expected.count) == expected)
    }

    // In Vienna 2026-03-29 02:00 becomes 03:00, and 2026-10-25 03:00 becomes 02:00.
    @Test(
        "in a time zone whose clocks change, a time of the day is due once a day, and a rhythm goes on",
        arguments: [
            ("0 8 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z"]),
            ("30 2 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
            ("15,45 2 29 3 *", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2027-03-29T00:15:00Z"]),
            ("30 2 * * *", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            (
                "*/30 * * * *", "2026-03-29T00:20:00Z",
                ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
            ),
            (
                "*/30 2 * * *", "2026-10-24T23:50:00Z",
                ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"]
            ),
            ("0 3 25 10 *", "2026-10-24T12:00:00Z", ["2026-10-25T02:00:00Z"]),
            // Begun in the hour that comes for the second time.
            ("30 2 * * *", "2026-10-25T01:10:00Z", ["2026-10-26T01:30:00Z"]),
            ("*/30 * * * *", "2026-10-25T01:10:00Z", ["2026-10-25T01:30:00Z"]),
        ])
    func zones(cron: String, start: String, expected: [String]) throws {
        #expect(try due(cron, "Europe/Vienna", after: start, expected.count) == expected)
    }

    @Test(
        "any name of the IANA database is a zone, and nothing else is",
        arguments: [
            ("Asia/Kolkata", 19_800), ("Asia/Calcutta", 19_800), ("Etc/UTC", 0), ("Etc/GMT-5", 18_000), ("UTC", 0),
            ("US/Arizona", -25_200), ("Europe/Wien", nil), ("Europe", nil), ("PST", nil), ("GMT+2", nil), ("", nil),
            ("../UTC", nil), ("/etc/passwd", nil),
        ] as [(String, Int64?)])
    func names(name: String, offset: Int64?) { #expect(ZoneName(name)?.offset(at: 0) == offset) }

    @Test(
        "that cannot be right are told with the field and what was expected",
        arguments: [
            ("61 * * * *", "'61' is no minute: expected *, 0 to 59, a range such as a-b, or a list of these"),
            ("* 24 * * *", "'24' is no hour"),
            ("* * 0 * *", "'0' is no day of month: expected *, 1 to 31"),
            ("* * * foo *", "'foo' is no month: expected *, 1 to 12, or jan to dec"),
            ("* * * * 8", "'8' is no day of week: expected *, 0 to 7, or sun to sat"),
            ("*/0 * * * *", "'*/0' is no minute: the step after '/' is a number from 1 to 59"),
            ("5-1 * * * *", "'5-1' is no minute: the range ends before it begins"),
            ("1,,2 * * * *", "'' is no minute"),
            ("-1 * * * *", "'-1' is no minute"),
            ("+1 * * * *", "'+1' is no minute"),
            ("* * * *", "five fields (minute, hour, day of month, month, day of week)"),
            ("* * * * * * *", "this has 7"),
            ("@fortnightly", "'@fortnightly' is unknown; known are @annually, @daily"),
            ("0 0 31 feb,apr *", "is never due: none of its months has such a day"),
        ])
    func mistakes(cron: String, message: String) {
        let error = #expect(throws: CronField.Mistake.self) { try CronExpression(cron) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("and every second of a day found one by one are those that their fields name")
    func everySecond() throws {
        let expression = try CronExpression("7-59/13 */7 3,20-22 * * *")
        let found = Array(
            sequence(first: expression.timeOfDay(from: 0)) { expression.timeOfDay(from: ($0 ?? 0) + 1) }
                .prefix { $0 != nil }.compactMap { $0 })
        let expected = (0..<86_400).filter { time in
            [7, 20, 33, 46, 59].contains(time % 60) && (time / 60 % 60) % 7 == 0
                && [3, 20, 21, 22].contains(time / 3600)
        }
        #expect(found == expected)
    }
}
