import Foundation
import Synchronization
import TestSupport
import Testing

/// A reader that stops reading costs its socket's buffer, and nothing else.
@Suite("A reader that stops reading", .tags(.load), .serialized, .enabled(if: Load.isWanted))
struct StalledReaderLoadTests {
    private static let pipeline = """
        server: {listen: 127.0.0.1:0, loops: 1, limits: {stall: 10m}}
        sources:
          posts: {http_ingest: {type: post, path: /posts}}
        channels:
          posts: {from: posts, keep: {events: 200, bytes: 1MiB}}
        """

    @Test("leaves memory flat while 64 MB pass it by, others get all, and it is told of the gap")
    func costsNothing() async throws {
        let server = try ServerProcess(pipeline: Self.pipeline)
        let batch = (0..<64).map { #"{"n":\#($0),"filling":"\#(String(repeating: "x", count: 4000))"}"# }
        let body = "[" + batch.joined(separator: ",") + "]"
        let publisher = try await RawConnection.connect(to: server.address)
        func publish(_ times: Int) async throws {
            for _ in 0..<times {
                try await publisher.send(
                    "POST /posts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
                try #require(try await publisher.readResponse().status == 202)
            }
        }
        try await publish(20)  // the history is full
        let stalled = try await RawConnection.connect(to: server.address, receiveBuffer: 4096)
        try await stalled.send("GET /channels/posts HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await stalled.readHead().status == 200)
        let before = server.residentBytes
        let received = Atomic(0)
        let live = Swarm(to: server.address, paths: ["/channels/posts", "/channels/posts"]) { reader in
            received.add(1, ordering: .relaxed)
            return reader.events.count >= 250 * 64 || reader.events.last?.event == "gap" ? .leave : .readOn
        }
        async let all = live.run()
        #expect(try await eventually { try await server.metric("aggregator_subscribers") == 3 })
        for batch in 1...250 {
            // Paced by the readers that read, so that they never lag; the one that does not read holds up nobody.
            try await publish(1)
            #expect(await eventually { received.load(ordering: .relaxed) >= batch * 2 * 64 })
        }
        #expect(await all)
        let grown = server.residentBytes - before
        print(
            "resident set grew by \(grown >> 10) KiB while \((250 * body.utf8.count) >> 20) MiB passed a stalled reader"
        )
        #expect(grown < 4 << 20)
        for reader in live.readers { #expect(reader.events.count == 250 * 64) }
        // It reads again: what its socket held, then the gap, then what is still kept.
        var gap: String?
        while gap == nil, let block = try await stalled.readBlock() {
            if block.contains("event: gap") { gap = block }
        }
        let missed = try #require(gap?.firstMatch(of: /"missed": ?(\d+)/).flatMap { Int($0.1) })
        #expect(missed > 10_000)
        #expect(server.stop() == 0)
    }
}
