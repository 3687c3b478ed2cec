public import Aggregator
import Logging

/// The events of another server's event stream: of another aggregator, or of anything that speaks SSE.
public struct ServerSentEvents: EventSource {
    /// `sse`.
    public static let name = "sse"
    /// For `aggregator list`.
    public static let summary =
        "The events of another server's stream (Server-Sent Events), through every break of the line."

    @Option("The stream's address, http or https.", .example("https://live.example.com/channels/prices"))
    var url: StreamURL
    @Option("A bearer token.", .secret) var token: String?
    @Option(
        "More header fields of the request, by their names. They may be secrets of that server alone, so with them no redirect is followed.",
        .secret)
    var headers: [String: String] = [:]
    @Option("The type of the events; by default the stream's own `event:` field.") var type: String?
    @Option("The subject of the events.") var subject: String?
    @Option(
        "What each `data:` is: `auto` takes JSON as JSON and all else as text; `cloudevents` is a whole event, with its id, type, subject and time."
    )
    var format = Format.auto
    @Option(
        "Silence after which the connection is taken for dead. Servers send a comment now and then.", .range(1...86_400)
    )
    var idle: Duration = .seconds(60)
    @Option("How long connecting may take.", .range(0.1...3600)) var connect: Duration = .seconds(15)
    @Option("A file of certificates (PEM) to trust in place of the system's.") var ca: PathOption?
    @Option("Takes any certificate: for tests only.") var insecure = false

    /// What each `data:` is.
    enum Format: String, OptionChoice { case auto, json, text, cloudevents }

    /// With its defaults; `url` has none.
    public init() {}

    /// Where it was in the stream.
    public var keepsState: Bool { true }

    /// Objects to what no event or request could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if let type { problems.checkType(type, at: options["type"]) }
        if let subject { problems.checkSubject(subject, at: options["subject"]) }
        for (name, value) in headers where !Self.isField(name, value) {
            problems.report("'\(name)' with this value is no header field of HTTP", at: options["headers"])
        }
        if token == "" {
            problems.report("an empty token is none: give one, or leave the option out", at: options["token"])
        }
        if let token, !Self.isField("Authorization", token) {
            problems.report("this token cannot stand in a header field", at: options["token"])
        }
    }

    /// Follows the stream until it is cancelled, or the server says that there is no more (204).
    public func run(_ context: SourceContext) async throws {
        if insecure { context.log.warning("certificates of \(url.place) are not checked (insecure: true)") }
        let thread = try BlockingThread()
        try await withTaskExecutorPreference(thread) {
            var follower = try StreamFollower(self, context)
            try await follower.run()
        }
    }

    /// RFC 9110, section 5: a token, and a value that cannot end its line.
    private static func isField(_ name: String, _ value: String) -> Bool {
        let marks = Set("!#$%&'*+-.^_`|~".utf8)
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                marks.contains(byte)
                    || (byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || (0x30...0x39).contains(byte)))
            } && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}

/// An http or https address.
struct StreamURL: OptionValue {
    let text: String
    /// For messages: host and path. The rest of an address may have secrets in it.
    let place: String

    static var shape: OptionShape { .string }
    var optionText: String? { text.optionText }

    static func decode(_ node: Node, _ problems: inout Problems) -> StreamURL? {
        guard let text = node.text, let url = StreamURL(text) else {
            problems.expected("an address such as https://live.example.com/channels/prices", at: node)
            return nil
        }
        return url
    }

    init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let host = authority.split(separator: "@").last, !host.isEmpty else { return nil }
        self.text = text
        let path = text.dropFirst(scheme.count + authority.count).prefix { $0 != "?" && $0 != "#" }
        place = String(host) + path
    }
}
