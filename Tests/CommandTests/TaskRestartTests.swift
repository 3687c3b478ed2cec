import Foundation
import TestSupport
import Testing

/// Servers that are killed or stopped in the middle of their tasks, and those that come after them.
@Suite("Tasks and the end of the server")
struct TaskRestartTests {
    private static let pipeline = """
        server: {listen: 127.0.0.1:0, drain: 5s}
        sources:
          jobs:
            tasks:
              path: /jobs
              concurrency: 1
              jobs:
                nap: {command: [sh, -c, 'echo 37%; sleep 1000 & echo $!; wait']}
                quick: {command: [echo, '{what}'], args: {what: string}, concurrency: 1}
        channels:
          jobs: {from: jobs, replay: all, end: 'event.type in ["task.completed", "task.failed"]'}
        """

    private func request(_ server: CommandProcess, _ method: String, _ path: String, _ body: String = "") async throws
        -> (status: Int, body: String)
    {
        let client = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await server.port()))
        try await client.send(
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let response = try await client.readResponse()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private func start(_ server: CommandProcess, _ job: String, _ body: String = "") async throws -> String {
        let (status, text) = try await request(server, "POST", "/jobs/\(job)", body)
        #expect(status == 202, "\(text)")
        return try #require(text.firstMatch(of: /"task_id":"([0-9a-f]+)"/).map { String($0.1) })
    }

    /// The first number that a task has logged.
    private func number(_ server: CommandProcess, _ id: String) async throws -> pid_t {
        let reader = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await server.port()))
        try await reader.send("GET /channels/jobs/\(id) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await reader.readHead()
        while let block = try await reader.readBlock() {
            if let number = block.firstMatch(of: /"message":"(\d+)"/).flatMap({ pid_t($0.1) }) { return number }
        }
        Issue.record("task \(id) has logged no number")
        return -1
    }

    @Test(
        "kill -9: programs and what they have started die with the server; after a restart the task has failed where it was, and what waited runs"
    )
    func killed() async throws {
        let first = try CommandProcess(["run"], pipeline: Self.pipeline)
        let nap = try await start(first, "nap")
        let child = try await number(first, nap)
        let programs = first.children()
        let quick = try await start(first, "quick", #"{"args": {"what": "hello"}}"#)
        #expect(await eventually { first.written(".aggregator/sources/jobs/tasks.jsonl").contains(#""progress":37"#) })
        first.signal(SIGKILL)
        #expect(await first.exitCode() == -SIGKILL)
        #expect(!programs.isEmpty)
        for program in programs { #expect(await eventually { !isAlive(program) }) }
        #expect(await eventually { !isAlive(child) })

        let second = try CommandProcess(["run"], pipeline: Self.pipeline, after: first)
        let (status, text) = try await request(second, "GET", "/jobs/\(nap)")
        #expect(status == 200 && text.contains(#""status":"failed","progress":37"#), "\(text)")
        #expect(text.contains("the server was restarted"))
        #expect(
            try await eventually {
                try await request(second, "GET", "/jobs/\(quick)").body.contains(#""status":"completed""#)
            })
        second.signal(SIGTERM)
        #expect(await second.exitCode() == 0)
    }

    @Test("SIGTERM: what was running has failed with that reason, which its followers and the next server tell")
    func stopped() async throws {
        let first = try CommandProcess(["run"], pipeline: Self.pipeline)
        let nap = try await start(first, "nap")
        _ = try await number(first, nap)
        let reader = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await first.port()))
        try await reader.send("GET /channels/jobs/\(nap) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await reader.readHead()
        first.signal(SIGTERM)
        var last = ""
        while let block = try await reader.readBlock() { last = block }
        #expect(last.contains("task.failed") && last.contains("the server was stopped"), "\(last)")
        #expect(await first.exitCode() == 0)
        let second = try CommandProcess(["run"], pipeline: Self.pipeline, after: first)
        #expect(try await request(second, "GET", "/jobs/\(nap)").body.contains("the server was stopped"))
        // The channel is new, and yet who follows the task gets to know, and is not left waiting.
        let late = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await second.port()))
        try await late.send("GET /channels/jobs/\(nap) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await late.readHead()
        var blocks: [String] = []
        while let block = try await late.readBlock() { blocks.append(block) }
        #expect(blocks.contains { $0.contains("task.failed") })
    }

    @Test("kill -9 at random moments: every task that was accepted is known, and none stays under way")
    func random() async throws {
        var server = try CommandProcess(["run"], pipeline: Self.pipeline)
        var accepted: [String] = []
        for round in 0..<4 {
            let count = Int.random(in: 1...15)
            for _ in 0..<count { accepted.append(try await start(server, "quick", #"{"args": {"what": "x"}}"#)) }
            if round % 2 == 0 { accepted.append(try await start(server, "nap")) }
            server.signal(SIGKILL)
            _ = await server.exitCode()
            server = try CommandProcess(["run"], pipeline: Self.pipeline, after: server)
        }
        for id in accepted {
            let answer = try await request(server, "GET", "/jobs/\(id)")
            #expect(answer.status == 200, "\(answer.body)")
        }
        // Those that waited behind a nap that failed run now; a nap that waited is ended by hand.
        for id in accepted {
            let isOver = try await eventually {
                let text = try await request(server, "GET", "/jobs/\(id)").body
                if text.contains(#""job":"nap""#) { _ = try await request(server, "DELETE", "/jobs/\(id)") }
                return ["completed", "failed", "cancelled"].contains { text.contains("\"status\":\"\($0)\"") }
            }
            #expect(isOver)
        }
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }
}
