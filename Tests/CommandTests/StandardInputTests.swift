import Foundation
import TestSupport
import Testing

@Suite("stdin")
struct StandardInputTests {
    private static let pipeline = """
        server: {listen: 127.0.0.1:0}
        sources: {input: {stdin: {type: entry}}}
        channels: {entries: {from: input, replay: all}}
        """

    @Test("what is piped in are events, and its end ends nothing else")
    func piped() async throws {
        let command = try CommandProcess(["run"], pipeline: Self.pipeline, input: "{\"n\": 1}\nplain\n{\"n\": 3}")
        let reader = try await RawConnection.connect(to: .tcp(host: "127.0.0.1", port: try await command.port()))
        try await reader.send("GET /channels/entries HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await reader.readHead().status == 200)
        _ = try await reader.readBlock()
        for data in [#"{"n": 1}"#, #"{"message":"plain"}"#, #"{"n": 3}"#] {
            let block = try #require(try await reader.readBlock())
            #expect(block.contains("event: entry\ndata: \(data)"))
        }
        #expect(await eventually { command.errors.contains("standard input has ended") })
        command.signal(SIGTERM)
        #expect(await command.exitCode() == 0)
    }

    @Test("a server that was started without one says so, and reads from nothing else")
    func none() async throws {
        let folder = try TemporaryFolder()
        let socket = folder.at("socket")
        try folder.append("pipeline.yaml", Self.pipeline.replacing("127.0.0.1:0", with: "\"unix:\(socket)\""))
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "exec \"$0\" run \"$1\" <&-", try CommandProcess.executable().path, folder.at("pipeline.yaml"),
        ]
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        defer {
            shell.terminate()
            shell.waitUntilExit()
        }
        let isTold = try await eventually {
            // Its file is there before anybody listens.
            guard let client = try? await RawConnection.connect(to: .unix(path: socket)) else { return false }
            try await client.send("GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return try await client.readResponse().text.contains("standard input cannot be read: the server has none")
        }
        #expect(isTold)
    }

    @Test("a second one is an error of the file")
    func two() async throws {
        let file = """
            sources: {a: {stdin: {}}, b: {stdin: {}}}
            channels: {c: {from: [a, b]}}
            """
        let command = try CommandProcess(["check"], pipeline: file)
        #expect(await command.exitCode() == 78)
        #expect(
            command.errors.contains(
                "pipeline.yaml:1:31: there can be one source of the kind 'stdin' only, and 'a' on line 1"))
    }
}
