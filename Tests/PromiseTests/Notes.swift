import Aggregator

/// A source as an author might write one: what is posted to its path becomes an event; what it was asked it tells.
struct Notes: RoutedSource {
    static let name = "notes"
    static let summary = "Takes notes over HTTP."

    @Option("Where.") var path: String = "/notes/{subject}"
    @Option("Where it can be asked things; the last part is what.") var asked: String = "/asked/{what}"
    @Option("Subjects it knows; empty: any.") var knows: [String] = []

    var routes: [Route] {
        [
            Route("POST", path), Route("DELETE", path), Route("PUT", path, bodyLimit: 4), Route("GET", asked),
            Route("POST", asked),
        ]
    }

    func run(_ context: SourceContext) async throws {
        if !knows.isEmpty {
            context.subjects { [knows] in knows.contains($0) ? .yes : .no("No such note: \($0)") }
        }
        context.serve { request in
            switch (request.route.method, request.parameters["what"]) {
            case (_, "split"):
                let headers = [("X-Split", "a\r\nX-Forged: 1"), ("X\r\nForged", "1"), ("Content-Length", "1")]
                return .now(RouteResponse(status: 200, headers: headers, body: Array("split".utf8)))
            case (_, "later"):
                return .later {
                    await Task.yield()
                    return RouteResponse(status: 201, body: request.body)
                }
            case (_, "slow"), (_, "never"):
                let pause = request.parameters["what"] == "slow" ? Duration.milliseconds(200) : .seconds(3600)
                return .later {
                    try? await context.clock.sleep(for: pause)
                    return Task.isCancelled ? .problem(503, "cancelled") : RouteResponse(status: 200)
                }
            case (_, .some): return .now(RouteResponse(status: 200, body: Array(Self.describe(request).utf8)))
            case ("POST", _): return .now(Self.take(request, context))
            default: return .now(RouteResponse(status: 204))
            }
        }
        try await context.clock.sleep(for: .seconds(86_400))
    }

    private static func take(_ request: RouteRequest, _ context: SourceContext) -> RouteResponse {
        let type = request.query.first { $0.name == "type" }?.value ?? "note"
        let text = String(decoding: request.body, as: UTF8.self)
        let event = Event(
            type: type, subject: request.query.contains { $0.name == "bare" } ? nil : request.parameters["subject"],
            data: .text(text))
        do {
            try context.emitNow([event])
            return .json(202, Array(#"{"accepted":1}"#.utf8))
        } catch {
            return .problem(422, error.message)
        }
    }

    private static func describe(_ request: RouteRequest) -> String {
        let query = request.query.map { "\($0.name)=\($0.value)" }
        let headers = request.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return (["\(request.parameters)"] + query + headers).joined(separator: "\n")
    }
}
