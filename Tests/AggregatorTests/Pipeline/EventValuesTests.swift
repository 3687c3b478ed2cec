import AggregatorTesting
import Testing

@testable import Aggregator

@Suite("Values of events in expressions")
struct EventValuesTests {
    @Test(
        "an expression that touches no field of data never parses it",
        arguments: [
            #"event.type == "a""#, #"event.subject in ["x", "y"] && event.source == """#, "has(event.subject)", "1 < 2",
            #"event.type == "a" || data.n == 2"#,
        ])
    func untouched(condition: String) throws {
        let passed = try FilterProbe("where: '\(condition)'").send(Self.event)
        #expect(passed.count == 1)
        #expect(passed.first?.object == nil)
    }

    @Test("one that does has it looked through once, and what was found goes with the event to the next step")
    func touched() throws {
        let passed = try FilterProbe("where: data.n == 1").send(Self.event)
        let object = try #require(passed.first?.object)
        let again = try FilterProbe("where: data.n < 2").send(try #require(passed.first))
        #expect(again.first?.object === object)
    }

    private static let event = Event(type: "a", subject: "x", data: .json(Array(#"{"n": 1}"#.utf8)))
}
