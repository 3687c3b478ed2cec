import Expressions
import Synchronization
import TestSupport
import Testing

@testable import Aggregator

@Suite("Types: Events that are not of theirs")
struct ConformanceTests {
    private static func price(_ json: String, subject: String? = "A") -> Event {
        Event(id: .given("e1"), type: "price", subject: subject, data: .json(Array(json.utf8)))
    }

    private static func file(_ strings: Strings, source: String = "", more: String = "") -> String {
        """
        types: {price: {symbol: string, price: number}}
        sources: {s: {puppet: {script: \(Puppet.script(strings.script))\(source)}}}
        channels: {all: {from: [s]}\(more)}
        """
    }

    @Test("what is emitted and is not of its type is dropped, counted and logged, and the rest of its batch goes on")
    func dropped() async throws {
        let strings = Strings()
        let lines = Lines()
        let pipeline = try PipelineUnderTest(Self.file(strings), log: .collecting(lines))
        try pipeline.start()
        let context = try await strings.pull()
        let good = Self.price(#"{"symbol":"A","price":1}"#)
        let bad = Self.price(#"{"symbol":"A","price":"1"}"#)
        try await context.emit([good, bad, good])
        try await context.emit(bad)
        try await context.emit(Event(type: "other", data: .text("unchecked")))
        #expect(try pipeline.count("all") == 3)
        let counters = try pipeline.source("s").counters
        #expect(counters.refused.first { $0.reason == .invalid }?.count == 2)
        #expect(counters.emitted.value == 3)
        let line = lines.all.first { $0.contains("not of the declared type") }
        #expect(
            line
                == "source s: the data of an event is not of the declared type 'price' at /price: expected a number, not a string (id e1); it was dropped"
        )
        await pipeline.stop()
    }

    @Test("what is emitted on behalf of a request and is not of its type is refused, with all its batch")
    func refused() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(Self.file(strings))
        try pipeline.start()
        let context = try await strings.pull()
        let good = Self.price(#"{"symbol":"A","price":1}"#)
        let problem = #expect(throws: EventProblem.self) {
            try context.emitNow([good, Self.price(#"{"symbol":"A"}"#), good])
        }
        #expect(problem?.index == 1)
        #expect(problem?.fault == DataFault(pointer: "/price", reason: "missing; expected a number"))
        #expect(try pipeline.count("all") == 0)
        #expect(try pipeline.source("s").counters.refused.first { $0.reason == .invalid }?.count == 3)
        await pipeline.stop()
    }

    @Test("a channel can be told of them: of what type, what is wrong where, and the data as it came")
    func led() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            Self.file(strings, source: ", invalid: bad", more: ", bad: {envelope: cloudevents}"))
        try pipeline.start()
        let context = try await strings.pull()
        try await context.emit([Self.price(#"{"symbol": 5, "price":1}"#), Self.price(#"{"symbol":"A","price":1}"#)])
        try await context.emit(Event(type: "price", data: .text("five")))
        #expect(try pipeline.count("all") == 1)
        #expect(try pipeline.count("bad") == 2)
        await pipeline.stop()
    }

    @Test("the event that tells of one has its id, subject and time, and the data as it came")
    func misfit() {
        let event = Self.price(#"{"symbol": 5}"#)
        let fault = DataFault(pointer: "/symbol", reason: "expected a string, not a number")
        let told = event.misfit(fault)
        #expect((told.id, told.type, told.subject, told.time) == (event.id, "invalid", event.subject, event.time))
        #expect(
            told.data
                == .json(
                    Array(
                        #"{"type":"price","pointer":"/symbol","reason":"expected a string, not a number","data":{"symbol": 5}}"#
                            .utf8)))
        let broken = Event(type: "price", data: .json(Array("{".utf8))).misfit(fault)
        guard case .json(let bytes) = broken.data else {
            Issue.record("no JSON")
            return
        }
        #expect(JSON.validate(bytes) == nil)
    }

    @Test("a number that is declared is a double in expressions, whatever it looks like")
    func numbers() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            """
            types: {price: {symbol: string, price: number}}
            sources: {s: {puppet: {script: \(Puppet.script(strings.script)), type: price}}}
            filters: {half: {from: [s], steps: [where: data.price / 2.0 == 0.5]}}
            channels: {all: {from: [half]}}
            """)
        try pipeline.start()
        let context = try await strings.pull()
        try await context.emit(Self.price(#"{"symbol":"A","price":1}"#))
        #expect(try pipeline.count("all") == 1)
        await pipeline.stop()
    }
}
