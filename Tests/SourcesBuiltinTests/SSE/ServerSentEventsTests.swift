import Aggregator
import AggregatorTesting
import Foundation
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("sse")
struct ServerSentEventsTests {
    private func source(_ url: String, _ change: (inout ServerSentEvents) -> Void = { _ in }) throws -> ServerSentEvents
    {
        var source = ServerSentEvents()
        source.url = try #require(StreamURL(url))
        change(&source)
        return source
    }

    private func source(
        _ server: ScriptedServer, _ change: (inout ServerSentEvents) -> Void = { _ in }
    ) throws -> ServerSentEvents {
        try source("http://127.0.0.1:\(server.port)/events", change)
    }

    private func texts(_ events: [Event]) -> [String] {
        events.map {
            switch $0.data {
            case .json(let bytes): "json " + String(decoding: bytes, as: UTF8.self)
            case .text(let text): "text " + text
            default: "none"
            }
        }
    }

    @Test("takes JSON as JSON and all else as text, with the stream's types and ids")
    func content() async throws {
        let server = try ScriptedServer([
            .stream("retry: 10\n\nid: a\nevent: price\ndata: {\"p\": 1}\n\ndata: hello\ndata: you\n\ndata\n\n"),
            .status(204),
        ])
        let probe = SourceProbe(try source(server) { $0.subject = "x" })
        probe.start()
        let record = try await probe.wait { $0.ending != nil }
        #expect(texts(record.events) == ["json {\"p\": 1}", "text hello\nyou", "none"])
        #expect(record.events.map(\.type) == ["price", "message", "message"])
        #expect(record.events.allSatisfy { $0.subject == "x" })
        #expect(record.events[0].id == .given("a"))
        guard case .returned? = record.ending else { Issue.record("\(String(describing: record.ending))"); return }
    }

    @Test("comes back with the position of the last whole block, and with the fields it was told to send")
    func resumes() async throws {
        let server = try ScriptedServer([
            .stream("retry: 10\nid: 1\ndata: a\n\nid: 2\ndata: half"), .stream("id: 2\ndata: b\n\n", staysOpen: true),
        ])
        let probe = SourceProbe(
            try source(server) {
                $0.headers = ["X-Key": "k"]; $0.token = "t"
            })
        probe.start()
        #expect(texts(try await probe.events(atLeast: 2)) == ["text a", "text b"])
        await probe.stop()
        #expect(!server.requests[0].lowercased().contains("last-event-id"))
        #expect(server.requests[1].contains("Last-Event-ID: 1\r\n"))
        for request in server.requests {
            #expect(request.contains("Accept: text/event-stream\r\n"))
            #expect(request.contains("Authorization: Bearer t\r\n"))
            #expect(request.contains("X-Key: k\r\n"))
        }
    }

    @Test(
        "what cannot be followed is an error that says what to do",
        arguments: [
            (ScriptedServer.Answer.status(401), "answered 401; see the options token and headers"),
            (.status(404), "answered 404; is there such a channel?"),
            (.status(503, "Retry-After: 5\r\n"), "answered 503"),
            (
                .init("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"),
                "no event stream: its Content-Type is text/html"
            ),
            (.init("nonsense\r\n\r\n"), "HTTP/0.9"),
        ])
    func refused(answer: ScriptedServer.Answer, words: String) async throws {
        let server = try ScriptedServer([answer])
        let probe = SourceProbe(try source(server))
        probe.start()
        let record = try await probe.wait { $0.ending != nil }
        guard case .failed(let error)? = record.ending else { Issue.record("it did not fail"); return }
        #expect("\(error)".contains(words))
    }

    @Test("remembers across restarts where it was, but not where it was in another stream")
    func memory() throws {
        let folder = try TemporaryFolder()
        let memory = StreamMemory(folder: folder.path, url: "http://a/")
        #expect(memory.read() == nil)
        memory.write("x-1")
        #expect(memory.read() == "x-1")
        #expect(StreamMemory(folder: folder.path, url: "http://b/").read() == nil)
    }

    @Test("with cloudevents each data is a whole event; what is none is left out")
    func cloudEvents() async throws {
        let event =
            #"{"specversion":"1.0","id":"7","source":"s","type":"t","subject":"u","time":"2026-01-02T03:04:05Z","datacontenttype":"application/vnd.x+json","n":5,"data":{"a":1}}"#
        let server = try ScriptedServer([.stream("data: {}\n\ndata: \(event)\n\n", staysOpen: true)])
        let probe = SourceProbe(try source(server) { $0.format = .cloudevents })
        probe.start()
        let found = try await probe.events(atLeast: 1)[0]
        #expect(texts([found]) == [#"json {"a":1}"#])
        #expect(found.id == .given("7") && found.type == "t" && found.subject == "u")
        #expect(found.time.description == "2026-01-02T03:04:05Z")
        #expect(found.extensions["n"] == .int(5) && found.dataContentType == "application/vnd.x+json")
        await probe.stop()
    }

    @Test("a redirect is followed")
    func redirect() async throws {
        let target = try ScriptedServer([.stream("data: there\n\n", staysOpen: true)])
        let server = try ScriptedServer([.status(307, "Location: http://127.0.0.1:\(target.port)/other\r\n")])
        let probe = SourceProbe(try source(server))
        probe.start()
        #expect(texts(try await probe.events(atLeast: 1)) == ["text there"])
        #expect(target.requests[0].hasPrefix("GET /other "))
        await probe.stop()
    }

    @Test("with fields of its own, which may be secrets, a redirect is an error that says what to do")
    func redirectWithSecrets() async throws {
        let target = try ScriptedServer([.stream("data: there\n\n", staysOpen: true)])
        let server = try ScriptedServer([.status(307, "Location: http://127.0.0.1:\(target.port)/other\r\n")])
        let probe = SourceProbe(try source(server) { $0.headers = ["X-Key": "k"] })
        probe.start()
        let record = try await probe.wait { $0.ending != nil }
        guard case .failed(let error)? = record.ending else { Issue.record("it did not fail"); return }
        #expect("\(error)".contains("no redirect is followed"))
        #expect(target.requests.isEmpty)
    }

    @Test("a server that falls silent is left for a new connection")
    func silence() async throws {
        let server = try ScriptedServer([
            .stream("retry: 10\ndata: a\n\n", staysOpen: true), .stream("data: b\n\n", staysOpen: true),
        ])
        let probe = SourceProbe(try source(server) { $0.idle = .seconds(1) })
        probe.start()
        #expect(texts(try await probe.events(atLeast: 2)).prefix(2) == ["text a", "text b"])
        await probe.stop()
    }

    @Test("while the pipeline is full the server waits, and nothing is lost")
    func backpressure() async throws {
        // More than the sockets' buffers take.
        let blocks = (0..<20_000).map { "id: \($0)\ndata: \($0) \(String(repeating: "x", count: 1000))\n\n" }
        let server = try ScriptedServer([.stream("retry: 100000\n\n" + blocks.joined(), staysOpen: true)])
        let probe = SourceProbe(try source(server))
        probe.hold()
        probe.start()
        try await probe.wait { $0.isWaiting }
        #expect(probe.events.count < 20_000)
        probe.release()
        let events = try await probe.events(atLeast: 20_000)
        #expect(events.map(\.id) == (0..<20_000).map { .given("\($0)") })
        await probe.stop()
    }

    @Test("a gap that the other server tells of is no event; an event that cannot be one is left out alone")
    func leftOut() async throws {
        let server = try ScriptedServer([
            .stream("event: gap\ndata: {\"missed\": 3}\n\nevent: \u{1}\ndata: x\n\ndata: y\n\n", staysOpen: true)
        ])
        let probe = SourceProbe(try source(server))
        probe.start()
        #expect(texts(try await probe.events(atLeast: 1)) == ["text y"])
        await probe.stop()
    }

    @Test("stops at once, whatever it waits for")
    func stops() async throws {
        let silent = try ScriptedServer([.init("", staysOpen: true)])
        let probe = SourceProbe(try source(silent) { $0.idle = .seconds(3600) })
        probe.start()
        #expect(await eventually { silent.requests.count == 1 })
        await probe.stop()
    }

    @Test("certificates are checked: an unknown one is refused, one of `ca` is taken")
    func certificates() async throws {
        let folder = try TemporaryFolder()
        let server = try TLSServer(folder)
        defer { server.stop() }
        let port = try await server.port()
        let refused = SourceProbe(try source("https://localhost:\(port)/"))
        refused.start()
        let record = try await refused.wait { $0.ending != nil }
        guard case .failed(let error)? = record.ending else { Issue.record("it did not fail"); return }
        #expect("\(error)".contains("certificate"))
        for change in [
            { (source: inout ServerSentEvents) in source.ca = PathOption(stringLiteral: folder.at("cert.pem")) },
            { (source: inout ServerSentEvents) in source.insecure = true },
        ] {
            let probe = SourceProbe(try source("https://localhost:\(port)/", change))
            probe.start()
            #expect(texts(try await probe.events(atLeast: 1)) == ["text safe"])
            await probe.stop()
        }
    }
}

/// An event stream over TLS, with a certificate of its own.
private final class TLSServer {
    private let process = Process()
    private let folder: TemporaryFolder

    private static let program = """
        import http.server, ssl, sys, time
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                self.wfile.write(b"data: safe\\n\\n")
                self.wfile.flush()
                time.sleep(600)
            def log_message(self, *arguments): pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("cert.pem", "key.pem")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with open("port", "w") as file: print(server.server_address[1], file=file)
        server.serve_forever()
        """

    init(_ folder: TemporaryFolder) throws {
        self.folder = folder
        let certificate = Process()
        certificate.executableURL = URL(filePath: "/usr/bin/openssl")
        certificate.arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", folder.at("key.pem"), "-out", folder.at("cert.pem"),
        ]
        certificate.standardError = FileHandle.nullDevice
        try certificate.run()
        certificate.waitUntilExit()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", Self.program]
        process.currentDirectoryURL = URL(filePath: folder.path)
        try process.run()
    }

    func port() async throws -> UInt16 {
        let file = folder.at("port")
        func written() -> UInt16? {
            (try? String(contentsOfFile: file, encoding: .utf8)).flatMap { UInt16($0.dropLast()) }
        }
        _ = await eventually { written() != nil }
        return try #require(written())
    }

    func stop() { kill(process.processIdentifier, SIGKILL) }
}
