import Logging

/// What the log says goes to standard error, each message on one line and without control characters: names, ids and reasons
/// come from strangers, who could otherwise write lines of their own, or colour the terminal.
struct OneLineLogHandler: LogHandler {
    private var inner = StreamLogHandler.standardError(label: "aggregator")

    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(Self.oneLine(event.message.description))"
        inner.log(event: event)
    }

    /// Control characters (U+0000 to U+001F, U+007F to U+009F) but the tab as JSON escapes them.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\t" && scalar.properties.generalCategory == .control
    }
}
