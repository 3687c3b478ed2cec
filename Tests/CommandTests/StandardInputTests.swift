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
