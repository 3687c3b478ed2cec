import Aggregator
import Expressions
import Foundation

/// A cron expression in a time zone: which moments it means.
///
/// Where the clocks are put forward, what is due in the hour that is left out is due at the end of it; where they are put back,
/// what is due in the hour that comes twice is due the first time only. Both for expressions that name times of the day; those
/// with `*` in second, minute or hour go on in their rhythm (crontab(5) of Vixie's cron).
struct CronSchedule: Sendable {
    let expression: CronExpression
    let zone: ZoneName

    private static let day: Int64 = 86_400
    /// A 29 February may be eight years away.
    private static let horizon = 8 * 366

    /// The first due moment after this one, to the second; nil: none before the end of time.
    func next(after time: Timestamp) -> Timestamp? {
        var start = pastRepetition(time.seconds + 1)
        for _ in 0..<Self.horizon {
            let end = start + Self.day
            let (before, after) = (zone.offset(at: start), zone.offset(at: end))
            if before == after {
                if let found = due(from: start, until: end, offset: before) { return Timestamp(seconds: found) }
            } else {
                let change = change(from: start, to: end, offset: before)
                let new = zone.offset(at: change)
                if let found = due(from: start, until: change, offset: before) ?? due(in: change, from: before, to: new)
                {
                    return Timestamp(seconds: found)
                }
                // Not to the day's end: from here on it is an ordinary day.
                start = expression.isOfTheDay ? max(change, change + before - new) : change
                continue
            }
            start = end
        }
        return nil
    }

    /// The end of an hour that comes for the second time, for one who begins in it: a time of the day was due in the first.
    private func pastRepetition(_ start: Int64) -> Int64 {
        let (before, now) = (zone.offset(at: start - Self.day), zone.offset(at: start))
        guard expression.isOfTheDay, before > now else { return start }
        return max(start, change(from: start - Self.day, to: start, offset: before) + before - now)
    }

    /// What is due while the offset is this one.
    private func due(from start: Int64, until end: Int64, offset: Int64) -> Int64? {
        due(localFrom: start + offset, until: end + offset).map { $0 - offset }
    }

    /// What is due in the local times that a change forward leaves out, at the change.
    private func due(in change: Int64, from before: Int64, to after: Int64) -> Int64? {
        guard expression.isOfTheDay, after > before else { return nil }
        return due(localFrom: change + before, until: change + after).map { _ in change }
    }

    private func due(localFrom start: Int64, until end: Int64) -> Int64? {
        var day = start >= 0 ? start / Self.day : (start - Self.day + 1) / Self.day
        var time = Int(start - day * Self.day)
        while day * Self.day < end {
            if expression.isDue(on: CalendarDay(daysSince1970: day)), let found = expression.timeOfDay(from: time) {
                let local = day * Self.day + Int64(found)
                return local < end ? local : nil
            }
            day += 1
            time = 0
        }
        return nil
    }

    /// The first second with another offset.
    private func change(from start: Int64, to end: Int64, offset: Int64) -> Int64 {
        var (old, new) = (start, end)
        while new - old > 1 {
            let middle = old + (new - old) / 2
            if zone.offset(at: middle) == offset { old = middle } else { new = middle }
        }
        return new
    }
}

/// A time zone by its IANA name (`Europe/Vienna`), or `UTC`.
struct ZoneName: OptionValue, Equatable {
    private let zone: TimeZone
    let name: String

    static let utc = ZoneName(zone: .gmt, name: "UTC")

    static var shape: OptionShape { .string }
    var optionText: String? { name.optionText }

    static func decode(_ node: Node, _ problems: inout Problems) -> ZoneName? {
        guard let text = node.text else {
            problems.expected("a time zone such as Europe/Vienna or UTC", at: node)
            return nil
        }
        if let zone = ZoneName(text) { return zone }
        let hint = nearestName(to: text, among: TimeZone.knownTimeZoneIdentifiers).map { "; did you mean '\($0)'?" }
        problems.report(
            "there is no time zone '\(text)'\(hint ?? ": expected an IANA name such as Europe/Vienna, or UTC")",
            at: node)
        return nil
    }

    /// Nil: there is none of that name.
    init?(_ name: String) {
        if name == "UTC" {
            self = .utc
        } else if Self.isIANA(name), let zone = TimeZone(identifier: name) {
            self.init(zone: zone, name: name)
        } else {
            return nil
        }
    }

    /// Foundation lists one name of each zone and knows them all (Asia/Kolkata, US/Eastern, CET). It also takes abbreviations
    /// (PST), which mean another zone to everybody and are not in the database.
    private static func isIANA(_ name: String) -> Bool {
        name.contains("/") || TimeZone.knownTimeZoneIdentifiers.contains(name)
            || access("/usr/share/zoneinfo/\(name)", F_OK) == 0
    }

    private init(zone: TimeZone, name: String) {
        self.zone = zone
        self.name = name
    }

    /// Seconds east of Greenwich at a second since 1970.
    func offset(at seconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds))))
    }
}
