import Foundation
import TestSupport
import Testing

/// What very many readers cost, measured from outside on a release build in a process of its own.
@Suite("Ten thousand readers", .tags(.load), .serialized, .enabled(if: Load.isWanted))
struct ManyReadersLoadTests {
    private static let pipeline = """
        server: {listen: 127.0.0.1:0, loops: 2, heartbeat: 1h}
        sources:
          posts: {http_ingest: {type: post, path: "/posts/{subject}"}}
        channels:
          posts: {from: posts, path: "/posts/{subject}"}
        """

    @Test("that are idle cost at most 1 KiB each, and next to no time")
    func idleOnesCostLittle() async throws {
        let server = try ServerProcess(pipeline: Self.pipeline)
        let warm = Swarm(to: server.address, paths: paths(50)) { _ in .readOn }
        #expect(await warm.connectAll())
        let before = server.residentBytes
        let idle = Swarm(to: server.address, paths: paths(10_000)) { _ in .readOn }
        #expect(await idle.connectAll())
        let each = (server.residentBytes - before) / 10_000
        let began = server.cpuSeconds
        // The span that is measured, not a wait for something.
        try await Task.sleep(for: .seconds(10))
        let busy = (server.cpuSeconds - began) / 10
        print("an idle reader: \(each) B; 10,000 of them: \((busy * 10_000).rounded() / 100) % of a core")
        #expect(try await server.metric("aggregator_subscribers") == 10_050)
        #expect(each <= 1024)
        #expect(busy < 0.005)
        #expect(server.stop() == 0)
    }

    @Test("of 10,000 subjects: an event for one wakes one")
    func anEventWakesWhoeverItConcerns() async throws {
        let server = try ServerProcess(pipeline: Self.pipeline)
        let readers = Swarm(to: server.address, paths: (0..<10_000).map { "/posts/\($0)" }) { _ in .readOn }
        #expect(await readers.connectAll())
        let before = try await server.metric("aggregator_subscriber_wakes_total")
        let deliveries = try await server.metric("aggregator_delivered_frames_total")
        let connection = try await RawConnection.connect(to: server.address)
        try await connection.send(
            "POST /posts/77 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                + "Content-Type: application/json\r\n\r\n{}")
        #expect(try await connection.readResponse().status == 202)
        // The loop of that reader may be another one; its delivery is what is waited for.
        #expect(try await eventually { try await server.metric("aggregator_delivered_frames_total") > deliveries })
        #expect(try await server.metric("aggregator_subscriber_wakes_total") == before + 1)
        #expect(try await server.metric("aggregator_delivered_frames_total") == deliveries + 1)
        #expect(server.stop() == 0)
    }

    private func paths(_ count: Int) -> [String] { (0..<count).map { "/posts/user-\($0 % 100)" } }
}
