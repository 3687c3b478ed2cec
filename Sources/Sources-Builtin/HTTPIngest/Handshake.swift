import Aggregator

/// Answers a sender that asks, before it sends anything, whether it may: the validation request of CloudEvents' "HTTP 1.1
/// Web Hooks for Event Delivery", section 4. So nobody can make a sender flood somebody who has not asked for it.
struct Handshake: Sendable {
    /// Names of origins in lower case; `*` is any.
    private let origins: Set<String>
    /// In requests a minute; nil: there is no limit.
    private let rate: Int?

    init(origins: [String], rate: RateOptions?) {
        self.origins = Set(origins.map { $0.lowercased() })
        self.rate = rate.map { max(1, Int(Double($0.limit) / ($0.every / .seconds(60)))) }
    }

    /// The answer to an OPTIONS that is no browser's preflight. The server adds `Allow`.
    func answer(_ request: RouteRequest) -> RouteResponse {
        guard let origin = request.headers["webhook-request-origin"] else { return RouteResponse(status: 204) }
        guard origins.contains("*") || origins.contains(origin.lowercased()) else {
            return .problem(
                403,
                "The origin '\(origin)' may not send here; add it to 'webhook_origins' of this source if it should.")
        }
        let allowed = [
            (name: "WebHook-Allowed-Origin", value: origin),
            (name: "WebHook-Allowed-Rate", value: rate.map { "\($0)" } ?? "*"),
        ]
        return RouteResponse(status: 200, headers: allowed)
    }
}
