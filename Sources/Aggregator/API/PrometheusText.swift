/// Metrics as Prometheus reads them: the text format 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String { case counter, gauge }

    /// A value with its labels.
    struct Sample {
        var labels: [(name: String, value: String)]
        var value: String

        init(_ labels: [(name: String, value: String)], text: String) {
            self.labels = labels
            value = text
        }

        init(_ labels: [(name: String, value: String)], _ value: UInt64) {
            self.labels = labels
            self.value = String(value)
        }

        init(_ labels: [(name: String, value: String)], _ value: Double) {
            self.labels = labels
            self.value = String(value)
        }
    }

    private(set) var text = ""

    /// One metric, all its samples together, as the format wants it. Without samples it is left out.
    mutating func add(_ kind: Kind, _ name: String, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            text += name
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
                text += "{" + labels.joined(separator: ",") + "}"
            }
            text += " \(sample.value)\n"
        }
    }

    /// The same for a metric without labels.
    mutating func add(_ kind: Kind, _ name: String, _ help: String, _ value: UInt64) {
        add(kind, name, help, [Sample([], value)])
    }

    /// With `_` for what no name may have.
    static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
