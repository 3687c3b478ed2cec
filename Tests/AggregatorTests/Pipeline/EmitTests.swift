import Synchronization
import Testing
import TestSupport

@testable import Aggregator

@Suite("Emitting")
struct EmitTests {
    private static let names: [(name: String, check: EventRules.NameCheck)] = [
        ("a", .fine), (String(repeating: "a", count: 256), .fine), ("price.changed é 価格", .fine), ("\u{A0}", .fine),
        ("", .empty), (String(repeating: "é", count: 129), .long(258)),
        ("a\nb", .control), ("a\rb", .control), ("\u{0}", .control), ("\u{7F}", .control), ("a\tb", .control),
        ("\u{80}", .control), ("\u{85}", .control), ("x\u{9F}", .control),
    ]

    @Test("a type or subject is 1 to 256 bytes without control characters, C1's included", arguments: names)
    func name(_ name: String, _ check: EventRules.NameCheck) {
        #expect(EventRules.check(name: name) == check)
    }

    @Test("an event that cannot be one takes its whole batch along, and nothing has gone anywhere")
    func allOrNothing() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            """
            server: {limits: {event: 1KiB}}
            sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}
            channels: {all: {from: [s]}}
            """)
        try pipeline.start()
        let context = try await strings.pull()
        let good = Event(type: "good")
        let bad: [(event: Event, reason: EventRefusal)] = [
            (Event(type: "gap"), .type), (Event(type: "a\nid: 1"), .type), (Event(type: "x", subject: ""), .subject),
            (Event(id: .given(""), type: "x"), .id), (Event(type: "x", data: .bytes(.init(repeating: 0, count: 2000))), .size),
        ]
        for (event, reason) in bad {
            let problem = #expect(throws: EventProblem.self) { try context.emitNow([good, event, good]) }
            #expect(problem?.index == 1)
            let counters = try pipeline.source("s").counters
            #expect(counters.refused.first { $0.reason == reason }?.count ?? 0 >= 3)
        }
        #expect(pipeline.live.hubCounters.appended == 0)
        #expect(try pipeline.source("s").counters.emitted.value == 0)
        try context.emitNow([good, good])
        #expect(pipeline.live.hubCounters.appended == 2)
        await pipeline.stop()
    }

    @Test("a source waits while the pipeline is full, and goes on when there is room")
    func backpressure() async throws {
        let done = Atomic(0)
        let script = Puppet.script { context in
            for number in 0..<1000 {
                try await context.emit(Event(type: "n", data: .json(Array("\(number)".utf8))))
                done.add(1, ordering: .relaxed)
            }
        }
        let pipeline = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(script)}}}, channels: {all: {from: [s]}}}",
            tune: { $0.mailboxEvents = 10 })
        // No loop runs yet, so nobody empties the mailboxes.
        try pipeline.live.start()
        #expect(await eventually { pipeline.live.waitingSources == 1 })
        #expect(done.load(ordering: .relaxed) == 10)
        #expect(try pipeline.count("all") == 11)
        try pipeline.hub.start()
        #expect(await eventually { done.load(ordering: .relaxed) == 1000 })
        #expect(try pipeline.count("all") == 1000)
        await pipeline.stop()
    }

    @Test("many sources on a tiny mailbox all get through: no wake-up is lost")
    func noLostWakeUp() async throws {
        let names = (0..<8).map { "s\($0)" }
        let script = Puppet.script { context in
            for _ in 0..<2000 { try await context.emit(Event(type: "n", data: .text(context.name))) }
        }
        let sources = names.map { "\($0): {puppet: {script: \(script)}}" }.joined(separator: ", ")
        let pipeline = try PipelineUnderTest(
            "{sources: {\(sources)}, channels: {all: {from: [\(names.joined(separator: ", "))]}}}",
            tune: { $0.mailboxEvents = 1 })
        try pipeline.start()
        #expect(await eventually { pipeline.live.sources.allSatisfy { $0.status.state == .ended } })
        #expect(try pipeline.count("all") == 16_000)
        await pipeline.stop()
    }

    @Test("a source that waits for room is stopped by cancellation, and so is one that never has to wait")
    func cancelled() async throws {
        let waits = Puppet.script { context in while true { try await context.emit(Event(type: "n")) } }
        let full = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(waits)}}}, channels: {all: {from: [s]}}}", tune: { $0.mailboxEvents = 1 })
        try full.live.start()
        #expect(await eventually { full.live.waitingSources == 1 })
        await full.stop()
        #expect(try full.source("s").status.state == .ended)

        let empty = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(waits)}}}, channels: {all: {from: [s]}}}")
        try empty.start()
        #expect(await eventually { (try? empty.count("all")) ?? 0 > 100 })
        await empty.stop()
        #expect(try empty.source("s").status.state == .ended)
    }

    @Test("after the end what is emitted is given up, and piles up nowhere")
    func afterTheEnd() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}, channels: {all: {from: [s]}}}")
        try pipeline.start()
        let context = try await strings.pull()
        await pipeline.stop()
        try context.emitNow([Event(type: "late")])
        #expect(pipeline.live.hubCounters.appended == 0)
    }

    @Test("the path of a subject's stream is that of the first channel that carries the source")
    func streamPath() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            """
            sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}, t: {puppet: {}}}
            filters: {f: {from: [s], steps: [{where: 'true'}]}}
            channels: {others: {from: [t]}, mine: {from: [f], path: "/tasks/{subject}/progress"}, late: {from: [s]}}
            """)
        try pipeline.start()
        #expect(try await strings.pull().streamPath(subject: "a/b é") == "/tasks/a%2Fb%20%C3%A9/progress")
        #expect(try pipeline.channel("late").streamPath(subject: "x") == "/channels/late/x")
        await pipeline.stop()
    }
}
