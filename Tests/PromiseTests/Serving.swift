import Aggregator
import Glibc
import Logging
import SourcesBuiltin
import TestSupport

/// A pipeline that is served in this process, on a free port of the loopback.
struct Serving: Sendable {
    let aggregator: Aggregator
    let address: RawConnection.Address

    /// Starts it. The pipeline's `listen` does not count.
    init(_ text: String, kinds: [any EventSource.Type] = []) async throws {
        let pipeline = try Pipeline(
            text: text, path: "pipeline.yaml", sources: builtinSources + kinds, filters: builtinFilters, environment: [:])
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        aggregator = Aggregator(pipeline, listen: ListenAddress("127.0.0.1:0").map { [$0] }, log: log)
        try await aggregator.start()
        guard case .tcp(let host, let port)? = aggregator.addresses.first else { throw NoPort() }
        address = .tcp(host: host, port: UInt16(clamping: port))
    }

    struct NoPort: Error {}

    func stop() async { await aggregator.stop() }

    /// Runs `body` with the pipeline, and stops it whatever happens.
    static func run(
        _ text: String, kinds: [any EventSource.Type] = [], _ body: (Serving) async throws -> Void
    ) async throws {
        let serving = try await Serving(text, kinds: kinds)
        do {
            try await body(serving)
        } catch {
            await serving.stop()
            throw error
        }
        await serving.stop()
    }

    /// One request on a connection of its own.
    func request(_ method: String, _ path: String, headers: String = "", body: String = "") async throws -> RawResponse {
        let connection = try await RawConnection.connect(to: address)
        let length = body.isEmpty && method != "POST" ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try await connection.send(
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(length)\(headers)\r\n\(body)")
        let response = try await connection.readResponse(toHead: method == "HEAD")
        await connection.close()
        return response
    }
}
