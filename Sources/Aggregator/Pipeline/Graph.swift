/// Which way events go, worked out once from the definition: from each source along edges into filters and channels.
///
///     market ──┬───────────────→ prices          an edge leads into a channel or a filter;
///              └→ big_moves ─┬─→ alerts          a filter fed by two sources is one node with one state;
///     app_log ───────────────┘                   the filters that one event can pass share one lock: a group
///
/// **Once per channel.** An event may come to one place by several ways (`from: [market, big_moves]`). Where that can
/// happen, arrivals are compared: what is the same event in every attribute and in its data, and came by another way, goes
/// in once. What a filter has changed on one of the ways is another event. Such places are known beforehand ("meetings"),
/// so that all others pay nothing.
struct Graph: Sendable {
    /// The way from one place to the next.
    struct Edge: Sendable {
        enum Target: Sendable {
            case channel(LiveChannel)
            /// Index among the filters of the same group.
            case filter(Int)
        }

        let target: Target
        /// At a meeting: its number, and that of this way to it.
        let meeting: (place: Int, way: Int)?
    }

    /// Where the events of one source begin.
    struct Origin: Sendable {
        let edges: [Edge]
        /// The filters they may pass; nil: straight into channels.
        let group: FilterGroup?
    }

    /// By the source's name.
    let origins: [String: Origin]
    let groups: [FilterGroup]

    /// - Parameters: all in the definition's order.
    init(
        _ definition: PipelineDefinition, channels: [LiveChannel], filters: [LiveFilter],
        flow: Flow
    ) {
        let routes = GraphRoutes(definition)
        // Filters that events of one source can pass belong together; each has its place in its group.
        var places: [String: (group: Int, index: Int)] = [:]
        var members: [[LiveFilter]] = []
        for filter in filters {
            let group = routes.group(of: filter.name)
            if group == members.count { members.append([]) }
            places[filter.name] = (group, members[group].count)
            members[group].append(filter)
        }
        func edges(from name: String) -> [Edge] {
            let intoFilters = filters.compactMap { filter -> Edge? in
                guard filter.definition.from.contains(name), let place = places[filter.name] else { return nil }
                return Edge(
                    target: .filter(place.index), meeting: routes.meeting(at: .filter(filter.name), from: name))
            }
            let intoChannels = channels.compactMap { channel -> Edge? in
                guard channel.definition.from.contains(name) else { return nil }
                return Edge(
                    target: .channel(channel), meeting: routes.meeting(at: .channel(channel.name), from: name))
            }
            return intoChannels + intoFilters
        }
        let groups = members.enumerated().map { number, members in
            FilterGroup(number: number, members.map { FilterNode(live: $0, edges: edges(from: $0.name)) }, flow)
        }
        self.groups = groups
        var origins: [String: Origin] = [:]
        for source in definition.sources {
            let first = filters.first { $0.definition.from.contains(source.name) }
            let group = first.flatMap { places[$0.name]?.group }.map { groups[$0] }
            origins[source.name] = Origin(edges: edges(from: source.name), group: group)
        }
        self.origins = origins
    }
}

/// The questions that `Graph` asks the definition, and their answers.
struct GraphRoutes {
    enum Place: Hashable {
        case filter(String)
        case channel(String)
    }

    private let feeders: [Place: [String]]
    private let meetings: [Place: Int]
    private let groups: [String: Int]
    /// By a filter's name: the names of all that reaches it, and its own.
    private let ancestors: [String: Set<String>]

    init(_ definition: PipelineDefinition) {
        var feeders: [Place: [String]] = [:]
        for filter in definition.filters { feeders[.filter(filter.name)] = Self.unique(filter.from) }
        for channel in definition.channels { feeders[.channel(channel.name)] = Self.unique(channel.from) }
        var ancestors: [String: Set<String>] = [:]
        for source in definition.sources { ancestors[source.name] = [source.name] }
        for filter in definition.filters { Self.collect(filter.name, feeders, &ancestors) }

        var meetings: [Place: Int] = [:]
        let places = definition.filters.map { Place.filter($0.name) } + definition.channels.map { .channel($0.name) }
        for place in places where Self.isMeeting(feeders[place] ?? [], ancestors) { meetings[place] = meetings.count }
        self.feeders = feeders
        self.meetings = meetings
        self.ancestors = ancestors
        groups = Self.groups(definition, ancestors)
    }

    /// Numbered in the order of each group's first filter in the file.
    func group(of filter: String) -> Int { groups[filter] ?? 0 }

    func meeting(at place: Place, from name: String) -> (place: Int, way: Int)? {
        guard let number = meetings[place], let way = feeders[place]?.firstIndex(of: name) else { return nil }
        return (number, way)
    }

    /// The names of the sources whose events can reach a channel.
    func sources(of channel: ChannelDefinition) -> Set<String> {
        channel.from.reduce(into: []) { $0.formUnion(ancestors[$1] ?? []) }
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private static func collect(_ name: String, _ feeders: [Place: [String]], _ found: inout [String: Set<String>]) {
        guard found[name] == nil else { return }
        var all: Set<String> = [name]
        found[name] = all  // The file has no cycles; with one this would still end.
        for feeder in feeders[.filter(name)] ?? [] {
            collect(feeder, feeders, &found)
            all.formUnion(found[feeder] ?? [])
        }
        found[name] = all
    }

    /// One event can come here by two ways if two of the feeders have a common origin.
    private static func isMeeting(_ feeders: [String], _ ancestors: [String: Set<String>]) -> Bool {
        var seen: Set<String> = []
        for feeder in feeders {
            let all = ancestors[feeder] ?? []
            guard seen.isDisjoint(with: all) else { return true }
            seen.formUnion(all)
        }
        return false
    }

    private static func groups(_ definition: PipelineDefinition, _ ancestors: [String: Set<String>]) -> [String: Int] {
        // Each filter joins all groups that it shares a source with.
        var groups: [(sources: Set<String>, filters: Set<String>)] = []
        let sources = Set(definition.sources.map(\.name))
        for filter in definition.filters {
            var joined = (sources: (ancestors[filter.name] ?? []).intersection(sources), filters: Set([filter.name]))
            groups.removeAll { group in
                guard !group.sources.isDisjoint(with: joined.sources) else { return false }
                joined.sources.formUnion(group.sources)
                joined.filters.formUnion(group.filters)
                return true
            }
            groups.append(joined)
        }
        var numbers: [String: Int] = [:]
        var next = 0
        for filter in definition.filters where numbers[filter.name] == nil {
            for group in groups where group.filters.contains(filter.name) {
                for member in group.filters { numbers[member] = next }
            }
            next += 1
        }
        return numbers
    }
}
