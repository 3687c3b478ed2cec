import Expressions

/// `GET /channels`: the channels that the caller may read, in the file's order.
enum ChannelList {
    static func answer(_ channels: [LiveChannel]) -> RouteResponse {
        var response = RouteResponse.json(200, ["channels": .list(channels.map(describe))])
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }

    private static func describe(_ channel: LiveChannel) -> Value {
        let definition = channel.definition
        let counters = channel.hub.counters
        return .map([
            "name": .string(definition.name),
            "url": .string("/channels/\(definition.name)"),
            "path": definition.path.map { .string($0.text) } ?? .null,
            "keep": keep(definition.keep),
            "replay": replay(definition.replay),
            "envelope": .string(definition.envelope.rawValue),
            "subscribers": .uint(counters.subscribers),
            "events": .uint(counters.appended),
            "kept": .map([
                "events": .uint(counters.keptEvents), "bytes": .uint(counters.keptBytes),
                "subjects": .uint(counters.keptSubjects),
            ]),
        ])
    }

    private static func keep(_ keep: Keep) -> Value {
        .map([
            "events": .int(Int64(keep.events)), "bytes": .int(Int64(keep.bytes)),
            "age": keep.age.map { .string($0.text) } ?? .null,
        ])
    }

    private static func replay(_ replay: Replay) -> Value {
        switch replay {
        case .none: .string("none")
        case .all: .string("all")
        case .latest: .string("latest")
        case .last(let count): .int(Int64(count))
        }
    }
}
