import Aggregator
import Foundation
import Synchronization
import TestSupport
import Testing

/// A full pipeline slows down whoever sends, over real connections.
struct FlowControlTests {
    private static let file = """
        server: {loops: 2, limits: {body: 16KiB}}
        sources:
          lines: {http_ingest: {path: /in, stream: true}}
          holder: {loop_holder: {}}
        channels: {all: {from: [lines], replay: all, keep: {events: 200000, bytes: 200MiB}}}
        """
    private static let count = 100_000
    /// Of a mailbox, in events (`HubSettings.mailboxEvents`); beyond it there may be what one piece of 64 KiB says.
    private static let room = 16_384 + (64 << 10) / 9

    @Test("While a loop takes nothing, a POST of many lines is not read on; then all of its lines arrive, in order")
    func fullPipeline() async throws {
        try await Server.run(Self.file, kinds: [LoopHolder.self]) { server in
            let held = try await RawConnection.connect(to: server.address)
            try await held.send(Server.text("POST /hold", [], body: "x"))
            #expect(await eventually { LoopHolder.gate.isHeld })
            let sender = try await Self.answered(server)
            let observer = try await Self.answered(server)

            let lines = (0..<Self.count).map { "{\"n\":\($0)}\n" }.joined()
            let type = "Content-Type: application/x-ndjson"
            let sending = Task { try await sender.send(Server.text("POST /in", [type], body: lines)) }
            var full = Metric()
            let isFull = try await eventually {
                full = try await Metric(observer)
                return full.waiting >= 16_384
            }
            #expect(isFull && full.emitted < Self.room, "\(full)")
            // It stays so: the observer's loop has had turns enough to read on.
            for _ in 0..<10 { full = try await Metric(observer) }
            #expect(full.emitted < Self.room, "\(full)")

            LoopHolder.gate.release()
            try await sending.value
            #expect(try await sender.readResponse().text == #"{"accepted":\#(Self.count)}"#)
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            for number in 0..<Self.count {
                let block = try #require(try await stream.readBlock())
                guard block.contains("data: {\"n\":\(number)}") else {
                    Issue.record("expected \(number): \(block)")
                    break
                }
            }
        }
    }

    /// A connection of a loop that answers: of many, the first that does.
    private static func answered(_ server: Server) async throws -> RawConnection {
        let (answers, answer) = AsyncStream.makeStream(of: RawConnection.self)
        for _ in 0..<32 {
            let connection = try await RawConnection.connect(to: server.address)
            try await connection.send(Server.text("GET /health/live", []))
            Task { if try await connection.readResponse().status == 200 { answer.yield(connection) } }
        }
        return try #require(await answers.first { _ in true })
    }

    /// What the server says of itself.
    private struct Metric {
        var waiting = 0
        var emitted = 0

        init() {}

        init(_ connection: RawConnection) async throws {
            try await connection.send(Server.text("GET /metrics", []))
            for line in try await connection.readResponse().text.split(separator: "\n") {
                let value = line.split(separator: " ").last.flatMap { Int($0) } ?? 0
                if line.hasPrefix("aggregator_mailbox_events ") { waiting = value }
                if line.hasPrefix("aggregator_source_events_total{source=\"lines\"}") { emitted = value }
            }
        }
    }
}

/// A source that holds up the loop which asks it, as none may, until it is let go.
private struct LoopHolder: RoutedSource {
    static let name = "loop_holder"
    static let summary = "Holds up an event loop."
    static let gate = Gate()

    @Option("Where.") var path = "/hold"

    var routes: [Route] { [Route("POST", path)] }

    func run(_ context: SourceContext) async throws {
        context.serve { _ in
            Self.gate.hold()
            return .now(RouteResponse(status: 204))
        }
        try await context.clock.sleep(for: .seconds(86_400))
    }

    final class Gate: Sendable {
        private let held = Mutex(false)
        private let semaphore = DispatchSemaphore(value: 0)

        var isHeld: Bool { held.withLock { $0 } }

        func hold() {
            held.withLock { $0 = true }
            semaphore.wait()
        }

        func release() { semaphore.signal() }
    }
}
