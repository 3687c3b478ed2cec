import Aggregator
import AggregatorTesting
import Foundation

/// What a step takes for an event, on top of one that drops it unseen: each step that comes with the library, with options
/// as people write them. The events' data has been scanned; they are of a thousand subjects, and time stands still. What
/// passes is handed on as an array, some 70 ns.
enum Steps {
    private static let texts = [
        "where: data.high > data.low", "where: data.high < data.low", "set: {data.mean: (data.high + data.low) / 2.0}",
        #"set: {subject: data.venue + "." + data.symbol}"#, "unset: [data.volume, data.venue]",
        "rename: {data.price: data.last}", "pick: [data.symbol, data.price]", "type: {rename: {price: trade}}",
        "split: data.levels", "sample: 10%", "throttle: {limit: 1, every: 1s, per: event.subject}",
        "dedupe: {per: data.price, within: 1m}", "debounce: {quiet: 1s, per: event.subject}",
        "latest: {every: 1s, per: event.subject}",
        "window: {every: 10s, per: event.subject, compute: {n: count, mean: {avg: data.price}}}",
        "window: {every: 10s, per: event.subject, compute: {p95: {p95: data.price}}}",
        "redact: {fields: [data.venue]}", "redact: {patterns: [email]}",
        "lookup: {file: names.csv, key: data.symbol}",
    ]

    /// Does nothing.
    private struct Nothing: Filter {
        static let name = "nothing"
        static let summary = "Drops everything."

        func apply(_ event: inout Event) -> FilterResult { .drop }
    }

    /// Measures all of them, and prints a row for each.
    static func measureAll() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steps-benchmark-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = (0..<1000).map { "S\($0),Company \($0)\n" }.joined()
        try "symbol,name\n\(names)".write(to: folder.appending(path: "names.csv"), atomically: true, encoding: .utf8)

        let events = try (0..<1000).map(event)
        let base = try time(FilterProbe(Nothing()), events)
        for text in texts {
            let probe = try FilterProbe(text, path: folder.appending(path: "pipeline.yaml").path)
            row(text, time(probe, events) - base)
            if let failure = probe.failures.first { print("        failed: \(failure.error)") }
        }
    }

    private static func time(_ probe: FilterProbe, _ events: [Event]) -> Double {
        for event in events { probe.send(event) }
        probe.keepsRecords = false
        var next = 0
        return measure {
            probe.send(events[next])
            next = next + 1 == events.count ? 0 : next + 1
        }
    }

    /// About 200 bytes, as a step gets it from the one before: with its data scanned.
    private static func event(_ number: Int) throws -> Event {
        let data = """
            {"symbol": "S\(number)", "price": \(190 + number).53, "high": 1191.75, "low": 189.02, "volume": 48210077, \
            "venue": "XNAS", "halted": false, "levels": [{"bid": 190.52, "size": 300}, {"bid": 190.5, "size": 800}], \
            "timestamp": "2024-05-01T12:00:00.250Z"}
            """
        let event = Event(type: "price", subject: "S\(number)", data: .json(Array(data.utf8)))
        let passed = try FilterProbe("where: data.price > 0").send(event)
        return passed.first ?? event
    }
}
