import TestSupport
import Testing

@testable import Aggregator

/// Gives every event twice.
struct Twice: Filter {
    static let name = "twice"
    static let summary = "Gives every event twice."
    func apply(_ event: inout Event) -> FilterResult { .replace([event, event]) }
}

/// Gives every event a type that none may have.
struct Misname: Filter {
    static let name = "misname"
    static let summary = "Gives every event a type that none may have."
    func apply(_ event: inout Event) -> FilterResult {
        event.type = "gap"
        return .pass
    }
}

@Suite("Ways through the pipeline")
struct GraphTests {
    /// Emits one event in a pipeline of one source `s`, and gives what happened.
    private func emitting(_ rest: String, _ check: (PipelineUnderTest) throws -> Void) async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            "sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}\n\(rest)", filters: [Twice.self])
        try pipeline.start()
        let context = try await strings.pull()
        try await context.emit(Event(type: "price", subject: "A", data: .json(Array(#"{"n": 1}"#.utf8))))
        try check(pipeline)
        await pipeline.stop()
    }

    @Test("an event that reaches a channel by two ways goes in once")
    func once() async throws {
        try await emitting(
            """
            filters:
              f: {from: [s], steps: [{where: data.n == 1}]}
              g: {from: [s, f], steps: [{where: 'true'}]}
            channels:
              all: {from: [s, f, g]}
            """
        ) { pipeline throws in
            #expect(try pipeline.count("all") == 1)
            #expect(try pipeline.channel("all").counters.repeated.value == 2)
        }
    }

    @Test("a filter that an event reaches by two ways takes it once")
    func filterOnce() async throws {
        try await emitting(
            """
            filters:
              f: {from: [s], steps: [{where: 'true'}]}
              g: {from: [s, f], steps: [{where: 'true'}]}
            channels:
              all: {from: [g]}
            """
        ) { pipeline throws in
            let filter = try #require(pipeline.live.filters.last)
            #expect(filter.steps[0].passed.value == 1)
            #expect(filter.repeated.value == 1)
            #expect(try pipeline.count("all") == 1)
        }
    }

    @Test("what a filter changed on one of two ways is another event")
    func changed() async throws {
        try await emitting(
            """
            filters:
              f: {from: [s], steps: [{set: {data.n: '2'}}]}
            channels:
              all: {from: [s, f]}
            """
        ) { pipeline throws in
            #expect(try pipeline.count("all") == 2)
            #expect(try pipeline.channel("all").counters.repeated.value == 0)
        }
    }

    @Test("what a filter multiplies is not taken for one event on two ways")
    func multiplied() async throws {
        try await emitting(
            """
            filters:
              f: {from: [s], steps: [{where: 'false'}]}
              g: {from: [s], steps: [{twice: {}}]}
            channels:
              all: {from: [f, g]}
            """
        ) { pipeline throws in
            #expect(try pipeline.count("all") == 2)
        }
    }

    @Test("each step counts what it passed and dropped")
    func counted() async throws {
        try await emitting(
            """
            filters:
              f: {from: [s], steps: [{twice: {}}, {where: event.subject == "B"}]}
            channels:
              all: {from: [f]}
            """
        ) { pipeline throws in
            let steps = try #require(pipeline.live.filters.first).steps
            #expect(steps.map { $0.passed.value } == [2, 0])
            #expect(steps.map { $0.dropped.value } == [0, 2])
            #expect(try pipeline.count("all") == 0)
        }
    }

    @Test("what a filter makes of an event must be one: else it is dropped, counted and told")
    func made() async throws {
        let lines = Lines()
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            """
            sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}
            filters: {f: {from: [s], steps: [{misname: {}}]}}
            channels: {all: {from: [f]}}
            """, filters: [Misname.self], log: .collecting(lines))
        try pipeline.start()
        try await strings.pull().emit(Event(id: .given("e-1"), type: "x"))
        #expect(try pipeline.count("all") == 0)
        #expect(pipeline.live.filters[0].refused.all.first { $0.reason == .type }?.count == 1)
        #expect(lines.all.contains { $0.contains("filter f") && $0.contains("e-1") && $0.contains("gap") })
        await pipeline.stop()
    }

    @Test("filters share a lock exactly where one source reaches both")
    func groups() throws {
        let pipeline = try PipelineUnderTest(
            """
            sources: {a: {puppet: {}}, b: {puppet: {}}, c: {puppet: {}}}
            filters:
              f1: {from: [a], steps: [{where: 'true'}]}
              f2: {from: [c], steps: [{where: 'true'}]}
              f3: {from: [b, f1], steps: [{where: 'true'}]}
            channels:
              all: {from: [f1, f2, f3]}
            """)
        let routes = GraphRoutes(pipeline.live.definition)
        #expect(routes.group(of: "f1") == routes.group(of: "f3"))
        #expect(routes.group(of: "f1") != routes.group(of: "f2"))
        #expect(try pipeline.channel("all").sources.map(\.name) == ["a", "b", "c"])
    }
}
