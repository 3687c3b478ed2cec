import Foundation
import TestSupport
import Testing

/// The command as an operator meets it: real processes, exit codes, what is printed.
@Suite("The command")
struct CommandTests {
    private static let pipeline = """
        server: {listen: 127.0.0.1:0, drain: 5s}
        sources:
          beat: {generate: {interval: 20ms, type: beat, data: '{"n": count}'}}
          jobs: {tasks: {path: /jobs, jobs: {nap: {command: [sleep, "1000"]}}}}
        channels:
          beats: {from: beat, replay: all}
          jobs: {from: jobs}
        """

    @Test(
        "run says where it listens, with a curl for each channel, and ends with 0 on SIGTERM",
        arguments: [SIGTERM, SIGINT])
    func runsAndDrains(signal: Int32) async throws {
        let command = try CommandProcess(["run"], pipeline: Self.pipeline)
        let port = try await command.port()
        #expect(command.output.contains("curl -N http://127.0.0.1:\(port)/channels/beats"))
        #expect(command.output.contains("curl -N http://127.0.0.1:\(port)/channels/jobs"))
        let reader = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: port))
        try await reader.send("GET /channels/beats HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await reader.readHead().status == 200)
        _ = try await reader.readBlock()
        command.signal(signal)
        // The stream's end is an orderly one: the last chunk, not a torn connection.
        while try await reader.readBlock() != nil {}
        #expect(await command.exitCode() == 0)
    }

    @Test("SIGTERM leaves no child of a task behind")
    func leavesNoChildren() async throws {
        let command = try CommandProcess(["run"], pipeline: Self.pipeline)
        let port = try await command.port()
        let client = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: port))
        try await client.send("POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        #expect(try await client.readResponse().status == 202)
        #expect(await eventually { !command.children().isEmpty })
        let children = command.children()
        command.signal(SIGTERM)
        #expect(await command.exitCode() == 0)
        // The guardian ends when it has seen the server's end.
        for child in children { #expect(await eventually { !isAlive(child) }) }
    }

    @Test("no program outlives the server, not even one that ignores SIGTERM when there is little time to drain")
    func stubbornProgram() async throws {
        let file = """
            server: {listen: 127.0.0.1:0, drain: 2s}
            sources:
              jobs: {tasks: {path: /jobs, jobs: {deaf: {command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"]}}}}
            channels: {jobs: {from: [jobs]}}
            """
        let command = try CommandProcess(["run"], pipeline: file)
        let client = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await command.port()))
        try await client.send("POST /jobs/deaf HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        #expect(try await client.readResponse().status == 202)
        #expect(await eventually { !command.children().isEmpty })
        let children = command.children()
        command.signal(SIGTERM)
        #expect(await command.exitCode() == 0)
        for child in children { #expect(await eventually { !isAlive(child) }) }
    }

    @Test("run --listen goes before the file")
    func listenOption() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sock").path
        let command = try CommandProcess(["run", "--listen", "unix:\(path)"], pipeline: Self.pipeline)
        #expect(await eventually { command.output.contains("curl -N --unix-socket \(path)") })
        let reader = try await RawConnection.connect(to: .unix(path: path))
        try await reader.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        #expect(try await reader.readResponse().status == 200)
        command.signal(SIGTERM)
        #expect(await command.exitCode() == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a port in use is an error that names it, with code 1")
    func portInUse() async throws {
        let first = try CommandProcess(["run"], pipeline: Self.pipeline)
        let port = try await first.port()
        let second = try CommandProcess(["run", "--listen", "127.0.0.1:\(port)"], pipeline: Self.pipeline)
        #expect(await second.exitCode() == 1)
        #expect(second.errors.contains("127.0.0.1:\(port)"))
        first.signal(SIGTERM)
        #expect(await first.exitCode() == 0)
    }

    @Test("check finds a good file fine, and says what it keeps")
    func checkFine() async throws {
        let command = try CommandProcess(["check"], pipeline: Self.pipeline)
        #expect(await command.exitCode() == 0)
        #expect(command.output.hasPrefix("pipeline.yaml: fine\n"))
        #expect(command.output.contains("beats"))
    }

    @Test("a wrong file is code 78 for check and run, with every mistake and its place", arguments: ["check", "run"])
    func wrongFile(subcommand: String) async throws {
        let wrong = """
            sources:
              beat: {generate: {intervall: 20ms, type: beat, data: 'count +'}}
            channels:
              beats: {from: bet}
            """
        let command = try CommandProcess([subcommand], pipeline: wrong)
        #expect(await command.exitCode() == 78)
        #expect(command.errors.contains("pipeline.yaml:2:21: "))
        #expect(command.errors.contains("did you mean 'interval'?"))
        #expect(command.errors.contains("pipeline.yaml:4:"))
        #expect(command.errors.contains("did you mean 'beat'?"))
    }

    @Test(
        "wrong usage is code 64",
        arguments: [["rum"], ["run", "--lissen", "x"], ["run", "a.yaml", "b.yaml"], ["run", "--listen", "nowhere"]])
    func wrongUsage(arguments: [String]) async throws {
        let command = try CommandProcess(arguments, pipeline: Self.pipeline)
        #expect(await command.exitCode() == 64)
        #expect(command.errors.contains("Usage: aggregator"))
    }

    @Test("a file that is not there is code 78, and is named")
    func missingFile() async throws {
        let command = try CommandProcess(["check", "absent.yaml"], pipeline: Self.pipeline)
        #expect(await command.exitCode() == 78)
        #expect(command.errors.contains("absent.yaml"))
    }
}
