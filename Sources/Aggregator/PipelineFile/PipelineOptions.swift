import Expressions

/// The whole file, as options: what keys there are at its top.
struct PipelineOptions: OptionGroup {
    @Option("Where the server listens, and how it treats its clients.") var server = ServerSettings()
    @Option("How callers prove who they are. Without it everything is public.") var auth: AuthSettings?
    @Option("What the data of events has to be: the events' types, each with the type of its data.")
    var types = OrderedOptions<AnyNode>()
    @Option("What emits events: names, each with a kind and its options.") var sources = OrderedOptions<AnyNode>()
    @Option("What keeps, changes or drops them: names, each with `from` and `steps`.")
    var filters = OrderedOptions<AnyNode>()
    @Option("What is streamed: names, each with `from` and what to keep.") var channels = OrderedOptions<AnyNode>()

    @Option("What the pipeline promises, with events to show it: `aggregator test` runs them.")
    var tests: [TestOptions] = []
}

/// The kinds of sources and filter steps that a pipeline file may name.
struct Kinds: Sendable {
    let sources: [String: any EventSource.Type]
    let filters: [String: any Filter.Type]

    /// Why they cannot be used together.
    struct Mistake: Error {
        var message: String
    }

    init(sources: [any EventSource.Type], filters: [any Filter.Type]) throws(Mistake) {
        self.sources = try Self.byName(sources.map { ($0.name, $0) }, "kinds of source")
        self.filters = try Self.byName(filters.map { ($0.name, $0) }, "kinds of filter step")
    }

    private static func byName<Kind>(_ kinds: [(String, Kind)], _ what: String) throws(Mistake) -> [String: Kind] {
        var result: [String: Kind] = [:]
        for (name, kind) in kinds {
            if let other = result.updateValue(kind, forKey: name) {
                throw Mistake(message: "two \(what) are called '\(name)': \(other) and \(kind)")
            }
        }
        return result
    }
}

extension Problems {
    /// Tells of a kind that does not exist, and which do, the nearest first.
    mutating func reportUnknownKind(_ entry: Node.Entry, _ what: String, known: some Sequence<String>) {
        var names = known.sorted()
        let nearest = nearestName(to: entry.key, among: names)
        if let nearest { names = [nearest] + names.filter { $0 != nearest } }
        let hint = nearest.map { "; did you mean '\($0)'? Known are" } ?? "; known are"
        let list = names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", ")
        report("unknown \(what) \(quote(key: entry.key))\(hint) \(list)", at: entry)
    }
}
