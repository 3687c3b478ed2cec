import Foundation
import TestSupport
import Testing

/// Whatever a source needs may be missing, go away and come back: a word in the log, and recovery without a restart.
@Suite("Sources in trouble")
struct TroubleTests {
    /// Of every kind; and what has to be put right for it, which all need: the state folder is a file at first.
    private static func file(upstream port: UInt16) -> String {
        """
        server: {listen: 127.0.0.1:0, state: state, drain: 5s}
        sources:
          program: {exec: {command: [./program]}}
          folder: {exec: {command: [sh, -c, 'echo here; exec sleep 1000'], cwd: later}}
          words: {exec: {command: [sh, -c, '[ -e good ] && echo good && exec sleep 1000; echo "pid $$" >&2; exit 3']}}
          upstream: {sse: {url: "http://127.0.0.1:\(port)/channels/c", type: t}}
          lines: {file_tail: {type: line, include: ["logs/*.log"]}}
          due: {schedule: {cron: "* * * * * *", type: due, missed: once}}
          jobs: {tasks: {jobs: {a: {command: [./program], schedule: "* * * * * *"}}}}
          hook: {http_ingest: {path: /in}}
          piped: {stdin: {}}
          market: {ticker: {type: price, interval: 100ms, symbols: {A: 1}}}
          never: {generate: {interval: 20ms, type: n, data: 'count / 0'}}
        channels:
          all: {from: [program, folder, words, upstream, lines, due, jobs, hook, piped, market, never], keep: 0}
        """
    }

    /// Those that cannot run, each with a word of its reason.
    private static let failing = [
        "program": "No such file", "folder": "no folder", "words": "exit code 3", "upstream": "state",
        "lines": "state", "due": "state", "jobs": "state",
    ]

    @Test("each failure is told once, is seen from outside, touches no other, and is over when its cause is")
    func recovery() async throws {
        let port = try Self.freePort()
        let server = try CommandProcess(
            ["run"], pipeline: Self.file(upstream: port), files: ["state": "in the way"], input: "piped\n")
        for name in Self.failing.keys {
            #expect(
                try await eventually {
                    try await metric(server, "aggregator_source_restarts_total{source=\"\(name)\"}") ?? 0 >= 2
                })
        }
        for (name, word) in Self.failing {
            let told = server.errors.split(separator: "\n").filter { $0.contains("source \(name) failed") }
            #expect(told.count == 1 && told[0].contains(word), "\(name): \(told)")
            #expect(try await ready(server, name).contains(word))
        }
        #expect(server.errors.components(separatedBy: "no value for count").count - 1 <= 8)
        #expect(server.errors.components(separatedBy: "standard input has ended").count - 1 == 1)
        let health = try await get(server, "/health/ready")
        #expect(health.hasPrefix("HTTP/1.1 200") && health.contains(#""status":"degraded""#))
        #expect(try await metric(server, "aggregator_source_events_total{source=\"market\"}") ?? 0 > 5)

        try server.remove("state")
        try server.write("program", "#!/bin/sh\necho here\nexec sleep 1000\n", isProgram: true)
        try server.write("later/x", "")
        try server.write("good", "")
        try server.write("logs/a.log", "one line\n")
        let upstream = try CommandProcess(
            ["run", "--listen", "127.0.0.1:\(port)"],
            pipeline: "sources: {m: {ticker: {type: t, interval: 50ms, symbols: {A: 1}}}}\nchannels: {c: {from: m}}")
        for name in Self.failing.keys {
            let events = "aggregator_source_events_total{source=\"\(name)\"}"
            // Longer than the longest pause between two attempts, which is a minute.
            #expect(
                try await eventually(within: Pace.patience(180)) { try await metric(server, events) ?? 0 > 0 },
                "\(name)"
            )
            #expect(try await ready(server, name).contains(#""state":"running""#), "\(name)")
        }
        #expect(try await get(server, "/health/ready").contains(#""status":"ready""#))

        // And away again.
        upstream.signal(SIGKILL)
        _ = await upstream.exitCode()
        #expect(
            try await eventually {
                let words = try await ready(server, "upstream")
                return words.contains(#""state":"waiting""#) && words.contains("connect")
            })
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
    }

    /// The part of `/health/ready` about one source.
    private func ready(_ server: CommandProcess, _ name: String) async throws -> String {
        let parts = try await get(server, "/health/ready").components(separatedBy: #"{"name":"#)
        return parts.first { $0.hasPrefix("\"\(name)\"") } ?? ""
    }

    /// A sample of `/metrics`; nil if there is none.
    private func metric(_ server: CommandProcess, _ sample: String) async throws -> Int? {
        try await get(server, "/metrics").split(separator: "\n").first { $0.hasPrefix(sample) }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }

    private func get(_ server: CommandProcess, _ path: String) async throws -> String {
        let client = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await server.port()))
        try await client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let response = try await client.readResponse()
        return "HTTP/1.1 \(response.status)\n" + response.text
    }

    /// A port on which nobody listens now, and of which no connection takes hold meanwhile: those get higher ones.
    private static func freePort() throws -> UInt16 {
        for _ in 0..<100 {
            if let server = try? ScriptedServer(port: .random(in: 20_000..<32_000), []) { return server.port }
        }
        return try ScriptedServer([]).port
    }
}
