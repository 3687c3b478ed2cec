import Expressions

/// What stands under `tests:`, one element: events that go in, and what comes out of which channel.
struct TestOptions: OptionGroup {
    @Option("What the pipeline promises here, in a sentence. No two tests have the same.", .range(1...200))
    var name: String
    @Option(
        "The time of day at which the test begins, in RFC 3339. Only `at`, `every` and `run` move it.",
        .example("2026-03-01T23:59:00Z"))
    var start = TestTime.standard
    @Option("The events that go in.") var input: [TestInputOptions] = []
    @Option(
        """
        How long time goes on after the last input. Default: until no step waits for its time any more; where that never \
        comes, the test fails and asks for this.
        """)
    var run: Duration?
    @Option(
        """
        The channels, each with what comes out of it: a list of events in their order, or a mapping. Others may have any.
        """,
        .range(1...1000))
    var expect: OrderedOptions<TestExpectation>
}

/// What stands in the file beside a pipeline file that has its tests.
struct TestFileOptions: OptionGroup {
    @Option("The tests.") var tests: [TestOptions]
}

/// An event that goes in, or several alike.
struct TestInputOptions: OptionGroup {
    @Option(
        """
        The source that emits it. With `filter`: the source that it names as its own. May be left out where there is only \
        one.
        """)
    var source: NodeName?
    @Option("The filter it comes to, past everything before it. Without one it is emitted by the source.")
    var filter: NodeName?
    @Option(
        """
        When it comes, from the test's start. Default: together with the input above it. Inputs are taken in the order of \
        time, those of one moment in the order of the file.
        """)
    var at: Duration?
    @Option("Its type. Default: the `type` of the source, where that has one.") var type: String?
    @Option("Its subject; without one it has none.") var subject: String?
    @Option("Its id. Default: `input-1` for the first, and so on.", .range(1...256)) var id: String?
    @Option("When it happened, in RFC 3339. Default: when it comes.") var time: TestTime?
    @Option("Its data, as YAML says it; a text is text, all else is JSON.") var data: PlainValue?
    @Option("How often it comes.", .named("repeat"), .range(1...100_000)) var count = 1
    @Option("The time between two of a `repeat`.") var every: Duration?

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if let type { problems.checkType(type, at: options["type"]) }
        if let subject { problems.checkSubject(subject, at: options["subject"]) }
        if every != nil, count == 1 {
            problems.report(
                "'every' is the time between those of a 'repeat'; say how many: repeat: 10", at: options["every"])
        }
    }
}

/// What comes out of one channel.
struct TestExpectation: OptionValue {
    var events: [EventPattern]?
    /// The same as they stand in the file.
    var written: [WrittenNode] = []
    /// So many, whatever they are.
    var count: Int?
    /// True of each of them.
    var each: Condition?
    var isUnordered = false
    /// Others may come among them.
    var allowsMore = false

    static var shape: OptionShape { .either([TestExpectationOptions.shape, .list(EventPattern.shape)]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> TestExpectation? {
        if node.elements != nil {
            return [EventPattern].decode(node, &problems).map {
                TestExpectation(events: $0, written: (node.elements ?? []).map(WrittenNode.init))
            }
        }
        guard node.entries?.isEmpty == false else {
            problems.expected("the channel's events: a list ([] for none), or a mapping such as {count: 3}", at: node)
            return nil
        }
        return TestExpectationOptions.decode(node, &problems).map {
            TestExpectation(
                events: $0.events, written: (node["events"]?.elements ?? []).map(WrittenNode.init), count: $0.count,
                each: $0.each, isUnordered: $0.isUnordered, allowsMore: $0.allowsMore)
        }
    }
}

/// The longer way to say what comes out of a channel.
struct TestExpectationOptions: OptionGroup {
    @Option("The events.") var events: [EventPattern]?
    @Option("How many events there are, whatever they are.", .range(0...1_000_000)) var count: Int?
    @Option("What is true of each of them.", .example("data.price > 0.0")) var each: Condition?
    @Option("They may come in any order.", .named("unordered")) var isUnordered = false
    @Option("Others may come before, between and after them.", .named("more")) var allowsMore = false

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if events == nil {
            for name in ["unordered", "more"] where options.has(name) {
                problems.report("'\(name)' says how 'events' are compared, and there are none here", at: options[name])
            }
        }
        guard let events, let count else { return }
        if count < events.count || (count > events.count && !allowsMore) {
            let hint = count > events.count ? "; with 'more: true' others may come" : ""
            problems.report("'count' says \(count), and 'events' lists \(events.count)\(hint)", at: options["count"])
        }
    }
}

/// What is expected of one event. All that is said must be so; what is not said may be anything.
struct EventPattern: OptionGroup {
    @Option(
        """
        Its data: the fields named must be equal, others may be there too; so in objects within it. Lists are equal \
        element by element.
        """)
    var data = Expected<PlainValue>.anything
    @Option("Its data, and nothing beyond it.") var exact = Expected<PlainValue>.anything
    @Option("What is true of it.", .named("where"), .example("data.total > 3")) var condition: Condition?
    @Option("Its type.") var type: String?
    @Option("Its subject, a text; null: it has none.") var subject = Expected<String>.anything
    @Option("Its id.") var id: String?
    @Option("Its source.") var source: NodeName?
    @Option("When it came to the channel, from the test's start.") var at: Duration?
    @Option("When it happened, in RFC 3339.") var time: TestTime?
    @Option("Whether the streams of its subject end with it (the channel's `end`).") var ends: Bool?

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if options.has("data"), options.has("exact") {
            problems.report("'exact' says all of the data, so that 'data' has nothing to add", at: options["data"])
        }
    }
}

/// What is expected, where nothing (`null`) can be expected too.
enum Expected<Value: OptionValue>: OptionValue {
    case anything
    case nothing
    case value(Value)

    /// Null cannot be said of a shape otherwise.
    static var shape: OptionShape { .any }

    static func decode(_ node: Node, _ problems: inout Problems) -> Expected? {
        node.isNull ? .nothing : Value.decode(node, &problems).map { .value($0) }
    }
}

/// A moment, in RFC 3339.
struct TestTime: OptionValue {
    var moment: Timestamp

    /// Where a test says nothing: the first second of 2030. A year that looks like no real one's, and no leap year.
    static let standard = TestTime(moment: Timestamp(seconds: 1_893_456_000) ?? .now())

    static var shape: OptionShape { .string }
    var optionText: String? { moment.rfc3339.optionText }

    static func decode(_ node: Node, _ problems: inout Problems) -> TestTime? {
        guard let moment = node.plainText.flatMap({ Timestamp(rfc3339: $0) }) else {
            problems.expected("a time such as 2026-03-01T12:00:00Z", at: node)
            return nil
        }
        return TestTime(moment: moment)
    }
}
