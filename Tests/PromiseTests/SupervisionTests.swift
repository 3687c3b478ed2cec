import Aggregator
import Foundation
import Synchronization
import TestSupport
import Testing

/// What sources do to each other and to the end of the server: nothing.
struct SupervisionTests {
    private static let file = """
        server: {drain: 2s}
        sources:
        \((0..<8).map { "  stuck\($0): {stuck: {}}\n" }.joined())  broken: {broken: {}}
          beats: {generate: {interval: 20ms, type: beat, data: count}}
        channels:
          all: {from: [\((0..<8).map { "stuck\($0), " }.joined())broken, beats], keep: 10}
        """

    @Test("Sources that fail, and sources that block their threads and hear nothing, touch neither others nor the end")
    func others() async throws {
        let began = ContinuousClock.now
        var stopped = began
        try await Server.run(Self.file, kinds: [Stuck.self, Broken.self]) { server in
            let (_, stream) = try await server.follow("/channels/all")
            for _ in 0..<20 { _ = try #require(try await stream.readBlock()) }
            let ready = try await server.ask("GET /health/ready")
            #expect(ready.status == 200 && ready.text.contains(#""status":"degraded""#), "\(ready.text)")
            #expect(ready.text.contains("as it was told to"))
        }
        stopped = ContinuousClock.now
        #expect(stopped - began < Pace.patience(30))
        Stuck.isFree.store(true, ordering: .relaxed)
    }
}

/// Blocks its thread, whatever it is told.
private struct Stuck: EventSource {
    static let name = "stuck"
    static let summary = "Blocks."
    static let isFree = Atomic(false)

    func run(_ context: SourceContext) async throws {
        while !Self.isFree.load(ordering: .relaxed) { usleep(10_000) }
    }
}

/// Fails.
private struct Broken: EventSource {
    static let name = "broken"
    static let summary = "Fails."

    struct Failure: Error, CustomStringConvertible { var description: String { "as it was told to" } }

    func run(_ context: SourceContext) async throws { throw Failure() }
}
