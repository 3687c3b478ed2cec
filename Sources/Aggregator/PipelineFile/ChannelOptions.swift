import Expressions

/// What stands under a channel's name.
struct ChannelOptions: OptionGroup {
    @Option("The sources and filters whose events it carries: a name, or a list.") var from: OneOrMore<NodeName>?
    @Option("One more URL: `/a/path`, with `{subject}` as one of its parts, or without.", .example("/stocks/{subject}"))
    var path: ChannelPath?
    @Option("How much of it is kept: a number of events, or bounds.") var keep = Keep()
    @Option("What a newcomer gets first: `none`, `all`, a number, or `latest`, the last event of each subject.")
    var replay = Replay.none
    @Option("The SSE `event:` field: `type`, the event's type, or a fixed name.") var event = EventField.type
    @Option("After an event for which this is true, the streams of its subject are closed.") var end: Condition?
    @Option(
        """
        Who may follow it: `public`, `authenticated`, or an expression over `token` (its claims), `subject` and `channel`. \
        Default: `public` where the file has no `auth`, else `authenticated`.
        """, .example("token.sub == subject"))
    var access: Access?
    @Option("What each `data:` is: the event's data, or the whole event as CloudEvents JSON.")
    var envelope = Envelope.none
    @Option(
        "Waits so long for more before it writes: fewer, larger writes, for some delay. In whole milliseconds.",
        .range(0...1))
    var linger: Duration = .zero
}

/// What stands under a filter's name.
struct FilterOptions: OptionGroup {
    @Option("The sources and filters whose events it takes: a name, or a list.") var from: OneOrMore<NodeName>
    @Option("What it does with each event, one after the other.", .range(1...1000)) var steps: [AnyNode]
}

/// A name of a source or filter, where it is referred to.
struct NodeName: OptionValue {
    var name: String
    var node: Node

    static var shape: OptionShape { .string }
    var optionText: String? { name }

    static func decode(_ node: Node, _ problems: inout Problems) -> NodeName? {
        String.decode(node, &problems).map { NodeName(name: $0, node: node) }
    }
}

/// A part of the file that is decoded later, when it is known as what.
struct AnyNode: OptionValue {
    var node: Node

    static var shape: OptionShape { .any }

    static func decode(_ node: Node, _ problems: inout Problems) -> AnyNode? { AnyNode(node: node) }
}

/// The bounds of `keep`, as they are written.
struct KeepOptions: OptionGroup {
    @Option("So many events; 0: newcomers get nothing.", .whole, .range(0...100_000_000)) var events = 1000
    @Option(
        "Frames and their bookkeeping. With `events: 0` it is how far a subscriber may lag, and 1MiB if it is not given.",
        .range(0...1_099_511_627_776))
    var bytes: ByteSize = .mebibytes(16)
    @Option("No longer than this.", .range(0.001...3_153_600_000)) var age: Duration?
    @Option("With `replay: latest`: so many subjects' last events stay beyond the rest.", .range(0...100_000_000))
    var subjects = 10_000
}

extension Keep: OptionValue {
    static var shape: OptionShape { .either([.integer, KeepOptions.shape]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> Keep? {
        guard node.entries != nil || node.numberText != nil else {
            problems.expected("a number of events, or a mapping with 'events', 'bytes', 'age', 'subjects'", at: node)
            return nil
        }
        let isBounded = node.entries?.contains { $0.key == "bytes" } ?? false
        return KeepOptions.decode(node, &problems).map {
            let bytes = $0.events == 0 && !isBounded ? .mebibytes(1) : $0.bytes
            return Keep(events: $0.events, bytes: bytes.bytes, age: $0.age, subjects: $0.subjects)
        }
    }

    var optionText: String? {
        "{events: \(events), bytes: \(ByteSize(bytes: bytes).text)"
            + (age.map { ", age: \($0.text)" } ?? "") + (subjects == 10_000 ? "" : ", subjects: \(subjects)") + "}"
    }
}

extension Replay: OptionValue {
    static var shape: OptionShape { .either([.choice(["none", "all", "latest"]), .integer]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> Replay? {
        switch node.plainText {
        case "none": return Replay.none
        case "all": return .all
        case "latest": return .latest
        default:
            if let count = node.numberText.flatMap({ Int($0) }), count >= 0 {
                return count == 0 ? Replay.none : .last(count)
            }
            problems.expected("'none', 'all', 'latest' or a number", at: node, among: ["none", "all", "latest"])
            return nil
        }
    }

    var optionText: String? {
        switch self {
        case .none: "none"
        case .all: "all"
        case .latest: "latest"
        case .last(let count): "\(count)"
        }
    }
}

extension EventField: OptionValue {
    static var shape: OptionShape { .either([.choice(["type"]), .string]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> EventField? {
        guard let text = String.decode(node, &problems) else { return nil }
        if text == "type" { return .type }
        if text == "gap" {
            problems.report("'gap' is the event that tells of a gap; choose another name", at: node)
            return nil
        }
        // What could end the line would forge the next one; no other control character is of use there either.
        if let objection = EventRules.objection(to: text) {
            problems.report("the name of the SSE field \(objection)", at: node)
            return nil
        }
        return .fixed(text)
    }

    var optionText: String? {
        switch self {
        case .type: "type"
        case .fixed(let name): name.optionText
        }
    }
}

extension Envelope: OptionChoice {}
