import Expressions

/// An error as RFC 9457 writes it: `application/problem+json`. Thrown by whatever finds out that a request cannot be served.
struct Problem: Error, Sendable {
    static let contentType = "application/problem+json"

    /// The HTTP status.
    var status: Int
    /// What is wrong, and what to do about it.
    var detail: String
    /// Of the response, beside its type.
    var headers: [(name: String, value: String)] = []
    /// Extension members (RFC 9457, section 3.2), in their order.
    var members: [(name: String, value: Value)] = []

    /// The answer.
    var response: RouteResponse {
        RouteResponse(status: status, headers: headers + [("Content-Type", Self.contentType)], body: body)
    }

    /// The JSON text.
    var body: [UInt8] {
        var problem: ValueMap = [
            "title": .string(Self.title(of: status)), "status": .int(Int64(status)), "detail": .string(detail),
        ]
        for (name, value) in members { problem[name] = value }
        return problem.jsonLine
    }

    /// The reason phrase of RFC 9110, section 15.
    static func title(of status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Error"
        }
    }
}

extension RouteResponse {
    /// An answer of our own in JSON.
    static func json(_ status: Int, _ members: ValueMap) -> RouteResponse { .json(status, members.jsonLine) }
}

extension ValueMap {
    /// Compact, with a line end, as `curl` users like it.
    fileprivate var jsonLine: [UInt8] { Value.map(self).jsonBytes + [UInt8(ascii: "\n")] }
}
