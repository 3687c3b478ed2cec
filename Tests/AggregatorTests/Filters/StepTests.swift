import Testing

@testable import Aggregator

@Suite("Steps")
struct StepTests {
    /// The first step of a filter with these steps, started.
    private func step(_ yaml: String) throws -> any Filter {
        let pipeline = try Pipeline(
            text:
                "{sources: {s: {puppet: {}}}, filters: {f: {from: [s], steps: [\(yaml)]}}, channels: {c: {from: [f]}}}",
            path: "pipeline.yaml", sources: [Puppet.self], filters: builtinFilters, environment: [:])
        var step = pipeline.definition.filters[0].steps[0]
        try step.start(FilterContext(name: "f[1]", log: .silent, clock: .system, files: FileWatcher(), alarm: { _ in }))
        return step
    }

    private func event(_ data: EventData, subject: String? = "A") -> Event {
        var event = Event(id: .given("1"), type: "price", subject: subject, data: data)
        event.source = "market"
        return event
    }

    private static let conditions: [(expression: String, passes: Bool)] = [
        ("data.level in ['warn', 'error']", true), ("data.level == 'info'", false), ("data.n > 1 && data.n < 3", true),
        ("event.type == 'price' && event.source == 'market' && event.id == '1'", true),
        ("event.subject == 'A'", true), ("has(event.subject)", true), ("has(data.nothing)", false),
        ("event.time > timestamp('2001-01-01T00:00:00Z')", true), ("event.datacontenttype == 'application/json'", true),
        ("data.deep.er[1] == 'x'", true),
    ]

    @Test("`where` passes an event for which its expression is true", arguments: conditions)
    func condition(_ expression: String, _ passes: Bool) throws {
        var step = try step(#"{where: "\#(expression)"}"#)
        var event = event(.json(Array(#"{"level": "warn", "n": 2, "deep": {"er": [1, "x"]}}"#.utf8)))
        guard case .pass = try step.apply(&event) else { return #expect(!passes) }
        #expect(passes)
    }

    @Test("`where` fails, rather than decide, where something is absent or no truth value")
    func failing() throws {
        var first = try step("{where: data.level == 'warn'}")
        var second = try step("{where: data.level}")
        var event = event(.json(Array(#"{"level": 7}"#.utf8)))
        #expect(throws: ConditionProblem.self) { try second.apply(&event) }
        event.data = .json(Array("{}".utf8))
        #expect(throws: (any Error).self) { try first.apply(&event) }
        event.data = .none
        #expect(throws: (any Error).self) { try first.apply(&event) }
    }

    @Test("a subject that is set to null is taken away", arguments: ["null", #""null""#, "data.nothing"])
    func noSubject(_ expression: String) throws {
        var step = try step("{set: {subject: \(expression)}}")
        var event = event(.json(Array(#"{"nothing": null}"#.utf8)))
        guard case .pass = try step.apply(&event) else { return #expect(Bool(false), "it was dropped") }
        #expect(event.subject == nil)
    }

    @Test("what an expression learned of the data is forgotten when the data changes")
    func forgotten() throws {
        var step = try step("{where: data.n == 1}")
        var event = event(.json(Array(#"{"n": 1}"#.utf8)))
        guard case .pass = try step.apply(&event) else { return #expect(Bool(false), "1 is 1") }
        event.data = .json(Array(#"{"n": 2}"#.utf8))
        guard case .drop = try step.apply(&event) else { return #expect(Bool(false), "2 is not 1") }
    }

    private static let settings: [(steps: String, before: String, after: String)] = [
        ("data.b: data.a + 1", #"{ "a": 1 }"#, #"{"a":1,"b":2}"#),
        ("data.a: '7'", #"{"x": 1.0e5,  "a": [1, {"a": 2}], "y": "a\"} b"}"#, #"{"x":1.0e5,"a":7,"y":"a\"} b"}"#),
        ("data.x.y.z: 'true'", "{}", #"{"x":{"y":{"z":true}}}"#),
        ("data.x.y: '1'", #"{"x": {"z": [ 1 ] , "y":{}}, "w": null}"#, #"{"x":{"z":[1],"y":1},"w":null}"#),
        ("data.x.n: '1'", #"{"x": { } }"#, #"{"x":{"n":1}}"#),
        (#"'data["a b"]': data.n, data.é-1: '1'"#, #"{"n": 2}"#, #"{"n":2,"a b":2,"é-1":1}"#),
        ("data.a: data.b, data.b: data.a", #"{"a": 1, "b": 2}"#, #"{"a":2,"b":1}"#),
        (#"data.a: '"\u00e9"'"#, #"{"\u0061": 1}"#, #"{"\u0061":"é"}"#),
        ("data.a: '1'", #"{"a": 0, "a": 0}"#, #"{"a":0,"a":1}"#),
        ("data: '{\"n\": data.a}'", #"{"a": [1,  2]}"#, #"{"n":[1,2]}"#),
    ]

    @Test("`set` changes what it names, and keeps the rest as it came, compact", arguments: settings)
    func set(_ assignments: String, _ before: String, _ after: String) throws {
        var step = try step("{set: {\(assignments)}}")
        var event = event(.json(Array(before.utf8)))
        _ = try step.apply(&event)
        guard case .json(let bytes) = event.data else { return #expect(Bool(false), "JSON stays JSON") }
        #expect(String(decoding: bytes, as: UTF8.self) == after)
    }

    @Test("a result that is a string is text, bytes are bytes, all else is JSON")
    func results() throws {
        let cases: [(String, EventData)] = [
            ("data.s", .text("a\nb")), ("bytes(data.s)", .bytes(Array("a\nb".utf8))), ("1 + 1", .json(Array("2".utf8))),
            ("null", .json(Array("null".utf8))), ("[data.s]", .json(Array(#"["a\nb"]"#.utf8))),
        ]
        for (expression, data) in cases {
            var step = try step("{set: {data: '\(expression)'}}")
            var event = event(.json(Array(#"{"s": "a\nb"}"#.utf8)))
            _ = try step.apply(&event)
            #expect(event.data == data)
        }
    }

    @Test("`set` gives an event its subject and type, and takes the subject away with null")
    func attributes() throws {
        var both = try step("{set: {subject: data.symbol, type: '\"trade.\" + event.type'}}")
        var event = event(.json(Array(#"{"symbol": "MSFT", "none": null, "n": 1}"#.utf8)))
        _ = try both.apply(&event)
        #expect(event.subject == "MSFT")
        #expect(event.type == "trade.price")
        var none = try step("{set: {subject: data.none}}")
        _ = try none.apply(&event)
        #expect(event.subject == nil)
        var number = try step("{set: {type: data.n}}")
        #expect(throws: SetProblem.self) { try number.apply(&event) }
    }

    @Test(
        "a number that JSON does not have is an error, not null",
        arguments: ["data: '1.0 / 0.0'", "data.x: '[0.0 / 0.0]'", "data.x: data.far", "data: 'data'"])
    func notFinite(_ assignment: String) throws {
        var step = try step("{set: {\(assignment)}}")
        var event = event(.json(Array(#"{"far": 1e999}"#.utf8)))
        let problem = #expect(throws: SetProblem.self) { try step.apply(&event) }
        #expect(problem?.description.hasPrefix("a number is not finite") == true)
    }

    @Test("a field of what is no object cannot be set; of no data at all it can")
    func noObject() throws {
        var step = try step("{set: {data.x.y: '1'}}")
        let bad: [EventData] = [
            .json(Array("[1]".utf8)), .json(Array(#"{"x": 5}"#.utf8)), .json(Array("".utf8)),
            .json(Array(#"{"x"#.utf8)),
            .json(Array(#"{"x":"#.utf8)), .json(Array(#"{"a":"\"#.utf8)), .text("{}"), .bytes([0x7B, 0x7D]),
        ]
        for data in bad {
            var event = event(data)
            #expect(throws: SetProblem.self) { try step.apply(&event) }
        }
        var event = event(.none)
        _ = try step.apply(&event)
        #expect(event.data == .json(Array(#"{"x":{"y":1}}"#.utf8)))
    }

    @Test("`sample` passes its share: none of 0%, all of 100%, about a tenth of 10%, the same ones for the same seed")
    func sample() throws {
        func passed(_ yaml: String) throws -> [Bool] {
            var step = try step("{sample: \(yaml)}")
            return try (0..<20_000).map { _ in
                var event = Event(type: "x")
                if case .pass = try step.apply(&event) { return true }
                return false
            }
        }
        let none = try passed("0%")
        let all = try passed("100%")
        let tenth = try passed("10%").count { $0 }
        #expect(!none.contains(true))
        #expect(!all.contains(false))
        #expect((1_800...2_200).contains(tenth))
        let seven = try (passed("{share: 50%, seed: 7}"), passed("{share: 50%, seed: 7}"))
        let eight = try passed("{share: 50%, seed: 8}")
        #expect(seven.0 == seven.1)
        #expect(seven.0 != eight)
    }

    @Test(
        "a slip in the options of a step is told with what to write",
        arguments: [
            ("throttle: 1s", "expected a mapping with the options of the step, not '1s'; write {every: 1s}"),
            ("debounce: 2s", "expected a mapping with the options of the step, not '2s'; write {quiet: 2s}"),
            ("dedupe: 1m", "expected a mapping with the options of the step, not '1m'; write {within: 1m}"),
            (
                "debounce: {quiet: 2s, max: 1s}",
                "this is the longest an event waits in all, so it has to be more than 'quiet' (2s)"
            ),
            ("type: {rename: {}}", "expected types with their new names, such as {old: new}"),
            (
                #"set: {type: "5"}"#,
                #"expected text here, this is a number; an expression that is a text has quotes of its own: "'5'""#
            ),
        ])
    func slips(_ step: String, _ message: String) { #expect(mistake(step) == message) }
}
