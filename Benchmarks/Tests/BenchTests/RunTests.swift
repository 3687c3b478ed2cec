import Foundation
import Testing

@testable import Bench

@Suite("A run")
struct RunTests {
    @Test("of a server that ends at once is void, and says what the server said")
    func earlyEnd() {
        let error = #expect(throws: VoidRun.self) {
            try ServerProcess(cores: nil) { _, _ in
                Launch(executable: "/bin/sh", arguments: ["-c", "echo no such option; exit 3"])
            }
        }
        #expect(error?.description.contains("no such option") == true)
    }

    @Test("finds that there is an answer, and leaves no process behind")
    func startsAndStops() throws {
        let python = try #require(Command.find("python3"))
        let server = try ServerProcess(cores: nil) { port, _ in
            Launch(executable: python, arguments: ["-m", "http.server", "--bind", "127.0.0.1", "\(port)"])
        }
        #expect(try Sockets.get("/", port: server.port).contains("200 OK"))
        let pid = server.pid
        #expect(Processes.cpuSeconds(pid) ?? 0 > 0)
        server.stop()
        #expect(kill(pid, 0) == -1)
        #expect(!Sockets.answers(server.port))
    }

    @Test("counts only when every event came, once and in order")
    func complaints() throws {
        #expect(try report().complaint == nil)
        #expect(try report(["gaps": 2]).complaint?.hasPrefix("2 events lost") == true)
        #expect(try report(["dups": 1]).complaint != nil)
        #expect(try report(["reorders": 1]).complaint != nil)
        #expect(try report(["late": 1]).complaint != nil)
        #expect(try report(top: ["gap_events": 1]).complaint != nil)
        #expect(try report(top: ["truncated": true]).complaint == "events are missing")
        #expect(try report(top: ["closed": 3]).complaint != nil)
        #expect(try report(top: ["publish_errors": 1, "first_error": "status 503"]).complaint == "status 503")
    }

    private func report(_ faults: [String: Int] = [:], top: [String: Any] = [:]) throws -> LoadReport {
        let latency = ["p50": 1.0, "p99": 2.0]
        let memory = ["before": 1, "ready": 2, "peak": 3, "end": 3]
        let whole: [String: Any] = [
            "opened": 1, "failed": 0, "closed": 0, "truncated": false, "connects": 1, "connect_server_cpu_s": 0.1,
            "published": 5, "publish_errors": 0, "deliveries": 5, "elapsed_s": 1.0, "latency_us": latency,
            "server_cpu_s": 0.5, "server_ctx_switches": 3, "own_core_fraction": 0.5, "rss_kb": memory,
            "uss_kb": ["before": 1, "ready": 2, "end": 3], "gap_events": 0, "parse_errors": 0, "first_error": "",
            "publisher_seq": ["gaps": 0, "dups": 0, "reorders": 0, "late": 0].merging(faults) { _, new in new },
        ].merging(top) { _, new in new }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(LoadReport.self, from: JSONSerialization.data(withJSONObject: whole))
    }
}

extension Workshop {
    static func make(isQuick: Bool) -> Workshop {
        let here = URL(fileURLWithPath: "/nonexistent")
        return Workshop(root: here, tools: here, aggregator: here, serverCore: 0, loadCore: 1, isQuick: isQuick)
    }
}
