import Expressions

/// `/health/live` and `/health/ready`.
enum Health {
    /// 200 as long as the process answers at all, also while it drains: a restart would help nobody.
    static func live() -> RouteResponse { answer(200, ["status": .string("live")]) }

    /// Whether new requests should be sent here: 503 until every source has begun its first run, once a source has been
    /// given up (`failed`), and from the moment the server drains.
    ///
    /// A source that waits for its next attempt is shown, and makes the status `degraded`, but does not make the answer a
    /// 503: everything else is served as before, and a load balancer that took the server out would throw out the
    /// subscribers of all other sources with it.
    static func ready(_ sources: [LiveSource], isDraining: Bool) -> RouteResponse {
        let statuses = sources.map(\.status)
        let isReady = !isDraining && !statuses.contains { $0.state == .starting || $0.state == .failed }
        let word =
            if isDraining {
                "draining"
            } else if !isReady {
                statuses.contains { $0.state == .failed } ? "failed" : "starting"
            } else {
                statuses.contains { $0.state == .waiting } ? "degraded" : "ready"
            }
        let shown = zip(sources, statuses).map { source, status in
            Value.map([
                "name": .string(source.definition.name), "state": .string(status.state.rawValue),
                "since": .string(status.since.description), "restarts": .int(Int64(status.restarts)),
                "events": .int(Int64(clamping: source.counters.emitted.value)),
                "error": status.lastError.map { .string($0) } ?? .null,
            ])
        }
        var response = answer(isReady ? 200 : 503, ["status": .string(word), "sources": .list(shown)])
        if !isReady { response.headers.append(("Retry-After", "5")) }
        return response
    }

    private static func answer(_ status: Int, _ fields: ValueMap) -> RouteResponse {
        var response = RouteResponse.json(status, fields)
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }
}
