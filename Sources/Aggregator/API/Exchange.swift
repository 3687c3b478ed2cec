import Logging

/// One request on its way to its answer: what every answer needs, wherever it is given. A class, because those who post again
/// and again hand the same one around: one reference instead of all that is in it.
final class Exchange: Sendable {
    let method: String
    /// Without the query, in which secrets may stand.
    let path: String
    /// What the CORS protocol adds to the answer.
    let shared: [(name: String, value: String)]
    private let tally: ResponseTally
    private let log: Logger

    init(
        method: String, path: String, shared: [(name: String, value: String)], tally: ResponseTally, log: Logger
    ) {
        self.method = method
        self.path = path
        self.shared = shared
        self.tally = tally
        self.log = log
    }

    /// The same, with one more line in the answer.
    func adding(_ line: (name: String, value: String)) -> Exchange {
        Exchange(method: method, path: path, shared: shared + [line], tally: tally, log: log)
    }

    /// What the loop is to send. Counts it, and writes the request's one line of log.
    func response(_ answer: RouteResponse, whenRoom: Bool = false, close: Bool = false) -> HubResponse {
        let status = (200...599).contains(answer.status) ? answer.status : 500
        note(status)
        let lines =
            shared.isEmpty && answer.isPlainJSON
            ? Self.jsonLines : HeaderLines.text(answer.headers + Self.common + shared)
        return HubResponse(status: status, headers: lines, body: answer.body, close: close, whenRoom: whenRoom)
    }

    /// The same with a file for a body, which is taken over.
    func response(status: Int, headers: [(name: String, value: String)], file: (descriptor: Int32, length: UInt64))
        -> HubResponse
    {
        note(status)
        return HubResponse(status: status, headers: HeaderLines.text(headers + Self.common + shared), file: file)
    }

    /// Counts and logs an answer that the hub gives.
    func note(_ status: Int) {
        tally.count(status)
        log.debug("\(method) \(path) \(status)")
    }

    /// What we say an answer is, it is: browsers shall not guess scripts out of events.
    private static let common = [(name: "X-Content-Type-Options", value: "nosniff")]
    /// Of the answers that the loops give by themselves.
    static func refusalLines(_ origins: Origins) -> String { HeaderLines.text(common + origins.linesForAnybody) }

    /// Of nearly every answer to a post.
    private static let jsonLines = HeaderLines.text(RouteResponse.json(202, [UInt8]()).headers + common)
}

extension RouteResponse {
    /// Its headers are those of `json(_:_:)`.
    fileprivate var isPlainJSON: Bool {
        headers.count == 1 && headers[0].name == "Content-Type" && headers[0].value == "application/json"
    }
}

/// How many answers there were of each class (RFC 9110, section 15). Any thread.
final class ResponseTally: Sendable {
    private let success = Counter()
    private let redirection = Counter()
    private let clientError = Counter()
    private let serverError = Counter()

    /// By the label that metrics give them.
    var all: [(label: String, count: UInt64)] {
        [
            ("2xx", success.value), ("3xx", redirection.value), ("4xx", clientError.value), ("5xx", serverError.value),
        ]
    }

    func count(_ status: Int) {
        switch status {
        case ..<300: success.add()
        case ..<400: redirection.add()
        case ..<500: clientError.add()
        default: serverError.add()
        }
    }
}

/// A response's fields as lines. Whoever made them, nothing in them can end a line (RFC 9110, section 5.5).
enum HeaderLines {
    /// What the loop says itself.
    private static let reserved: Set<String> = [
        "connection", "content-length", "date", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Fields whose name is no token, or is the loop's own, are left out; control characters become spaces.
    static func text(_ fields: [(name: String, value: String)]) -> String {
        var text: [UInt8] = []
        for (name, value) in fields where isToken(name) && !reserved.contains(name.lowercased()) {
            text += name.utf8
            text += ": ".utf8
            for byte in value.utf8 { text.append(byte < 0x20 && byte != 0x09 || byte == 0x7F ? 0x20 : byte) }
            text += "\r\n".utf8
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
