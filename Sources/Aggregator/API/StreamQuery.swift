import Expressions

/// What an SSE URL's query parameters and `Last-Event-ID` say. Parameters that nobody knows are ignored: EventSource
/// polyfills add some against caches.
struct StreamQuery {
    /// Where to start; nil: as the channel's `replay` says.
    var start: StreamRequest.Start?
    /// Only these types; empty: all.
    var types: [String]
    /// Only events for which this expression is true, as it was written; nil: all.
    var condition: String?
    /// Nil: as the channel says.
    var envelope: Envelope?
    /// The same words will mean another start later.
    var dependsOnTime: Bool { if case .since = start { true } else { false } }

    /// - Parameters:
    ///   - lastEventID: The header, as it came.
    ///   - now: When the hub is asked, for `since=5m`.
    /// - Throws: a 400 for a value that means nothing, even where another parameter decides.
    init(_ target: RequestTarget, lastEventID: String?, now: Timestamp) throws(Problem) {
        condition = try Self.condition(target.all("where"))
        let since = try target.first("since").map { text throws(Problem) in try Self.since(text, now: now) }
        let replay = try target.first("replay").map { text throws(Problem) in try Self.replay(text) }
        // An empty position is none at all: it is what a client sends that has had no event yet.
        let positions = [lastEventID, target.first("last_event_id")].compactMap { $0 }.filter { !$0.isEmpty }
        start = positions.first.map { .position($0) } ?? since ?? replay
        types = target.all("type")
        for type in types {
            if let objection = EventRules.objection(to: type) {
                throw Problem(status: 400, detail: "The parameter type \(objection).")
            }
        }
        envelope = try target.first("envelope").map { text throws(Problem) in
            guard let envelope = Envelope(rawValue: text) else {
                throw Problem(status: 400, detail: "The parameter envelope is none or cloudevents.")
            }
            return envelope
        }
    }

    /// At most so many bytes of UTF-8.
    private static let conditionLimit = 1024
    private static let patternLimit = 4

    private static func condition(_ texts: [String]) throws(Problem) -> String? {
        guard let text = texts.first else { return nil }
        guard texts.count == 1 else {
            throw Problem(status: 400, detail: "Give the parameter where once; join conditions with && or ||.")
        }
        let length = text.utf8.count
        guard length <= conditionLimit else {
            throw Problem(
                status: 400,
                detail: "The parameter where has at most \(conditionLimit) bytes, these are \(length). "
                    + "What is longer is better kept in the pipeline file.")
        }
        // Each compiled pattern may take a megabyte, in each of a channel's filters.
        let patterns = text.split(separator: "matches", omittingEmptySubsequences: false).count - 1
        guard patterns <= patternLimit else {
            throw Problem(
                status: 400,
                detail: "The parameter where has at most \(patternLimit) matches(), these are \(patterns). "
                    + "Join patterns with |, or filter in the pipeline file.")
        }
        return text
    }

    private static func replay(_ text: String) throws(Problem) -> StreamRequest.Start {
        switch text {
        case "none": return .now
        case "all": return .all
        case "latest": return .latest
        default:
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let count = Int(text) else {
                throw Problem(
                    status: 400, detail: "The parameter replay is none, all, latest, or how many of the last events.")
            }
            return count == 0 ? .now : .last(count)
        }
    }

    private static func since(_ text: String, now: Timestamp) throws(Problem) -> StreamRequest.Start {
        if let duration = duration(text) {
            let (seconds, attoseconds) = duration.components
            return .since(now.millisecondsSince1970 - seconds * 1000 - attoseconds / 1_000_000_000_000_000)
        }
        if let time = Timestamp(lenient: withPlus(text)) { return .since(time.millisecondsSince1970) }
        throw Problem(
            status: 400,
            detail: "The parameter since is a duration such as 5m, or a timestamp such as 2026-01-31T12:00:00Z.")
    }

    /// As the pipeline file has durations.
    private static func duration(_ text: String) -> Duration? {
        var problems = Problems()
        let place = FilePlace(line: 1, column: 1)
        return Duration.decode(
            Node(.scalar(text, isPlain: true), from: place, to: place, style: .plain), &problems)
    }

    /// A plus sign that nobody encoded has become a space: `12:00:00 02:00` is an offset all the same.
    private static func withPlus(_ text: String) -> String {
        var bytes = Array(text.utf8)
        guard bytes.count > 20, bytes[bytes.count - 6] == UInt8(ascii: " "), bytes[bytes.count - 3] == UInt8(ascii: ":")
        else { return text }
        bytes[bytes.count - 6] = UInt8(ascii: "+")
        return String(decoding: bytes, as: UTF8.self)
    }
}
