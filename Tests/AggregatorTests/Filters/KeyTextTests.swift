import AggregatorTesting
import Expressions
import Testing

@testable import Aggregator

@Suite("The text of a key")
struct KeyTextTests {
    @Test(
        "does not depend on whether a field is declared int or number",
        arguments: [
            (Value.int(7), "7"), (.double(7), "7"), (.uint(7), "7"), (.string("7"), "7"), (.double(7.5), "7.5"),
            (.bool(true), "true"),
            (.null, nil), (.list([]), nil),
        ] as [(Value, String?)])
    func keys(value: Value, text: String?) { #expect(value.keyText == text) }

    @Test("a number that is not finite is not summed up, but an error of the step")
    func infinity() throws {
        let probe = try FilterProbe("window: {every: 1s, compute: {t: {sum: data.v * 1e300}}}")
        probe.send(Event(type: "t", data: .json(Array(#"{"v": 1e300}"#.utf8))))
        probe.send(Event(type: "t", data: .json(Array(#"{"v": 0.5}"#.utf8))))
        #expect(probe.failures.map { "\($0.error)" } == ["a finite number is needed to compute with, this is inf"])
    }
}
