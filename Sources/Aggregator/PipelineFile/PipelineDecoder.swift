import Expressions

/// Makes a definition of a file's tree, and finds every mistake on the way: what fails in one place does not keep the others
/// from being looked at.
struct PipelineDecoder {
    var problems: Problems
    let kinds: Kinds
    private var definition: PipelineDefinition
    private var graph = PipelineGraph()
    private var routes = RouteTable()
    /// What the file declares of the data of events.
    private var types = DeclaredTypes()
    /// The channels that there are, and those that are told of events that are not of their type.
    private var channelNames: Set<String> = []
    private var misfitChannels: Set<String> = []
    /// What is known of the events that come out of sources and filters, by name; of those that are not in it, nothing.
    private var shapes: [String: EventShape] = [:]
    /// The file has an `auth`, which decides what is open to everybody, whatever may be wrong in it.
    private var hasAuth = false

    init(_ problems: Problems, kinds: Kinds, path: String) {
        self.problems = problems
        self.kinds = kinds
        definition = PipelineDefinition(path: path, directory: problems.directory)
    }

    /// What the file says; only to be used when `problems` is empty then.
    mutating func decode(_ root: Node) -> PipelineDefinition {
        if let auth = root["auth"] { concealSecrets(auth) }
        let (options, _) = PipelineOptions.decodeOptions(root, &problems)
        definition.server = options.server
        problems.timeToStop = options.server.timeToStop
        definition.auth = options.auth
        if let auth = root["auth"], auth.isNull {
            problems.report("auth needs 'tokens'; without any auth, leave the key out", at: auth)
        }
        hasAuth = root["auth"] != nil
        let access: Access = hasAuth ? .authenticated : .public
        for entry in root["types"]?.entries ?? [] { types.declare(entry, &problems) }
        definition.types = types.all
        channelNames = Set(root["channels"]?.entries?.map(\.key) ?? [])
        for entry in root["sources"]?.entries ?? [] { source(entry, access) }
        filters(root["filters"]?.entries ?? [])
        for entry in root["channels"]?.entries ?? [] { channel(entry, access) }
        if root.entries != nil || root.isNull,
            root["channels"].map({ $0.isNull || $0.entries?.isEmpty == true }) ?? true
        {
            let place = root.entries?.first { $0.key == "channels" }?.place ?? root.place
            problems.report("a pipeline needs at least one channel: channels: {name: {from: …}}", at: place)
        }
        graph.check(&problems)
        types.warnOfUnused(&problems)
        var tests = TestDecoder(TestDecoder.Names(root, definition), path: definition.path)
        definition.tests = tests.decode(options.tests, root["tests"], &problems)
        return definition
    }

    /// Until `auth` is understood, all that stands in it may be a secret.
    private mutating func concealSecrets(_ node: Node) {
        switch node.content {
        case .scalar: problems.conceal(node)
        case .list(let elements): for element in elements { concealSecrets(element) }
        case .mapping(let entries):
            for entry in entries where entry.key != "name" && entry.key != "claims" { concealSecrets(entry.value) }
        }
    }

    // MARK: Sources

    private mutating func source(_ entry: Node.Entry, _ access: Access) {
        graph.add(.source, entry, &problems)
        guard let kind = onlyKey(of: entry.value, "a source", "kind", "{ticker: {…}}") else { return }
        guard let type = kinds.sources[kind.key] else {
            problems.reportUnknownKind(kind, "kind of source", known: kinds.sources.keys)
            return
        }
        if type.isSingle, let other = definition.sources.first(where: { Swift.type(of: $0.source).name == type.name }) {
            problems.report(
                "there can be one source of the kind '\(type.name)' only, and '\(other.name)' on line \(other.place.line) is one",
                at: kind)
        }
        let isRouted = type is any RoutedSource.Type
        let (options, written) = isRouted ? kind.value.taking("access") : (kind.value, nil)
        let chosen = written.map { Access?.decode($0, &problems) ?? nil } ?? access
        checkAccess(chosen, written)
        let (rest, invalid) = options.taking("invalid")
        let misfits = invalid.flatMap { misfitChannel($0) }
        guard let source = decode(type, rest) else { return }
        if let routed = source as? any RoutedSource {
            check(routed, entry, kind)
        }
        definition.sources.append(
            SourceDefinition(
                name: entry.key, place: entry.place, source: source, access: chosen ?? access, invalid: misfits))
        shapes[entry.key] = types.complete(source.emits, of: kind, &problems)
    }

    /// The channel that is told of a source's events that are not of their type; nil after its mistake was reported.
    private mutating func misfitChannel(_ node: Node) -> String? {
        guard let name = String.decode(node, &problems) else { return nil }
        guard channelNames.contains(name) else {
            problems.report(
                "there is no channel \(problems.quote(key: name))"
                    + problems.suggestion(for: name, among: channelNames.sorted()), at: node)
            return nil
        }
        misfitChannels.insert(name)
        return name
    }

    private mutating func decode<Kind: OptionGroup>(_ kind: Kind.Type, _ node: Node) -> Kind? {
        Kind.decode(node, &problems)
    }

    private mutating func check(_ source: any RoutedSource, _ entry: Node.Entry, _ kind: Node.Entry) {
        let node = kind.value["path"]
        for route in source.routes {
            do throws(PathPattern.Mistake) {
                let pattern = try PathPattern(route.path)
                let owner = RouteTable.Owner(name: "the source '\(entry.key)'", place: node?.place ?? kind.place)
                guard let message = routes.add(route.method, pattern, owner) else { continue }
                report("\(route.method) \(route.path) \(message)", at: node, else: kind)
            } catch {
                report(error.message, at: node, else: kind)
            }
        }
        guard source.runsCommands, !hasAuth else { return }
        if let address = definition.server.listen.values.first(where: { !$0.isLoopback }) {
            problems.report(
                """
                '\(entry.key)' runs commands, and everybody who reaches \(address.text) could start them; \
                add auth:, or listen on 127.0.0.1
                """, at: kind)
        }
    }

    private mutating func report(_ message: String, at node: Node?, else entry: Node.Entry) {
        if let node { problems.report(message, at: node) } else { problems.report(message, at: entry) }
    }

    // MARK: Filters

    /// Each after those that it takes from, because what comes out of these is known then.
    private mutating func filters(_ entries: [Node.Entry]) {
        for entry in entries { graph.add(.filter, entry, &problems) }
        var decoded: [Int: FilterDefinition] = [:]
        for index in PipelineGraph.order(of: entries) { decoded[index] = filter(entries[index]) }
        definition.filters = entries.indices.compactMap { decoded[$0] }
    }

    private mutating func filter(_ entry: Node.Entry) -> FilterDefinition? {
        let options = FilterOptions.decode(entry.value, &problems)
        problems.events = shape(from: entry)
        defer { problems.events = .unknown }
        // Also where something else in it is wrong.
        let nodes = entry.value["steps"]?.elements ?? []
        var steps: [any Filter] = []
        for node in nodes {
            let step = step(node)
            problems.events = step?.shape(of: problems.events) ?? .unknown
            if let step { steps.append(step) }
        }
        guard let options, steps.count == nodes.count else { return nil }
        shapes[entry.key] = problems.events
        return FilterDefinition(
            name: entry.key, place: entry.place, from: options.from.values.map(\.name), steps: steps,
            written: nodes.map(WrittenNode.init))
    }

    /// What is known of the events that a filter or a channel takes.
    private func shape(from entry: Node.Entry) -> EventShape {
        guard !PipelineGraph.references(entry).isEmpty || !misfitChannels.contains(entry.key) else {
            return Event.misfitShape
        }
        return EventShape(anyOf: PipelineGraph.references(entry).map { shapes[$0.text ?? ""] ?? .unknown })
    }

    private mutating func step(_ node: Node) -> (any Filter)? {
        guard let kind = onlyKey(of: node, "a step", "kind", "where: EXPRESSION") else { return nil }
        guard let type = kinds.filters[kind.key] else {
            problems.reportUnknownKind(kind, "kind of step", known: kinds.filters.keys)
            return nil
        }
        return decode(type, kind.value)
    }

    /// The one key of a mapping that names its kind.
    private mutating func onlyKey(of node: Node, _ what: String, _ word: String, _ example: String) -> Node.Entry? {
        guard let entries = node.entries, let first = entries.first else {
            problems.expected("\(what): a mapping with one key, its \(word), such as \(example)", at: node)
            return nil
        }
        guard entries.count == 1 else {
            problems.report(
                "\(what) has one key, its \(word), and '\(entries[1].key)' is a second one; options stand below the \(word)",
                at: entries[1])
            return nil
        }
        return first
    }

    // MARK: Channels

    private mutating func channel(_ entry: Node.Entry, _ access: Access) {
        checkName(entry, "a channel")
        graph.addChannel(entry)
        let isTold = misfitChannels.contains(entry.key)
        let mayBeEmpty = entry.value.isNull || entry.value.entries != nil
        if mayBeEmpty, entry.value["from"] == nil, !isTold {
            problems.reportMissing("from", of: ChannelOptions.self, entry.value)
        }
        let shape = isTold ? EventShape(anyOf: [shape(from: entry), Event.misfitShape]) : shape(from: entry)
        problems.events = shape
        defer { problems.events = .unknown }
        guard let options = ChannelOptions.decode(entry.value, &problems) else { return }
        checkAccess(options.access, entry.value["access"])
        if let path = options.path, let node = entry.value["path"] {
            let owner = RouteTable.Owner(name: "the channel '\(entry.key)'", place: node.place)
            if let message = routes.add("GET", path.pattern, owner) {
                problems.report("GET \(path.text) \(message)", at: node)
            }
        }
        definition.channels.append(
            ChannelDefinition(
                name: entry.key, place: entry.place, from: options.from?.values.map(\.name) ?? [], path: options.path,
                keep: options.keep, replay: options.replay, event: options.event, end: options.end?.expression,
                access: options.access ?? access, envelope: options.envelope,
                linger: options.linger, shape: shape))
    }

    /// `authenticated` asks for a token, and a file without `auth` knows none: everybody would be answered 401.
    private mutating func checkAccess(_ access: Access?, _ node: Node?) {
        guard case .authenticated? = access, !hasAuth, let node else { return }
        problems.report(
            "nobody could come in, as the file has no auth: and so knows no token; add auth: {tokens: …}, or write 'public'",
            at: node)
    }

    private mutating func checkName(_ entry: Node.Entry, _ what: String) {
        if !PipelineGraph.isName(entry.key) {
            problems.report(PipelineGraph.nameRule(what, problems.quote(key: entry.key)), at: entry)
        }
    }
}
