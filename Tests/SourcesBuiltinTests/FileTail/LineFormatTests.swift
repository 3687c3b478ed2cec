import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

/// A line in a format, and the data that it becomes.
struct FormatCase: Sendable, CustomTestStringConvertible {
    let options: String
    let line: String
    let json: String

    init(_ options: String, _ line: String, _ json: String) {
        (self.options, self.line, self.json) = (options, line, json)
    }

    var testDescription: String { "\(options): \(line)" }
}

@Suite("file_tail: formats")
struct LineFormatTests {
    private func encoder(_ options: String) throws -> (encoder: LineEncoder, columns: [String]) {
        let settings = TailSettings(try makeSource(FileTail.self, "include: [a]\n" + options))
        return (settings.encoder, settings.columns ?? [])
    }

    private func result(_ options: String, _ line: String) throws -> LineEncoder.Result {
        let (encoder, columns) = try encoder(options)
        return Array(line.utf8).withUnsafeBytes {
            encoder.data(LineSplitter.Line(bytes: $0, isCut: false), within: 1 << 20, columns: columns)
        }
    }

    private func text(_ result: LineEncoder.Result) -> String {
        switch result {
        case .data(.json(let json)), .timed(.json(let json), _): String(decoding: json, as: UTF8.self)
        default: "\(result)"
        }
    }

    @Test("a line becomes an object of its fields", arguments: cases)
    func fields(_ example: FormatCase) throws {
        #expect(text(try result(example.options, example.line)) == example.json)
    }

    private static let cases = [
        FormatCase(
            "format: logfmt", #"level=info msg="it \"works\"" n=3 quick"#,
            #"{"level":"info","msg":"it \"works\"","n":"3","quick":true}"#),
        FormatCase(
            "format: logfmt\nconvert: {n: int, x: number, ok: bool}", "n=-3 x=1.5 ok=true",
            #"{"n":-3,"x":1.5,"ok":true}"#),
        FormatCase("format: logfmt", "a= b=2  ", #"{"a":"","b":"2"}"#),
        FormatCase(
            "format: regex\npattern: '^(?P<level>\\w+): (?P<text>.*?)(?P<code> \\d+)?$'", "warn: it burns",
            #"{"level":"warn","text":"it burns"}"#),
        FormatCase("format: csv\ncolumns: [a, b]", #"1,"x, ""y""""#, #"{"a":"1","b":"x, \"y\""}"#),
        FormatCase("format: csv\ncolumns: [a, b]\ndelimiter: ';'", "é;", #"{"a":"é","b":""}"#),
        FormatCase(
            "format: common", #"127.0.0.1 - bob smith [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 2326"#,
            #"{"host":"127.0.0.1","user":"bob smith","timestamp":"2000-10-10T20:55:36Z","method":"GET","path":"/a?b=c","protocol":"HTTP/1.0","status":200,"size":2326}"#
        ),
        FormatCase(
            "format: combined",
            #"::1 - - [10/Oct/2000:13:55:36 +0000] "\x16\x03" 400 - "-" "Mozilla/5.0 (\"x\")" "more""#,
            #"{"host":"::1","timestamp":"2000-10-10T13:55:36Z","request":"\\x16\\x03","status":400,"agent":"Mozilla/5.0 (\"x\")"}"#
        ),
        FormatCase(
            "format: syslog",
            #"<165>1 2003-10-11T22:14:15.003Z host app - ID47 [ex@1 a="1" b="\"\]"][x@2] "# + "\u{FEFF}it works",
            #"{"facility":"local4","severity":"notice","version":1,"timestamp":"2003-10-11T22:14:15.003Z","hostname":"host","appname":"app","msgid":"ID47","structured_data":{"ex@1":{"a":"1","b":"\"]"},"x@2":{}},"message":"it works"}"#
        ),
        FormatCase(
            "format: syslog", "2003-10-11T22:14:15+02:00 host app[12]: it works",
            #"{"timestamp":"2003-10-11T20:14:15Z","hostname":"host","procid":"12","appname":"app","message":"it works"}"#
        ),
    ]

    @Test("a syslog line without a year is of the year that is nearest", arguments: [2024, 2025])
    func syslogYear(_ year: Int) throws {
        let now = try #require(Timestamp(rfc3339: "\(year)-01-01T12:00:00Z"))
        let fields = try SyslogParser(now: { now }).fields(of: "<34>Dec 30 22:14:15 host su: 'x' failed", columns: [])
        guard case .string(let time)? = fields["timestamp"] else {
            Issue.record("no time")
            return
        }
        #expect(time.hasPrefix("\(year - 1)-12-3"))
        #expect(fields["severity"] == .string("crit") && fields["facility"] == .string("auth"))
        #expect(fields["appname"] == .string("su") && fields["message"] == .string("'x' failed"))
    }

    @Test(
        "a line that does not fit is kept with what is wrong, or dropped",
        arguments: [
            ("format: logfmt", "no pairs", "expected `name=value`"),
            ("format: logfmt", "a=\"x", "a quote is not closed"),
            ("format: logfmt\nconvert: {n: int}", "n=x", "expected int for `n`, not `x`"),
            ("format: regex\npattern: '^(?P<a>x)$'", "y", "the pattern does not match"),
            ("format: csv\ncolumns: [a, b]", "1,2,3", "expected 2 values, not 3"),
            ("format: csv\ncolumns: [a]", "\"1", "a quote is not closed on its line"),
            ("format: common", "garbage", "expected `[time]`"),
            (
                "format: combined", #"h - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1"#,
                "expected the referrer in quotes"
            ),
            ("format: common", #"h - - [yesterday] "GET / HTTP/1.1" 200 1"#, "expected a time, not `yesterday`"),
            ("format: syslog", "<999>x", "expected a priority from <0> to <191>"),
            ("format: syslog", "it is no syslog", "expected a time such as `Oct 11 22:14:15`"),
        ])
    func misfits(_ options: String, _ line: String, _ problem: String) throws {
        guard case .misfit(.json(let json)?) = try result(options, line), case .map(let members) = try Value(json: json)
        else {
            Issue.record("it fits")
            return
        }
        #expect(members["message"] == .string(line))
        #expect(members["error"] == .string(problem))
        #expect(try result(options + "\nmisfits: drop", line) == .misfit(nil))
        #expect(try result(options, "  ") == .blank)
    }

    @Test(
        "a field's time is the event's",
        arguments: [
            ("format: json\ntime_field: t", #"{"t": "2024-05-01T12:00:00Z"}"#),
            ("format: json\ntime_field: t", #"{"t": 1714564800}"#),
            ("format: json\ntime_field: t", #"{"t": 1714564800000}"#),
            ("format: logfmt\ntime_field: t", "t=\"2024-05-01 12:00:00,000\""),
            ("format: common", #"h - - [01/May/2024:14:00:00 +0200] "-" 200 -"#),
            ("format: syslog", "2024-05-01T12:00:00Z h x"),
        ])
    func times(_ options: String, _ line: String) throws {
        guard case .timed(_, let time) = try result(options, line) else {
            Issue.record("no time")
            return
        }
        #expect(time.rfc3339 == "2024-05-01T12:00:00Z")
        guard case .data = try result(options.replacing(/\ntime_field: t/, with: "") + "\ntime_field: none", line)
        else {
            Issue.record("it has a time")
            return
        }
    }

    @Test(
        "options that mean nothing together are refused",
        arguments: [
            ("format: regex", "needs a `pattern`"), ("format: regex\npattern: '('", "the pattern is not right"),
            ("format: regex\npattern: 'x'", "expected named groups"), ("pattern: x", "is for `format: regex`"),
            ("columns: [a]", "is for `format: csv`"), ("format: csv\ncolumns: [a, a]", "none twice"),
            ("format: csv\ndelimiter: '\"'", "expected one ASCII character"), ("multiline: {}", "expected `start`"),
            ("multiline: {start: '['}", "the pattern is not right"),
        ])
    func refused(_ options: String, _ words: String) {
        #expect(mistakes(FileTail.self, "include: [a]\n" + options)?.contains(words) == true)
    }

    @Test("a CSV file's first line names the columns, also for who begins in its middle")
    func header() async throws {
        let tail = try RestartedTail(["a.csv"]) { $0.format = .csv }
        try tail.scratch.append("end", "x\n")
        try tail.scratch.append("a.csv", "\u{FEFF}name,n\r\nx,1\r\n")
        try await tail.run(1)
        try tail.scratch.append("a.csv", "y,2\n")
        try await tail.run(1)
        #expect(tail.lines == [#"{"name":"x","n":"1"}"#, #"{"name":"y","n":"2"}"#])
    }
}

@Suite("file_tail: multiline")
struct MultilineTests {
    private func groups(_ options: String, _ text: String, limit: Int = 1000) throws -> [String] {
        let source = try makeSource(FileTail.self, "include: [a]\nmultiline: {\(options)}\nmax_line: \(limit)")
        let settings = TailSettings(source)
        var (splitter, grouper) = (settings.splitter, try #require(settings.grouper))
        var groups: [String] = []
        func take(_ line: LineSplitter.Line) {
            groups.append(String(decoding: line.bytes, as: UTF8.self) + (line.isCut ? "…" : ""))
        }
        _ = Array(text.utf8).withUnsafeBytes { splitter.feed($0) { grouper.feed($0, take) } }
        grouper.flush(take)
        return groups
    }

    @Test("lines belong together as the patterns say")
    func patterns() throws {
        let text = "1 a\n  b\n  c\n2 d\nplain\n3 e\n\n"
        #expect(try groups("start: '^\\d'", text) == ["1 a\n  b\n  c", "2 d\nplain", "3 e\n"])
        #expect(try groups("continuation: '^\\s'", text) == ["1 a\n  b\n  c", "2 d", "plain", "3 e", ""])
        #expect(
            try groups("start: '^\\d', continuation: '^\\s'", text) == ["1 a\n  b\n  c", "2 d", "plain", "3 e", ""])
        #expect(try groups("start: '^\\d'", "before\n1 a\n") == ["before", "1 a"])
    }

    @Test("lines that are too long together are cut, and the rest of them is skipped")
    func limit() throws {
        let long = String(repeating: " " + String(repeating: "x", count: 30) + "\n", count: 9)
        let groups = try groups("start: '^\\d'", "1\n" + long + "2\n", limit: 64)
        #expect(groups.count == 2 && groups[0].utf8.count == 64 + "…".utf8.count && groups[1] == "2")
    }

    @Test("what no line has joined for a while is an event, and a restart loses or repeats none of it")
    func timeout() async throws {
        var rules = Multiline()
        rules.start = LinePattern(expression: try RegularExpression("^\\S"))
        rules.timeout = .milliseconds(100)
        let tail = try RestartedTail { $0.multiline = rules }
        try tail.scratch.append("a.log", "1\n a\n")
        try await tail.run(1)
        rules.timeout = .seconds(3600)
        let slow = try RestartedTail(["b.log"]) { $0.multiline = rules }
        try slow.scratch.append("b.log", "1\n a\n2\n b\n")
        // The line after it lets the last one of the other file out.
        try await slow.run(1) { scratch, _ in try scratch.append("end", "before\n") }
        try slow.scratch.append("b.log", " c\n3\n")
        try await slow.run(0) { _, probe in
            try await probe.wait { $0.events.contains { TailedScratch.message($0).hasPrefix("2") } }
        }
        #expect(tail.lines == ["1\\n a"])
        #expect(slow.lines == ["1\\n a", "2\\n b\\n c"])
    }
}
