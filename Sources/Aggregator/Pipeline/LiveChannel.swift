import Logging

/// A channel as it runs: its definition, its place in the hub, and who feeds it. Any thread.
final class LiveChannel: Sendable {
    let definition: ChannelDefinition
    let hub: HubChannel
    /// The sources that reach it, directly or through filters, in the file's order.
    let sources: [LiveSource]
    let counters = ChannelTally()
    let encoder: FrameEncoder
    /// Of its subscribers: `where` in a query.
    let filters: ChannelFilters

    init(
        _ definition: ChannelDefinition, _ channel: HubChannel, in hub: Hub, sources: [LiveSource], log: Logger
    ) {
        self.definition = definition
        self.hub = channel
        self.sources = sources
        encoder = FrameEncoder(channel: channel, name: definition.name, field: definition.event)
        filters = ChannelFilters(definition, channel, in: hub, log: log)
    }

    var name: String { definition.name }

    /// Whether a subject may be followed here: no only if every source that reaches the channel knows its subjects and says
    /// no; the words are the first one's. Every one is asked, as the question also is the notice that somebody follows.
    func subject(_ subject: String) -> SubjectAnswer {
        var firstNo: SubjectAnswer?
        var isPossible = sources.isEmpty
        for source in sources {
            switch source.subject(subject) {
            case .no(let words): firstNo = firstNo ?? .no(words)
            case .yes, nil: isPossible = true
            }
        }
        return isPossible ? .yes : firstNo ?? .yes
    }

    /// The path of a stream of one subject: the channel's own, if it has one with `{subject}`, else `/channels/…`.
    func streamPath(subject: String) -> String {
        definition.path?.url(subject: subject) ?? "/channels/\(name)/\(PercentCoding.encode(subject))"
    }
}

/// What a channel was given, beside what the hub counts.
final class ChannelTally: Sendable {
    /// Events that went in.
    let taken = Counter()
    /// Events that arrived by a second way unchanged, and were left out.
    let repeated = Counter()
    /// Events whose `end` could not be evaluated; they end nothing.
    let endErrors = Counter()
    let endLog = RepeatLimit()
}
