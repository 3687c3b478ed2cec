/// Makes nodes of libyaml's events: resolves aliases and merge keys, fills in `${…}`, and refuses what a pipeline file
/// has no use for. Its bounds hold for what is left after aliases are resolved, so that no small file becomes a large tree.
struct NodeBuilder {
    /// Lists and mappings within each other.
    static let depthLimit = 64
    /// Values of all kinds, those of aliases counted wherever they stand.
    static let nodeLimit = 100_000

    /// Reading cannot go on; why was reported.
    struct Halt: Error {}

    private typealias Parsed = (event: YAMLEvent, start: FilePlace, end: FilePlace)

    /// What an anchor stands for, and how much of the bounds it takes up.
    private struct Anchor {
        var node: Node
        var count: Int
        var height: Int
    }

    private let events: YAMLEvents
    private let environment: [String: String]
    private(set) var problems: Problems
    private var anchors: [String: Anchor] = [:]
    /// Anchors of the lists and mappings that are being read: an alias to one of them would be without end.
    private var open: Set<String> = []
    private var count = 0
    /// Of the tallest part of the collection that is being read.
    private var height = 0

    /// Nil when there is no memory.
    init?(_ text: String, environment: [String: String], problems: Problems) {
        guard let events = YAMLEvents(text) else { return nil }
        self.events = events
        self.environment = environment
        self.problems = problems
    }

    /// The one document of the file; nil if it cannot be read at all. What is wrong is in `problems`.
    mutating func document() -> Node? {
        do throws(Halt) {
            var root: Node?
            while true {
                let next = try self.next()
                switch next.event {
                case .streamEnd:
                    if root == nil { problems.report("the file is empty", at: FilePlace(line: 1, column: 1)) }
                    return root
                case .other: continue
                case .documentStart:
                    guard root == nil else {
                        problems.report(
                            "a second document begins here; a pipeline file is one", at: next.start, length: 3)
                        return root
                    }
                    let first = try self.next()
                    root = try node(first, depth: 0, label: nil)
                default: continue
                }
            }
        } catch {
            return nil
        }
    }

    private mutating func next() throws(Halt) -> Parsed {
        do throws(YAMLMistake) {
            return try events.next()
        } catch {
            problems.report(problems.source.explanation(of: error), at: problems.source.clamped(error.place))
            throw Halt()
        }
    }

    private mutating func node(_ parsed: Parsed, depth: Int, label: Node.Label?) throws(Halt) -> Node {
        switch parsed.event {
        case .alias(let name): return try alias(name, parsed, depth: depth, label: label)
        case .scalar(let scalar):
            try check(scalar.properties, parsed, adding: 1, depth: depth)
            var node = substituted(scalar, parsed)
            node.label = label
            remember(node, scalar.properties.anchor, count: 1, height: 0)
            return node
        case .listStart(let properties):
            return try collection(properties, parsed, depth: depth, label: label) { builder, end throws(Halt) in
                .list(try builder.elements(&end, depth: depth + 1, label: label))
            }
        case .mappingStart(let properties):
            return try collection(properties, parsed, depth: depth, label: label) { builder, end throws(Halt) in
                .mapping(try builder.entries(&end, depth: depth + 1))
            }
        default:
            problems.report("expected a value", at: parsed.start)
            throw Halt()
        }
    }

    /// A list or a mapping, with what has to be known of it for aliases.
    private mutating func collection(
        _ properties: YAMLProperties, _ parsed: Parsed, depth: Int, label: Node.Label?,
        content: (inout Self, inout FilePlace) throws(Halt) -> Node.Content
    ) throws(Halt) -> Node {
        try check(properties, parsed, adding: 1, depth: depth + 1)
        let before = (count: count - 1, height: height)
        height = 0
        let isOuter = properties.anchor.map { open.insert($0).inserted } ?? false
        var end = parsed.end
        var node = Node(try content(&self, &end), from: parsed.start, to: end, style: .collection)
        node.label = label
        if isOuter, let anchor = properties.anchor { open.remove(anchor) }
        height += 1
        remember(node, properties.anchor, count: count - before.count, height: height)
        height = max(height, before.height)
        return node
    }

    private mutating func elements(_ end: inout FilePlace, depth: Int, label: Node.Label?) throws(Halt) -> [Node] {
        var elements: [Node] = []
        let label = label.map { Node.Label(text: $0.text, place: $0.place, isOfList: true) }
        while true {
            let next = try self.next()
            if case .collectionEnd = next.event {
                end = next.end
                return elements
            }
            elements.append(try node(next, depth: depth, label: label))
        }
    }

    private mutating func entries(_ end: inout FilePlace, depth: Int) throws(Halt) -> [Node.Entry] {
        var mapping = MappingInProgress()
        while true {
            let next = try self.next()
            if case .collectionEnd = next.event {
                end = next.end
                return mapping.entries
            }
            let key = try key(next, depth: depth)
            let label = key.map { Node.Label(text: $0.text, place: next.start) }
            let value = try node(try self.next(), depth: depth, label: label)
            guard let key else { continue }
            let entry = Node.Entry(key: key.text, place: next.start, value: value)
            if key.text == "<<", key.style == .plain {
                mapping.merge(entry, &problems)
            } else {
                mapping.add(entry, &problems)
            }
        }
    }

    /// The key that comes next; nil after it was reported that it is none.
    private mutating func key(_ parsed: Parsed, depth: Int) throws(Halt) -> YAMLScalar? {
        guard case .scalar(let scalar) = parsed.event else {
            problems.report("a key is text; a list, a mapping or an alias cannot be one", at: parsed.start)
            _ = try node(parsed, depth: depth, label: nil)
            return nil
        }
        try check(scalar.properties, parsed, adding: 1, depth: depth)
        guard scalar.style != .plain || !scalar.text.isEmpty else {
            problems.report("a key is missing before this ':'", at: parsed.start)
            return nil
        }
        let node = Node(
            .scalar(scalar.text, isPlain: scalar.style == .plain), from: parsed.start, to: parsed.end,
            style: scalar.style)
        remember(node, scalar.properties.anchor, count: 1, height: 0)
        return scalar
    }

    private mutating func alias(_ name: String, _ parsed: Parsed, depth: Int, label: Node.Label?) throws(Halt) -> Node {
        let length = name.unicodeScalars.count + 1
        guard !open.contains(name), let anchor = anchors[name] else {
            let message =
                open.contains(name)
                ? "'*\(name)' refers to what it stands in, and would have no end"
                : "there is no anchor '&\(name)' before this place"
                    + (nearestName(to: name, among: anchors.keys).map { "; did you mean '*\($0)'?" } ?? "")
            problems.report(message, at: parsed.start, length: length)
            var nothing = Node(.scalar("", isPlain: true), from: parsed.start, to: parsed.end, style: .plain)
            nothing.label = label
            problems.ignore(nothing)
            return nothing
        }
        try check(
            YAMLProperties(anchor: nil, hasTag: false), parsed, adding: anchor.count, depth: depth + anchor.height)
        height = max(height, anchor.height)
        return anchor.node.labeled(label)
    }

    private mutating func remember(_ node: Node, _ anchor: String?, count: Int, height: Int) {
        if let anchor { anchors[anchor] = Anchor(node: node, count: count, height: height) }
    }

    /// The bounds, and what no value may have.
    private mutating func check(
        _ properties: YAMLProperties, _ parsed: Parsed, adding more: Int, depth: Int
    ) throws(Halt) {
        if properties.hasTag {
            problems.report("tags such as '!!str' are not supported; text in quotes is always text", at: parsed.start)
        }
        count += more
        guard count <= Self.nodeLimit else {
            problems.report(
                "with its aliases resolved, the file has more than \(Self.nodeLimit) values", at: parsed.start)
            throw Halt()
        }
        guard depth <= Self.depthLimit else {
            problems.report(
                "lists and mappings stand within each other more than \(Self.depthLimit) deep", at: parsed.start)
            throw Halt()
        }
    }

    /// A scalar with what the environment says filled in.
    private mutating func substituted(_ scalar: YAMLScalar, _ parsed: Parsed) -> Node {
        let isPlain = scalar.style == .plain
        let written = Node(
            .scalar(scalar.text, isPlain: isPlain), from: parsed.start, to: parsed.end, style: scalar.style)
        guard scalar.text.contains("${") else { return written }
        var substitution = Substitution(scalar.text, environment: environment)
        substitution.run()
        for mistake in substitution.mistakes {
            if let place = problems.source.place(ofOffset: mistake.offset, in: written) {
                problems.report(mistake.message, at: place, length: mistake.length)
            } else {
                problems.report(mistake.message, at: written)
            }
        }
        if !substitution.mistakes.isEmpty { problems.ignore(written) }
        return Node(
            .scalar(substitution.result, isPlain: isPlain), from: parsed.start, to: parsed.end, style: scalar.style,
            isSubstituted: substitution.hasSubstituted)
    }
}

extension Node {
    /// The same under another key: what an alias gives. Elements of a list are called by the list's key.
    fileprivate func labeled(_ label: Label?) -> Node {
        var content = content
        if case .list(let elements) = content {
            let label = label.map { Label(text: $0.text, place: $0.place, isOfList: true) }
            content = .list(elements.map { $0.labeled(label) })
        }
        var node = Node(content, from: place, to: end, style: style, isSubstituted: isSubstituted)
        node.label = label
        return node
    }
}
