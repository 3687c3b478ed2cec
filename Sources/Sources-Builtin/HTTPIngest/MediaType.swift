import Aggregator

/// How a body is to be read.
enum MediaType: Equatable {
    case json
    case lines
    case form
    /// A form whose field `payload` is JSON: a GitHub webhook whose content type was left at its default.
    case githubForm
    case text
    /// CloudEvents in structured content mode.
    case cloudEvent
    /// CloudEvents in batched content mode.
    case cloudEvents

    /// Those there are, for answers.
    static let known =
        "application/json, application/x-ndjson, application/cloudevents+json, "
        + "application/cloudevents-batch+json, application/x-www-form-urlencoded, text/plain"

    /// What a request says of its body (RFC 9110, section 8.3). Without a word it is taken for JSON.
    static func of(_ request: RouteRequest) throws(Refusal) -> MediaType {
        guard let field = request.headers["content-type"], field != "application/json" else { return .json }
        let (name, charset) = parts(of: field)
        if let charset, charset != "utf-8", charset != "us-ascii" {
            throw .unknownType("The character set '\(charset)' is not supported; send UTF-8.")
        }
        switch name {
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines": return .lines
        case "application/x-www-form-urlencoded":
            return request.headers["x-github-event"] == nil ? .form : .githubForm
        case "text/plain": return .text
        case "application/cloudevents+json": return .cloudEvent
        case "application/cloudevents-batch+json": return .cloudEvents
        case _ where isCloudEvents(name):
            throw .unknownType("CloudEvents are known here in their JSON format, not as '\(name)'.")
        case _ where isJSON(name): return .json
        default: throw .unknownType("The content type '\(name)' is not known here; known are \(known).")
        }
    }

    /// Whether a content type says that the body is a CloudEvent, or several, with all their attributes.
    static func isCloudEvents(_ name: String) -> Bool { name.hasPrefix("application/cloudevents") }

    static func isJSON(_ name: String) -> Bool {
        name == "application/json" || name == "text/json" || name.hasPrefix("application/") && name.hasSuffix("+json")
    }

    /// The type and its `charset`, both in lower case; a charset may stand in quotes.
    static func parts(of field: String) -> (name: String, charset: String?) {
        let parts = field.lowercased().split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst("charset=".count)
        return (String(parts.first ?? ""), charset.map { $0.filter { $0 != "\"" } })
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
