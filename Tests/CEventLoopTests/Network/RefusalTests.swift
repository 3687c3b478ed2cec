import CEventLoop
import TestSupport
import Testing

/// What is no HTTP, or could be read in two ways.
struct Refusal: Sendable, CustomTestStringConvertible {
    var status: Int
    var request: String
    var testDescription: String { "\(status) \(request.prefix(60).debugDescription)" }

    init(_ status: Int, _ request: String) {
        self.status = status
        self.request = request
    }

    /// A request with these further lines.
    init(_ status: Int, fields: String) {
        self.init(status, "POST /echo HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n")
    }

    static let all: [Refusal] = [
        // Lines
        Refusal(400, "GET / HTTP/1.1\nHost: x\n\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\rHost: x\r\n\r\n"),
        Refusal(400, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "\u{16}\u{3}\u{1}"),
        // Request lines
        Refusal(400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"),
        Refusal(400, "GET /\r\n\r\n"),
        Refusal(400, "GET\r\n\r\n"),
        Refusal(400, "G(T / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET / http/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.10\r\nHost: x\r\n\r\n"),
        Refusal(505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
        Refusal(505, "GET / HTTP/1.2\r\nHost: x\r\n\r\n"),
        Refusal(505, "GET / HTTP/0.9\r\nHost: x\r\n\r\n"),
        Refusal(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Refusal(501, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(501, "get / HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(501, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"),
        // Targets
        Refusal(400, "GET a HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET * HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET /\u{e4} HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET http://u@x/a HTTP/1.1\r\nHost: x\r\n\r\n"),
        // Hosts
        Refusal(400, "GET / HTTP/1.1\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        Refusal(400, "GET / HTTP/1.1\r\nHost: a%2\r\n\r\n"),
        // Fields
        Refusal(400, fields: "Name : value"),
        Refusal(400, fields: "Name\t: value"),
        Refusal(400, fields: "A: b\r\n folded"),
        Refusal(400, fields: "A: b\r\n\tfolded: x"),
        Refusal(400, fields: " first: line"),
        Refusal(400, fields: "A: b\u{1}c"),
        Refusal(400, fields: "A: b\u{7f}c"),
        Refusal(400, fields: "A: b\0c"),
        Refusal(400, fields: ": value"),
        Refusal(400, fields: "no colon"),
        Refusal(400, fields: "N@me: value"),
        Refusal(431, fields: "A: " + String(repeating: "a", count: 17000)),
        // Framing
        Refusal(400, fields: "Content-Length: 5\r\nTransfer-Encoding: chunked"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\nContent-Length: 5"),
        Refusal(400, fields: "Content-Length: 5\r\nContent-Length: 6"),
        Refusal(400, fields: "Content-Length: 5\r\nContent-Length: 5"),
        Refusal(400, fields: "Content-Length: 5, 5"),
        Refusal(400, fields: "Content-Length: +5"),
        Refusal(400, fields: "Content-Length: -5"),
        Refusal(400, fields: "Content-Length: 0x5"),
        Refusal(400, fields: "Content-Length: 5 5"),
        Refusal(400, fields: "Content-Length:"),
        Refusal(400, fields: "Content-Length: 99999999999999999999999"),
        Refusal(413, fields: "Content-Length: 1048577"),
        Refusal(501, fields: "Transfer-Encoding: gzip"),
        Refusal(501, fields: "Transfer-Encoding: gzip, chunked"),
        Refusal(400, fields: "Transfer-Encoding: chunked, chunked"),
        Refusal(501, fields: "Transfer-Encoding: xchunked"),
        Refusal(501, fields: "Transfer-Encoding: identity"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        Refusal(400, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Refusal(417, fields: "Expect: 200-ok"),
        // Chunks
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\nx\r\n"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n0\r\nT: a\nb\r\n"),
        Refusal(400, fields: "Transfer-Encoding: chunked\r\n\r\n0\r\n\rX"),
        Refusal(413, fields: "Transfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "a", count: 300_000)),
        Refusal(413, fields: "Transfer-Encoding: chunked\r\n\r\n0\r\n" + String(repeating: "a: b\r\n", count: 50_000)),
        Refusal(
            413, "POST /ten HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"),
        Refusal(413, "POST /ten HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"),
    ]
}

@Suite("What is no HTTP is refused")
struct RefusalTests {
    @Test("Refused, with a reason, and the connection ends", arguments: Refusal.all)
    func refuses(refusal: Refusal) async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            try await connection.send(refusal.request.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
            let response = try await connection.readResponse()
            #expect(response.status == refusal.status, "\(response.text)")
            #expect(response.closes)
            #expect(response.field("content-type") == "application/problem+json")
            #expect(response.text.contains("\"status\":\(refusal.status),\"detail\":\""))
            #expect(try await connection.isReset() == false)
            #expect(hub.counters.requests_malformed == 1)
        }
    }

    @Test("The 413 reaches who goes on sending a large body, and no reset destroys it")
    func lingering() async throws {
        try await TestHub.run { hub in
            let connection = try await hub.connect()
            let body = [UInt8](repeating: 0x61, count: 8 << 20)
            try await connection.send("POST /ten HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
            try await connection.send(body)
            #expect(try await connection.readResponse().status == 413)
            await connection.finishSending()
            #expect(try await connection.isReset() == false)
        }
    }

    @Test("A head as long as the limit is accepted, one byte more is not")
    func limit() async throws {
        try await TestHub.run(TestHub.settings { $0.header_limit = 200 }) { hub in
            for (length, status) in [(200, 200), (201, 431)] {
                let connection = try await hub.connect()
                let frame = "GET / HTTP/1.1\r\nHost: x\r\nA: \r\n\r\n"
                let padding = String(repeating: "a", count: length - frame.utf8.count)
                try await connection.send(frame.replacing("A: ", with: "A: " + padding))
                #expect(try await connection.readResponse().status == status)
            }
        }
    }
}
