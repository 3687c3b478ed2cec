import Aggregator

/// The access logs of Apache and nginx: the common log format, and the combined one, which has two fields more.
///
///     127.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 2326 "http://x.org/" "Mozilla/5.0"
///
/// What is `-` in the line is absent. More fields at the end, as many servers are told to write, are passed over.
struct AccessLogParser: LineParser {
    let isCombined: Bool

    func fields(of line: String, columns: [String]) throws(LineProblem) -> ValueMap {
        var cursor = LineCursor(line)
        var fields = ValueMap()
        try add("host", cursor.word(), &fields, isRequired: true)
        cursor.skipAll(" ")
        try add("identity", cursor.word(), &fields)
        cursor.skipAll(" ")
        // A user's name may have spaces in it.
        guard let user = cursor.text(before: "["), let time = cursor.text(before: "]") else {
            throw LineProblem("expected `[time]`")
        }
        try add("user", String(user.trimmingSpaces), &fields)
        guard let moment = LogTime.accessLog(time) else {
            throw LineProblem("expected a time, not `\(time.prefix(40))`")
        }
        fields.set("timestamp", to: .string(moment.rfc3339))
        cursor.skipAll(" ")
        guard let request = cursor.quoted(Self.unescape) else { throw LineProblem("expected a request in quotes") }
        addRequest(request, &fields)
        try addNumbers(&cursor, &fields)
        guard isCombined else { return fields }
        for name in ["referrer", "agent"] {
            cursor.skipAll(" ")
            guard let text = cursor.quoted(Self.unescape) else { throw LineProblem("expected the \(name) in quotes") }
            try add(name, text, &fields)
        }
        return fields
    }

    private func add(_ name: String, _ text: String, _ fields: inout ValueMap, isRequired: Bool = false)
        throws(LineProblem)
    {
        if isRequired, text.isEmpty { throw LineProblem("expected the client's address") }
        if text != "-", !text.isEmpty { fields.set(name, to: .string(text)) }
    }

    /// `GET /path HTTP/1.1`; what is none (a port scanner's bytes) is there as it came.
    private func addRequest(_ request: String, _ fields: inout ValueMap) {
        guard request != "-" else { return }
        let parts = request.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            fields.set("request", to: .string(request))
            return
        }
        for (name, part) in zip(["method", "path", "protocol"], parts) {
            fields.set(name, to: .string(String(part)))
        }
    }

    private func addNumbers(_ cursor: inout LineCursor, _ fields: inout ValueMap) throws(LineProblem) {
        cursor.skipAll(" ")
        let status = cursor.word()
        guard let number = Int64(status), (0...999).contains(number) else {
            throw LineProblem("expected a status, not `\(status.prefix(20))`")
        }
        fields.set("status", to: .int(number))
        cursor.skipAll(" ")
        let size = cursor.word()
        if let number = Int64(size), number >= 0 {
            fields.set("size", to: .int(number))
        } else if size != "-" {
            throw LineProblem("expected a size, not `\(size.prefix(20))`")
        }
    }

    /// Apache writes `\"`, nginx `\x22`, which is left as it is: it may be half of a character.
    private static func unescape(_ byte: UInt8) -> [UInt8] {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [byte] : [UInt8(ascii: "\\"), byte]
    }
}
