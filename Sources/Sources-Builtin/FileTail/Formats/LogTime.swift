import Aggregator
import Glibc

/// Times as logs write them.
enum LogTime {
    private static let months = [
        "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11,
        "Dec": 12,
    ]

    /// A field's value as a moment: RFC 3339 (without offset it is UTC; a space may stand for the T, a comma for the point),
    /// seconds or milliseconds since 1970, or as access logs and syslog write it.
    static func read(_ value: Value, now: Timestamp) -> Timestamp? {
        switch value {
        case .int(let number): epoch(Double(number))
        case .double(let number): epoch(number)
        case .string(let text): read(text, now: now)
        case .timestamp(let moment): moment
        default: nil
        }
    }

    private static func read(_ text: String, now: Timestamp) -> Timestamp? {
        if let moment = Timestamp(lenient: text) ?? Timestamp(lenient: text.replacingFirst(",", by: ".")) {
            return moment
        }
        if let number = Double(text) { return epoch(number) }
        if let moment = accessLog(text) { return moment }
        let words = text.split(separator: " ").map(String.init)
        return words.count == 3 ? withoutYear(words[0], words[1], words[2], now: now) : nil
    }

    /// Seconds since 1970, or milliseconds where seconds would be past the year 5000.
    private static func epoch(_ number: Double) -> Timestamp? {
        guard number.isFinite, number >= 0 else { return nil }
        let seconds = number >= 1e11 ? number / 1000 : number
        guard seconds < 1e11 else { return nil }
        // A double has no more digits than microseconds today: what it shows beyond them nobody has written.
        let microseconds = Int64((seconds * 1e6).rounded())
        return Timestamp(
            seconds: microseconds / 1_000_000, nanoseconds: Int32(microseconds % 1_000_000) * 1000)
    }

    /// `10/Oct/2000:13:55:36 -0700`.
    static func accessLog(_ text: String) -> Timestamp? {
        let parts = text.split(maxSplits: 1) { $0 == " " }
        guard parts.count == 2 else { return nil }
        let fields = parts[0].split(omittingEmptySubsequences: false) { $0 == "/" || $0 == ":" }.map(String.init)
        let zone = parts[1]
        guard fields.count == 6, let month = months[fields[1]], zone.utf8.count == 5 else { return nil }
        return Timestamp(
            rfc3339: "\(fields[2])-\(twoDigits(month))-\(fields[0])T\(fields[3]):\(fields[4]):\(fields[5])"
                + "\(zone.prefix(3)):\(zone.suffix(2))")
    }

    /// `Oct 11 22:14:15` of RFC 3164: in this machine's time zone, and of the year in which it is nearest to `now`.
    static func withoutYear(_ month: String, _ day: String, _ clock: String, now: Timestamp) -> Timestamp? {
        guard let month = months[month], let day = Int32(day), (1...31).contains(day) else { return nil }
        let times = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int32($0) }
        guard times.count == 3, let hour = times[0], let minute = times[1], let second = times[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        var seconds = time_t(now.seconds)
        var today = tm()
        guard localtime_r(&seconds, &today) != nil else { return nil }
        let moments = (today.tm_year - 1...today.tm_year + 1).compactMap { year -> Timestamp? in
            var parts = tm()
            (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year, Int32(month - 1), day)
            (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (hour, minute, second, -1)
            let seconds = mktime(&parts)
            // February 29 of another year has become March 1.
            return parts.tm_mday == day ? Timestamp(seconds: Int64(seconds)) : nil
        }
        return moments.min { abs($0.seconds - now.seconds) < abs($1.seconds - now.seconds) }
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension String {
    fileprivate func replacingFirst(_ character: Character, by other: Character) -> String {
        guard let place = firstIndex(of: character) else { return self }
        return String(self[..<place] + [other] + self[index(after: place)...])
    }
}
