import Testing

@testable import Aggregator

struct ChannelFiltersTests {
    /// Filters of a channel of their own, with little to spend.
    private static func with(
        limit: Int = FilterBudget.perSecond, log: Lines = Lines(), _ body: (ChannelFilters) throws -> Void
    ) async throws {
        let pipeline = try PipelineUnderTest(
            """
            sources: {p: {puppet: {}}}
            channels: {c: {from: p}}
            """)
        let channel = try pipeline.channel("c")
        try body(
            ChannelFilters(
                channel.definition, channel.hub, in: pipeline.hub, log: .collecting(log),
                budget: FilterBudget(limit: limit)))
        await pipeline.stop()
    }

    private static func take(_ text: String, _ filters: ChannelFilters) throws -> FilterReference {
        try filters.take(try filters.compile(text))
    }

    @Test("One text is one filter, whoever brings it, and lives as long as somebody has it")
    func shared() async throws {
        try await Self.with { filters in
            var references = [try Self.take("data == 'a'", filters), try Self.take("data == 'a'", filters)]
            #expect(references[0].filter === references[1].filter)
            #expect(filters.count == 1)
            #expect(filters.find(.init("data == 'a'")) != nil && filters.find(.init("data == 'b'")) == nil)
            references.removeLast()
            #expect(filters.count == 1)
            references.removeLast()
            #expect(filters.count == 0 && filters.find(.init("data == 'a'")) == nil)
        }
    }

    @Test("An event is evaluated once a filter, however many have it, and each has a bit of its own")
    func once() async throws {
        try await Self.with { filters in
            let fails = [try Self.take("data.x == 1", filters), try Self.take("data.x == 1", filters)]
            let (yes, no) = (try Self.take("data == 'a'", filters), try Self.take("data == 'b'", filters))
            var event = Event(type: "t", data: .text("a"))
            let truths = filters.truths(of: &event)
            #expect(truths.bits == 1 << UInt64(yes.predicate.slot))
            #expect(truths.version == no.predicate.version)
            #expect(filters.tally.errors.value == 1)
            #expect(fails.count == 2)
        }
    }

    @Test("Without filters there is nothing to evaluate, also after the last has gone")
    func none() async throws {
        try await Self.with { filters in
            var event = Event(type: "t")
            #expect(filters.truths(of: &event) == Truths(bits: 0, version: 0))
            let version = try Self.take("true", filters).predicate.version
            #expect(filters.truths(of: &event) == Truths(bits: 0, version: version))
        }
    }

    @Test("Two texts are the same filter when they are the same bytes")
    func bytes() async throws {
        try await Self.with { filters in
            let composed = try Self.take("data == 'caf\u{E9}'", filters)
            let decomposed = try Self.take("data == 'cafe\u{301}'", filters)
            #expect(composed.predicate.slot != decomposed.predicate.slot && filters.count == 2)
        }
    }

    @Test("Over the budget the dearest filter goes, with a line in the log, and the others stay")
    func budget() async throws {
        let log = Lines()
        try await Self.with(limit: 5000, log: log) { filters in
            let cheap = try Self.take("data == 'a'", filters)
            let dear = try Self.take("[1, 2, 3, 4, 5, 6, 7, 8, 9].all(x, [x, x, x, x].all(y, y > 0))", filters)
            var event = Event(type: "t", data: .text("a"))
            for _ in 0..<1000 where filters.tally.ended.value == 0 { _ = filters.truths(of: &event) }
            #expect(filters.tally.ended.value == 1)
            #expect(filters.find(cheap.filter.text) != nil && filters.find(dear.filter.text) == nil)
            #expect(!dear.predicate.isReady(onLoop: 0))
            #expect(log.all.contains { $0.contains("channel c") && $0.contains("[1, 2, 3") })
            #expect(filters.truths(of: &event).bits == 1 << UInt64(cheap.predicate.slot))
        }
    }
}
