import Aggregator
import AggregatorTesting

@testable import SourcesBuiltin

/// A running `http_ingest`, and the ways to ask it.
struct IngestProbe: Sendable {
    let probe: SourceProbe
    let clock: VirtualClock

    /// Runs `body` with a source of these options, whose time begins at so many seconds since 1970.
    static func run(
        _ options: String, at seconds: Int64 = 1_600_000_000, _ body: @Sendable (IngestProbe) async throws -> Void
    ) async throws {
        let clock = VirtualClock(start: Timestamp(seconds: seconds))
        let probe = SourceProbe(try makeSource(HTTPIngest.self, "path: /in\n" + options), clock: clock.clock)
        probe.start()
        try await probe.wait { $0.isServing }
        try await body(IngestProbe(probe: probe, clock: clock))
        await probe.stop()
    }

    /// A request; headers by lower-case name.
    func post(
        _ headers: [String: String] = [:], query: [(name: String, value: String)] = [],
        parameters: [String: String] = [:], sender: RouteSender = RouteSender(), _ body: [UInt8]
    ) async -> RouteResponse {
        await probe.request(
            RouteRequest(
                route: Route("POST", "/in"), parameters: parameters, query: query, headers: headers, sender: sender,
                body: body))
    }

    /// The same with a text.
    func post(
        _ headers: [String: String] = [:], query: [(name: String, value: String)] = [],
        parameters: [String: String] = [:], sender: RouteSender = RouteSender(), _ body: String = "1"
    ) async -> RouteResponse {
        await post(headers, query: query, parameters: parameters, sender: sender, Array(body.utf8))
    }

    var events: [Event] { probe.events }
}

extension RouteResponse {
    /// A header's value.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
