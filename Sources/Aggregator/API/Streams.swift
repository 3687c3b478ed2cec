import Expressions
import Synchronization

/// A channel, or one subject of it, that a request wants to follow.
struct Followed: Sendable {
    var channel: LiveChannel
    var subject: String?
}

/// The SSE resources: who may follow what, from where, and with which headers.
///
/// In this order: channels that are known and closed to the caller (401, 403), unknown ones (404), mistakes in subjects and
/// parameters (400), subjects that the sources rule out (404).
extension Routing {
    /// At most so many parts in one stream.
    static var partLimit: Int { 64 }

    /// Everything that can be followed under `/channels/{channel}` and `/channels/{channel}/{subject...}`.
    func followed(channel name: String, subject: String?, by caller: Caller) throws(Problem) -> [Followed] {
        try checked([(name, subject)], by: caller)
    }

    /// A channel's own path.
    func followed(_ channel: LiveChannel, subject: String?, by caller: Caller) throws(Problem) -> [Followed] {
        try checked([(channel.definition.name, subject)], by: caller)
    }

    /// `/stream?channel=a&channel=b/subject`: the subject is all that follows the first slash.
    func followed(in target: RequestTarget, by caller: Caller) throws(Problem) -> [Followed] {
        let parts = target.all("channel").map { text in
            let pieces = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(pieces[0]), subject: pieces.count == 2 ? String(pieces[1]) : nil)
        }
        guard (1...Self.partLimit).contains(parts.count) else {
            throw Problem(
                status: 400,
                detail: "Give 1 to \(Self.partLimit) parameters channel, each a channel's name or NAME/SUBJECT; "
                    + "there are \(parts.count). \(readableNames(by: caller))")
        }
        return try checked(parts, by: caller)
    }

    private func checked(_ parts: [(name: String, subject: String?)], by caller: Caller) throws(Problem) -> [Followed] {
        var followed: [Followed] = []
        for (name, subject) in parts {
            guard let channel = channels[name] else { continue }
            try allow(channel, subject: subject, to: caller)
            followed.append(Followed(channel: channel, subject: subject))
        }
        if let unknown = parts.first(where: { channels[$0.name] == nil }) {
            // What does not exist is not public: a wrong token is told first, so that its holder can put it right.
            if caller == .wrong, hasAuth { throw Self.unauthorized }
            throw Problem(
                status: 404, detail: "There is no channel \"\(unknown.name)\". \(readableNames(by: caller))")
        }
        for case let subject? in followed.map(\.subject) {
            if let objection = EventRules.objection(to: subject) {
                throw Problem(status: 400, detail: "The subject \(objection).")
            }
        }
        return followed
    }

    /// What the hub is to do, but for `retry` and the filters (`where`), which are looked at last; the sources have been asked about the subjects.
    func stream(_ followed: [Followed], _ query: StreamQuery, shared: [(name: String, value: String)]) throws(Problem)
        -> StreamRequest
    {
        if let words = objection(to: followed) { throw Problem(status: 404, detail: words) }
        // One stream has one form: a channel whose events go out whole makes those of its companions whole as well.
        let isWhole = followed.contains { $0.channel.definition.envelope == .cloudevents }
        return StreamRequest(
            parts: followed.map { part in
                StreamRequest.Part(
                    channel: part.channel.hub, subject: part.subject,
                    start: query.start ?? StreamRequest.Start(part.channel.definition.replay))
            },
            types: query.types, envelope: query.envelope.map { $0 == .cloudevents } ?? isWhole,
            headers: shared.isEmpty ? Self.plainHeaders : HeaderLines.text(Self.streamHeaders + shared))
    }

    /// Whether no source rules out any of the subjects now.
    func haveAll(_ followed: [Followed]) -> Bool { objection(to: followed) == nil }

    private func objection(to followed: [Followed]) -> String? {
        for part in followed {
            if let subject = part.subject, case .no(let words) = part.channel.subject(subject) { return words }
        }
        return nil
    }

    static var streamHeaders: [(name: String, value: String)] {
        [
            ("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache"),
            // For nginx and its kind, which else hold back what they proxy.
            ("X-Accel-Buffering", "no"),
        ]
    }

    /// Of nearly every stream: those that no other site's page asks for.
    private static let plainHeaders = HeaderLines.text(streamHeaders)

    /// Milliseconds, anew for each subscriber: those whom a restart throws out do not all come back at once.
    func retry() -> UInt32 {
        let settings = definition.server.retry
        let jitter = settings.jitter > 0 ? dice.withLock { Double.random(in: 0...settings.jitter, using: &$0) } : 0
        let factor = 1 + jitter
        let (seconds, attoseconds) = settings.after.components
        let milliseconds = (Double(seconds) * 1000 + Double(attoseconds) / 1e15) * factor
        return UInt32(min(max(1, milliseconds.rounded()), Double(UInt32.max)))
    }

    /// A sentence that names the channels which the caller may see.
    func readableNames(by caller: Caller) -> String {
        let names = readable(by: caller).map(\.definition.name)
        if names.isEmpty { return "There is none that you may read." }
        let shown = names.prefix(50).joined(separator: ", ")
        return "The channels here: \(shown)\(names.count > 50 ? ", and \(names.count - 50) more" : "")."
    }
}

extension StreamRequest.Start {
    /// As a channel's `replay` has it.
    init(_ replay: Replay) {
        switch replay {
        case .none: self = .now
        case .all: self = .all
        case .last(let count): self = .last(count)
        case .latest: self = .latest
        }
    }
}

/// What a request for a stream asks for, as its head tells: what `KnownRoute` is for sources.
final class KnownStream: Sendable {
    /// By whose rules it was let in: it holds as long as these do, and its sources know the subjects.
    let routing: Routing
    let followed: [Followed]
    /// Without its filters, which others may have let go by the next time.
    let stream: StreamRequest
    /// `where`, as it was written.
    let condition: String?
    let exchange: Exchange

    init(_ visit: Visit, _ followed: [Followed], _ stream: StreamRequest, _ condition: String?) {
        routing = visit.routing
        self.followed = followed
        self.stream = stream
        self.condition = condition
        exchange = visit.exchange
    }
}
