import Expressions

/// Makes tests of what stands under `tests:`, and finds the names in it that mean nothing.
struct TestDecoder {
    /// What the pipeline has, by name. Also what has mistakes of its own, so that nobody is told it does not exist.
    struct Names {
        var sources: [String] = []
        var filters: [String: [String]] = [:]
        var filterOrder: [String] = []
        var channels: [String] = []
        /// The sources that have no mistakes.
        var complete: Set<String> = []
        /// The types of events that they emit, where that is known.
        var types: [String: [String]] = [:]
        /// What is known of the events of each channel.
        var shapes: [String: EventShape] = [:]

        init(_ root: Node, _ definition: PipelineDefinition) {
            sources = (root["sources"]?.entries ?? []).map(\.key)
            filterOrder = (root["filters"]?.entries ?? []).map(\.key)
            channels = (root["channels"]?.entries ?? []).map(\.key)
            add(definition)
        }

        /// The same of a pipeline that is known to be right.
        init(_ definition: PipelineDefinition) {
            sources = definition.sources.map(\.name)
            filterOrder = definition.filters.map(\.name)
            channels = definition.channels.map(\.name)
            add(definition)
        }

        private mutating func add(_ definition: PipelineDefinition) {
            for filter in definition.filters { filters[filter.name] = filter.from }
            complete = Set(definition.sources.map(\.name))
            for source in definition.sources { types[source.name] = source.source.emits.kinds.compactMap(\.type) }
            for channel in definition.channels { shapes[channel.name] = channel.shape }
        }

        /// The sources whose events can come to a filter, the nearest first.
        func origins(of filter: String) -> [String] {
            var found: [String] = []
            var seen: Set<String> = [filter]
            var queue = filters[filter] ?? []
            while !queue.isEmpty {
                let name = queue.removeFirst()
                guard seen.insert(name).inserted else { continue }
                if sources.contains(name) { found.append(name) }
                queue += filters[name] ?? []
            }
            return found
        }
    }

    let names: Names
    /// Of the file in which they stand, as it was given.
    let path: String
    /// The names of tests, with their places.
    private var taken: [String: String] = [:]

    init(_ names: Names, path: String, taken: [PipelineTest] = []) {
        self.names = names
        self.path = path
        for test in taken { self.taken[test.name] = "\(test.path):\(test.line)" }
    }

    /// - Parameter node: what stands under `tests:`, of which `options` were decoded (none, if they have mistakes).
    mutating func decode(_ options: [TestOptions], _ node: Node?, _ problems: inout Problems) -> [PipelineTest] {
        let elements = node?.elements ?? []
        for element in elements { checkNames(element, &problems) }
        return zip(options, elements).map(test)
    }

    private func test(_ options: TestOptions, _ node: Node) -> PipelineTest {
        var inputs: [TestInput] = []
        for (input, node) in zip(options.input, node["input"]?.elements ?? []) {
            guard let decoded = self.input(input, node, after: inputs.last, inputs.count + 1) else {
                continue
            }
            inputs.append(decoded)
        }
        return PipelineTest(
            name: options.name, path: path, line: (node["name"] ?? node).place.line, start: options.start.moment,
            inputs: inputs, run: options.run,
            expectations: options.expect.entries.map {
                ChannelExpectation(channel: $0.name, line: $0.place.line, expected: $0.value)
            })
    }

    /// Nil: something was reported by `checkNames`.
    private func input(
        _ options: TestInputOptions, _ node: Node, after last: TestInput?, _ number: Int
    ) -> TestInput? {
        let filter = options.filter?.name
        guard let source = source(options.source?.name, filter),
            let type = options.type ?? self.type(options.source?.name, filter)
        else { return nil }
        return TestInput(
            number: number, line: node.place.line, filter: filter, source: source, at: options.at ?? last?.end ?? .zero,
            type: type, subject: options.subject, id: options.id, time: options.time?.moment,
            data: EventData(options.data), count: options.count, every: options.every ?? .zero)
    }

    /// The source of an input: which of several is meant matters where it is emitted; at a filter, the nearest is as good as
    /// any. Nil: it has to be said.
    private func source(_ said: String?, _ filter: String?) -> String? {
        if let said { return said }
        if let filter { return names.origins(of: filter).first }
        return names.sources.count == 1 ? names.sources[0] : nil
    }

    /// The type that an input has of itself. Nil: it has to be said.
    private func type(_ source: String?, _ filter: String?) -> String? {
        let sources = source.map { [$0] } ?? filter.map { names.origins(of: $0) } ?? names.sources
        let types = Set(sources.flatMap { names.types[$0] ?? [] })
        return types.count == 1 ? types.first : nil
    }

    // MARK: Names, also in tests that have other mistakes

    private mutating func checkNames(_ test: Node, _ problems: inout Problems) {
        if let name = test["name"], let text = name.plainText {
            if let other = taken[text] { problems.report("another test has this name, at \(other)", at: name) }
            taken[text] = "\(path):\(name.place.line)"
        }
        for input in test["input"]?.elements ?? [] {
            check(input["source"], "source", names.sources, &problems)
            check(input["filter"], "filter", names.filterOrder, &problems)
            checkDefaults(of: input, &problems)
        }
        for entry in test["expect"]?.entries ?? [] {
            if !names.channels.contains(entry.key) {
                problems.report(
                    "there is no channel \(problems.quote(key: entry.key))"
                        + problems.suggestion(for: entry.key, among: names.channels), at: entry)
            }
            checkExpectation(entry, &problems)
        }
    }

    /// Names in what is expected of a channel; and its expressions, with what is known of the channel's events.
    private func checkExpectation(_ entry: Node.Entry, _ problems: inout Problems) {
        let shape = names.shapes[entry.key] ?? .unknown
        defer { problems.events = .unknown }
        problems.events = shape
        if let each = entry.value["each"] { _ = Condition.decode(each, &problems) }
        for pattern in entry.value.elements ?? entry.value["events"]?.elements ?? [] {
            check(pattern["source"], "source", names.sources, &problems)
            guard let condition = pattern["where"] else { continue }
            let type = pattern["type"]?.plainText
            let kinds = shape.kinds.filter { type == nil || $0.type == type }
            problems.events = kinds.isEmpty ? shape : EventShape(kinds)
            _ = Condition.decode(condition, &problems)
        }
    }

    /// What an input leaves out must be clear of itself.
    private func checkDefaults(of input: Node, _ problems: inout Problems) {
        guard input.entries != nil, !names.sources.isEmpty else { return }
        let filter = input["filter"]?.plainText
        let said = input["source"]?.plainText
        guard let source = source(said, filter) else {
            if filter == nil {
                let list = OptionShape.alternatives(names.sources)
                problems.report("an input needs its 'source' (\(list)), or the 'filter' it comes to", at: input)
            }
            return
        }
        // A source with mistakes of its own may have a type.
        guard names.complete.contains(source), input["type"] == nil, type(said, filter) == nil else { return }
        let types = names.types[source] ?? []
        let known = types.isEmpty ? "" : " (\(OptionShape.alternatives(Array(types.prefix(12)))))"
        problems.report("an input needs its 'type' here\(known), as '\(source)' has not one alone", at: input)
    }

    private func check(_ node: Node?, _ kind: String, _ known: [String], _ problems: inout Problems) {
        guard let node, let name = node.plainText, !known.contains(name) else { return }
        problems.report(
            "there is no \(kind) \(problems.quote(key: name))" + problems.suggestion(for: name, among: known), at: node)
    }
}
