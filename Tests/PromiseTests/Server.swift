import Aggregator
import Logging
import SourcesBuiltin
import TestSupport

/// A running aggregator on a port of its own, and the ways to ask it something.
struct Server: Sendable {
    let aggregator: Aggregator
    let address: RawConnection.Address

    /// Runs `body` with a server of this pipeline file, which listens on a free port of 127.0.0.1, and stops it then.
    static func run<Result: Sendable>(
        _ text: String, path: String = "/nowhere/pipeline.yaml", kinds: [any EventSource.Type] = [],
        log: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: @Sendable (Server) async throws -> Result
    ) async throws -> Result {
        let pipeline = try Pipeline(
            text: text, path: path, sources: builtinSources + [Notes.self] + kinds,
            filters: builtinFilters, environment: [:])
        let aggregator = Aggregator(pipeline, listen: [.tcp(host: "127.0.0.1", port: 0)], log: log)
        try await aggregator.start()
        guard case .tcp(let host, let port)? = aggregator.addresses.first else {
            throw RawConnection.Failure.malformed("no address")
        }
        let server = Server(aggregator: aggregator, address: .tcp(host: host, port: UInt16(port)))
        do {
            let result = try await body(server)
            await aggregator.stop()
            return result
        } catch {
            await aggregator.stop()
            throw error
        }
    }

    /// One request on a connection of its own, and its whole answer.
    /// - Parameter request: Method and target.
    func ask(_ request: String, _ fields: [String] = [], body: String? = nil) async throws -> RawResponse {
        let connection = try await RawConnection.connect(to: address)
        try await connection.send(Self.text(request, fields + ["Connection: close"], body: body))
        let response = try await connection.readResponse(toHead: request.hasPrefix("HEAD "))
        await connection.close()
        return response
    }

    /// Asks until the answer is what is waited for: the source's first run may just be beginning.
    func ask(
        _ request: String, _ fields: [String] = [], body: String? = nil, until isEnough: (RawResponse) -> Bool
    ) async throws -> RawResponse {
        let deadline = ContinuousClock.now + RawConnection.patience
        while true {
            let response = try await ask(request, fields, body: body)
            if isEnough(response) { return response }
            guard ContinuousClock.now < deadline else { throw RawConnection.Failure.deadline(received: response.text) }
        }
    }

    /// Posts a note, as soon as the source takes them.
    func post(_ text: String, to target: String = "/notes/x", _ fields: [String] = []) async throws -> RawResponse {
        try await ask("POST \(target)", fields, body: text) { $0.status != 503 }
    }

    /// A stream: its head has been read.
    func follow(_ target: String, _ fields: [String] = []) async throws -> (head: RawResponse, stream: RawConnection) {
        let connection = try await RawConnection.connect(to: address)
        try await connection.send(Self.text("GET \(target)", fields))
        return (try await connection.readHead(), connection)
    }

    static func text(_ request: String, _ fields: [String], body: String? = nil) -> String {
        var lines = ["\(request) HTTP/1.1"] + fields
        if !fields.contains(where: { $0.hasPrefix("Host:") }) { lines.append("Host: 127.0.0.1") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }
}
