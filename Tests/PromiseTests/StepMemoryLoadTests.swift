import Foundation
import TestSupport
import Testing

/// What steps take of very many events with keys that never come again, measured on a release build in a process of its own.
@Suite("A step", .tags(.load), .serialized, .enabled(if: Load.isWanted))
struct StepMemoryLoadTests {
    private static let steps = [
        "where: data.status < 500", "sample: 50%", "set: {data.total: data.ms * 2.0}", "unset: data.items.*.n",
        "rename: {data.ms: data.took}", "pick: [data.key, data.items.*.sku]", "type: {rename: {order: ordered}}",
        "throttle: {every: 1h, per: data.key}", "dedupe: {per: data.key}", "dedupe: {within: 1h}",
        "debounce: {quiet: 1h, per: data.key}", "latest: {every: 1h, per: data.key}",
        "debounce: {quiet: 1h, per: data.key, keys: 1000000, bytes: 4MiB}",
        "window: {every: 10s, per: data.key, compute: {n: count, p99: {p99: data.ms}, d: {distinct: data.user}}}",
        "window: {every: 10s, over: 1m, per: data.status, compute: {n: count, p99: {p99: data.ms}, d: {distinct: data.user}}}",
        "window: {every: 1h, compute: {p99: {p99: data.ms}, d: {distinct: data.user}, last: {last: data.key}}}",
        "split: {list: data.items, into: data.item, index: data.n}",
        "redact: {fields: data.key, patterns: [email, credit_card]}",
    ]

    @Test("holds bounded memory, whatever comes: a million events with keys of their own", arguments: steps)
    func isBounded(_ step: String) throws {
        let count = ProcessInfo.processInfo.environment["AGGREGATOR_STEP_EVENTS"].flatMap { Int($0) } ?? 1_000_000
        let figures = try measure(step, count)
        let settled = try #require(figures["settled"])
        let peak = try #require(figures["peak"])
        print("\(step): \(peak >> 10) MiB at most, \(figures["each"] ?? 0) ns an event")
        #expect(settled > 0)
        #expect(peak <= settled + 16 << 10)
        #expect(peak <= 192 << 10)
    }

    @Test("that looks things up holds its table, and nothing of the events")
    func lookupIsBounded() throws {
        let folder = try TemporaryFolder()
        try folder.append("table.csv", "status,word\n" + (200..<600).map { "\($0),s\($0)\n" }.joined())
        try isBounded(
            "lookup: {file: \(folder.at("table.csv")), key: data.status, into: data.row, default: {word: none}}")
        try isBounded("lookup: {file: \(folder.at("table.csv")), key: data.key}")
    }

    @Test("that thins out costs well under a microsecond an event")
    func isFast() throws {
        for step in ["throttle: {every: 1h, per: data.key}", "dedupe: {per: data.key}"] {
            let idle = try #require(try measure("sample: 100%", 200_000)["each"])
            let each = try #require(try measure(step, 200_000)["each"])
            print("\(step): \(each - idle) ns more than nothing")
            // A third of what is promised of a quiet machine would be flaky on a busy one.
            #expect(each - idle < 3000)
        }
    }

    /// What StepLoad says: names, each with a number.
    private func measure(_ step: String, _ events: Int) throws -> [String: Int] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Load.tool("StepLoad"))
        process.arguments = [step, "\(events)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(text)")
        let words = text.split(whereSeparator: \.isWhitespace)
        return Dictionary(
            uniqueKeysWithValues: stride(from: 0, to: words.count - 1, by: 2).map {
                (String(words[$0]), Int(words[$0 + 1]) ?? 0)
            })
    }
}
