import Foundation
import TestSupport
import Testing

@Suite("The state folder")
struct StateLockTests {
    private static func pipeline(_ folder: TemporaryFolder, _ source: String) -> String {
        """
        server: {listen: 127.0.0.1:0, state: \(folder.at("state"))}
        sources: {s: \(source)}
        channels: {all: {from: s}}
        """
    }

    @Test("a second instance on the same state ends with 1 before anything starts, and says who has it")
    func second() async throws {
        let folder = try TemporaryFolder()
        let pipeline = Self.pipeline(folder, "{file_tail: {include: [\(folder.at("a.log"))]}}")
        let first = try CommandProcess(["run"], pipeline: pipeline)
        _ = try await first.port()
        let second = try CommandProcess(["run"], pipeline: pipeline)
        #expect(await second.exitCode() == 1)
        #expect(second.output.isEmpty)
        #expect(second.errors.contains("the state folder \(folder.at("state")) is in use by another instance"))
        #expect(second.errors.contains("(process \(first.pid))") && second.errors.contains("server.state"))
        first.signal(SIGTERM)
        #expect(await first.exitCode() == 0)
        // The lock ends with its process, however that ends.
        let third = try CommandProcess(["run"], pipeline: pipeline)
        _ = try await third.port()
        third.signal(SIGKILL)
        _ = await third.exitCode()
        let fourth = try CommandProcess(["run"], pipeline: pipeline)
        _ = try await fourth.port()
        fourth.signal(SIGTERM)
        #expect(await fourth.exitCode() == 0)
    }

    @Test("an instance that remembers nothing starts beside another")
    func stateless() async throws {
        let folder = try TemporaryFolder()
        let first = try CommandProcess(
            ["run"], pipeline: Self.pipeline(folder, "{file_tail: {include: [\(folder.at("a.log"))]}}"))
        _ = try await first.port()
        let second = try CommandProcess(
            ["run"], pipeline: Self.pipeline(folder, "{file_tail: {include: [\(folder.at("a.log"))], from: end}}"))
        _ = try await second.port()
        for process in [first, second] {
            process.signal(SIGTERM)
            #expect(await process.exitCode() == 0)
        }
    }
}
