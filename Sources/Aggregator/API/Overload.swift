// What a request is told that cannot be served now: over the limit of connections, or near the end.
extension Site {
    /// When to come back, in seconds.
    static var pause: Int { 30 }

    static var busy: Problem {
        Problem(
            status: 503, detail: "This server takes no more requests at the moment. Try again in \(pause) seconds.",
            headers: [("Retry-After", String(pause))])
    }

    /// A browser's EventSource gives up for good on anything but a 200, so it gets one, with the time to come back, and the
    /// end of the stream; anybody else is told plainly.
    static func sendAway(_ request: borrowing IncomingRequest) -> RouteResponse {
        acceptsEventStream(request.header("accept")) ? comeBackLater() : busy.response
    }

    /// A stream that is over at once, with the time to come back, and perhaps the reason as a comment.
    static func comeBackLater(_ reason: String? = nil) -> RouteResponse {
        let comment = reason.map { ": \($0)\n" } ?? ""
        return RouteResponse(
            status: 200, headers: Routing.streamHeaders, body: Array("\(comment)retry: \(pause * 1000)\n\n".utf8))
    }

    /// Does an `Accept` field (RFC 9110, section 12.5.1) name `text/event-stream`? Ranges such as `*/*` do not count.
    static func acceptsEventStream(_ accept: String?) -> Bool {
        guard let accept else { return false }
        return accept.split(separator: ",").contains { range in
            let pieces = range.split(separator: ";").map { $0.trimmingSpaces.lowercased() }
            let isRefused = pieces.dropFirst().contains { piece in
                piece.hasPrefix("q=") && Double(piece.dropFirst(2)) == 0
            }
            return pieces.first == "text/event-stream" && !isRefused
        }
    }
}
