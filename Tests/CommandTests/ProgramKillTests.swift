import Foundation
import TestSupport
import Testing

/// Servers that are killed with SIGKILL, and the programs of their `exec` sources.
@Suite("Programs and the end of the server")
struct ProgramKillTests {
    /// Says the pid of what it has started, and stays.
    private static let parent = "[sh, -c, 'sleep 1000 & echo $!; wait']"

    @Test("kill -9: a program dies, and so does what it has started")
    func killed() async throws {
        let server = try CommandProcess(["run"], pipeline: Self.file("one: {exec: {command: \(Self.parent)}}"))
        let grandchild = try #require(try await numbers(server, 1).first)
        let programs = server.children()
        #expect(isAlive(grandchild) && !programs.isEmpty)
        server.signal(SIGKILL)
        _ = await server.exitCode()
        for pid in programs + [grandchild] { #expect(await eventually { !isAlive(pid) }) }
    }

    @Test("a guardian that somebody has killed is replaced, and the new one knows of all programs")
    func replaced() async throws {
        let folder = try TemporaryFolder()
        let server = try CommandProcess(
            ["run"],
            pipeline: Self.file(
                """
                one: {exec: {command: \(Self.parent)}}
                  two: {exec: {command: [sh, -c, 'while [ ! -e \(folder.at("go")) ]; do sleep 0.05; done']}}
                """))
        let grandchild = try #require(try await numbers(server, 1).first)
        #expect(await eventually { guardian(of: server) != nil })
        let first = try #require(guardian(of: server))
        kill(first, SIGKILL)
        // It is missed when there is something to tell it: a program's end.
        try folder.append("go", "")
        #expect(await eventually { guardian(of: server).map { $0 != first } ?? false })
        server.signal(SIGKILL)
        _ = await server.exitCode()
        #expect(await eventually { !isAlive(grandchild) })
    }

    @Test("an orderly stop leaves neither programs nor the guardian behind")
    func stopped() async throws {
        let server = try CommandProcess(["run"], pipeline: Self.file("one: {exec: {command: \(Self.parent)}}"))
        let grandchild = try #require(try await numbers(server, 1).first)
        let programs = server.children()
        server.signal(SIGTERM)
        #expect(await server.exitCode() == 0)
        for pid in programs + [grandchild] { #expect(await eventually { !isAlive(pid) }) }
    }

    private static func file(_ sources: String) -> String {
        """
        server: {listen: 127.0.0.1:0}
        sources:
          \(sources)
        channels: {all: {from: [one], replay: all}}
        """
    }

    /// The child that reads from us and writes nowhere.
    private func guardian(of server: CommandProcess) -> pid_t? {
        server.children().first { child in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/fd/1")) == "/dev/null"
        }
    }

    /// The first numbers that the sources' programs have said.
    private func numbers(_ server: CommandProcess, _ count: Int) async throws -> [pid_t] {
        let reader = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await server.port()))
        try await reader.send("GET /channels/all HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await reader.readHead()
        var numbers: [pid_t] = []
        while numbers.count < count, let block = try await reader.readBlock() {
            if let number = block.firstMatch(of: /"message":"(\d+)"/).flatMap({ pid_t($0.1) }) {
                numbers.append(number)
            }
        }
        return numbers
    }
}
