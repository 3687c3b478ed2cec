/// `GET /channels`: the channels that the caller may read, in the file's order.
enum ChannelList {
    static func answer(_ channels: [LiveChannel]) -> RouteResponse {
        var response = RouteResponse.json(200, JSONText.object([("channels", .list(channels.map(describe)))]).bytes)
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }

    private static func describe(_ channel: LiveChannel) -> JSONText {
        let definition = channel.definition
        let counters = channel.hub.counters
        return .object([
            ("name", .string(definition.name)),
            ("url", .string("/channels/\(definition.name)")),
            ("path", definition.path.map { .string($0) } ?? .null),
            ("keep", keep(definition.keep)),
            ("replay", replay(definition.replay)),
            ("envelope", .string(definition.envelope.rawValue)),
            ("subscribers", .count(counters.subscribers)),
            ("events", .count(counters.appended)),
            (
                "kept",
                .object([
                    ("events", .count(counters.keptEvents)), ("bytes", .count(counters.keptBytes)),
                    ("subjects", .count(counters.keptSubjects)),
                ])
            ),
        ])
    }

    private static func keep(_ keep: Keep) -> JSONText {
        .object([
            ("events", .int(keep.events)), ("bytes", .int(keep.bytes)),
            ("age", keep.age.map { .string($0.optionText ?? "\($0)") } ?? .null),
        ])
    }

    private static func replay(_ replay: Replay) -> JSONText {
        switch replay {
        case .none: .string("none")
        case .all: .string("all")
        case .latest: .string("latest")
        case .last(let count): .int(count)
        }
    }
}
