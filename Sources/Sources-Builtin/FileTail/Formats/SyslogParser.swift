import Aggregator

/// Syslog, in all forms in which it is found in files: RFC 5424 (`<34>1 2003-10-11T22:14:15.003Z host app 12 id - text`),
/// RFC 3164 (`<34>Oct 11 22:14:15 host app[12]: text`), both also without the priority, as rsyslog writes files, and the
/// latter with a time of RFC 3339.
struct SyslogParser: LineParser {
    /// The year of a time without one is that which brings it next to this.
    let now: @Sendable () -> Timestamp

    init(now: @escaping @Sendable () -> Timestamp = Timestamp.now) { self.now = now }

    func fields(of line: String, columns: [String]) throws(LineProblem) -> ValueMap {
        var cursor = LineCursor(line)
        var fields = ValueMap()
        if cursor.skip("<") {
            // RFC 5424, section 6.2.1: 0 to 191.
            guard let text = cursor.text(before: ">"), text.utf8.count <= 3, let priority = Int(text),
                (0...191).contains(priority)
            else { throw LineProblem("expected a priority from <0> to <191>") }
            fields.set("facility", to: .string(Self.facilities[priority / 8]))
            fields.set("severity", to: .string(Self.severities[priority % 8]))
        }
        if cursor.rest.starts(with: "1 ".utf8) {
            _ = cursor.word()
            try modern(&cursor, &fields)
        } else {
            try traditional(&cursor, &fields)
        }
        return fields
    }

    // MARK: RFC 5424

    private func modern(_ cursor: inout LineCursor, _ fields: inout ValueMap) throws(LineProblem) {
        fields.set("version", to: .int(1))
        let time = Self.word(&cursor)
        if time != "-" {
            guard let moment = Timestamp(rfc3339: time) else {
                throw LineProblem("expected a time, not `\(time.prefix(40))`")
            }
            fields.set("timestamp", to: .string(moment.rfc3339))
        }
        for name in ["hostname", "appname", "procid", "msgid"] {
            let word = Self.word(&cursor)
            guard !word.isEmpty else { throw LineProblem("expected host, program, process and message id") }
            if word != "-" { fields.set(name, to: .string(word)) }
        }
        cursor.skipAll(" ")
        if !cursor.skip("-") { fields.set("structured_data", to: .map(try Self.structuredData(&cursor))) }
        _ = cursor.skip(" ")
        let text = cursor.text
        // Section 6.4: a byte order mark says that the text is UTF-8, and is no part of it.
        fields.set("message", to: .string(text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text))
    }

    private static func word(_ cursor: inout LineCursor) -> String {
        cursor.skipAll(" ")
        return cursor.word()
    }

    /// Section 6.3: `[id name="value" …]`, several without space between them.
    private static func structuredData(_ cursor: inout LineCursor) throws(LineProblem) -> ValueMap {
        var elements = ValueMap()
        while cursor.skip("[") {
            let end = cursor.rest.firstIndex { $0 == 0x20 || $0 == UInt8(ascii: "]") }
            guard let end else { throw LineProblem("structured data has no end") }
            let name = cursor.text(to: end)
            var parameters = ValueMap()
            while !cursor.skip("]") {
                cursor.skipAll(" ")
                guard let name = cursor.text(before: "="), let value = cursor.quoted(unescape) else {
                    throw LineProblem("expected `name=\"value\"` in the structured data")
                }
                parameters.set(name, to: .string(value))
            }
            elements.set(name, to: .map(parameters))
        }
        guard elements.count > 0 else { throw LineProblem("expected structured data or `-`") }
        return elements
    }

    /// Section 6.3.3: quotes, backslashes and brackets are escaped, nothing else.
    private static func unescape(_ byte: UInt8) -> [UInt8] {
        "\"\\]".utf8.contains(byte) ? [byte] : [UInt8(ascii: "\\"), byte]
    }

    // MARK: RFC 3164

    private func traditional(_ cursor: inout LineCursor, _ fields: inout ValueMap) throws(LineProblem) {
        guard let time = traditionalTime(&cursor) else {
            throw LineProblem("expected a time such as `Oct 11 22:14:15`")
        }
        fields.set("timestamp", to: .string(time.rfc3339))
        let host = Self.word(&cursor)
        guard !host.isEmpty else { throw LineProblem("expected a host") }
        fields.set("hostname", to: .string(host))
        _ = cursor.skip(" ")
        fields.set("message", to: .string(Self.tag(&cursor, &fields)))
    }

    private func traditionalTime(_ cursor: inout LineCursor) -> Timestamp? {
        var ahead = cursor
        if ahead.next.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) == true {
            guard let time = Timestamp(rfc3339: ahead.word()) else { return nil }
            cursor = ahead
            return time
        }
        let (month, day, clock) = (ahead.word(), Self.word(&ahead), Self.word(&ahead))
        guard let time = LogTime.withoutYear(month, day, clock, now: now()) else { return nil }
        cursor = ahead
        return time
    }

    /// `app[12]: text` or `app: text`; a text without that is only text.
    private static func tag(_ cursor: inout LineCursor, _ fields: inout ValueMap) -> String {
        var ahead = cursor
        let word = ahead.word()
        guard word.hasSuffix(":"), word.utf8.count > 1 else { return cursor.text }
        var name = word.dropLast()
        if name.hasSuffix("]"), let bracket = name.lastIndex(of: "[") {
            fields.set("procid", to: .string(String(name[name.index(after: bracket)...].dropLast())))
            name = name[..<bracket]
        }
        fields.set("appname", to: .string(String(name)))
        _ = ahead.skip(" ")
        return ahead.text
    }

    private static let severities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
    private static let facilities =
        [
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
            "security", "console", "solaris-cron",
        ] + (0..<8).map { "local\($0)" }
}
