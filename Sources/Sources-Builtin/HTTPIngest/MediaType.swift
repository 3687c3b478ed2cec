import Aggregator

/// How a body is to be read.
enum MediaType: Equatable {
    case json
    case lines
    case form
    case text

    /// Those there are, for answers.
    static let known = "application/json, application/x-ndjson, application/x-www-form-urlencoded, text/plain"

    /// What a request says of its body (RFC 9110, section 8.3). Without a word it is taken for JSON.
    static func of(_ request: RouteRequest) throws(Refusal) -> MediaType {
        if request.headers["ce-specversion"] != nil {
            throw Refusal(415, "CloudEvents (in binary mode, with ce- headers) are not supported yet.")
        }
        guard let field = request.headers["content-type"], field != "application/json" else { return .json }
        let (name, charset) = parts(of: field)
        if let charset, charset != "utf-8", charset != "us-ascii" {
            throw Refusal(415, "The character set '\(charset)' is not supported; send UTF-8.")
        }
        switch name {
        case "application/json", "text/json": return .json
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines": return .lines
        case "application/x-www-form-urlencoded": return .form
        case "text/plain": return .text
        case _ where name.hasPrefix("application/cloudevents"):
            throw Refusal(415, "CloudEvents ('\(name)') are not supported yet; known are \(known).")
        case _ where name.hasPrefix("application/") && name.hasSuffix("+json"): return .json
        default: throw Refusal(415, "The content type '\(name)' is not known here; known are \(known).")
        }
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
