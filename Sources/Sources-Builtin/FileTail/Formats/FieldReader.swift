import Aggregator

/// The fields of a line as JSON, and the time that one of them says.
struct FieldReader: Sendable {
    /// Nil for JSON, which is its own data.
    let parser: (any LineParser)?
    /// What is no text.
    let kinds: [String: FieldKind]
    /// The field that says when it happened; nil: none does.
    let timeField: String?

    /// What the options say of lines' fields; nil where nothing is read of lines.
    init?(_ options: FileTail) {
        kinds = options.convert
        var ownTime: String?
        switch options.format {
        case .text: return nil
        case .json: parser = nil
        case .logfmt: parser = LogfmtParser()
        case .regex:
            guard let pattern = options.pattern else { return nil }
            parser = RegexParser(expression: pattern.expression)
        case .csv: parser = CSVParser(delimiter: options.delimiterByte)
        case .common, .combined:
            parser = AccessLogParser(isCombined: options.format == .combined)
            ownTime = "timestamp"
        case .syslog:
            parser = SyslogParser()
            ownTime = "timestamp"
        }
        timeField = options.timeField == "none" ? nil : options.timeField ?? ownTime
        if parser == nil, timeField == nil { return nil }
    }

    /// - Throws: why the line does not fit.
    func read(_ line: String, _ columns: [String]) throws(LineProblem) -> (json: [UInt8], time: Timestamp?) {
        guard let parser else { throw LineProblem("the line has no fields") }
        var fields = try parser.fields(of: line, columns: columns)
        for (name, kind) in kinds {
            guard case .string(let text)? = fields[name] else { continue }
            guard let value = kind.value(text) else {
                throw LineProblem("expected \(kind.rawValue) for `\(name)`, not `\(text.prefix(40))`")
            }
            fields.set(name, to: value)
        }
        let time = timeField.flatMap { fields[$0] }.flatMap { LogTime.read($0, now: .now()) }
        return (Value.map(fields).jsonBytes, time)
    }

    /// The time that a line of JSON says.
    func time(ofJSON line: UnsafeRawBufferPointer) -> Timestamp? {
        guard let timeField, let value = (try? JSONObject(Array(line)))?.field(timeField) else { return nil }
        return LogTime.read(value, now: .now())
    }
}
