extension Pipeline {
    /// The names of the channels in the order of the file.
    public var channelNames: [String] { definition.channels.map(\.name) }

    /// What the file comes to with its defaults, a line for each thing: where it listens, each source, filter and channel.
    public var summary: [String] {
        let server = "listens on " + definition.server.listen.values.map(\.text).joined(separator: ", ")
        let sources = definition.sources.map { "source \($0.name): \(type(of: $0.source).name)" }
        let filters = definition.filters.map { filter in
            let steps = filter.steps.map { type(of: $0).name }.joined(separator: ", ")
            return "filter \(filter.name): \(steps) of \(filter.from.joined(separator: ", "))"
        }
        return [server] + sources + filters + definition.channels.map(Self.line)
    }

    /// With what it keeps, also where the file left a bound to its default.
    private static func line(_ channel: ChannelDefinition) -> String {
        let path = channel.path.map { ", also at \($0.text)" } ?? ""
        return """
            channel \(channel.name): \(channel.from.joined(separator: ", ")), keeps \(channel.keep.text), \
            replays \(channel.replay.text), \(channel.access.text)\(path)
            """
    }
}
