import Aggregator
import Foundation

/// Emits a fixed number of events as fast as the pipeline takes them, for measuring the pipeline alone.
struct Burst: EventSource {
    static let name = "burst"
    static let summary = "A fixed number of events of 200 bytes, as fast as they are taken."

    @Option("How many events.") var events: Int
    @Option("How many go into one call of emit; 1: each on its own, not as an array.", .range(1...100_000)) var batch =
        1
    @Option("What becomes data: JSON that is there already, or a struct that is encoded each time.") var form = Form
        .json
    @Option("The file that is told the CPU time, in seconds, at which the first is emitted.") var report: PathOption

    enum Form: String, OptionChoice {
        case json
        case codable
    }

    /// As a log line might be: half of them are what a `where` on `status` and `level` looks for.
    struct Line: Codable, Sendable {
        var level: String
        var status: Int
        var path: String
        var user: String
        var milliseconds: Double
        var text: String

        init(number: Int) {
            level = number.isMultiple(of: 2) ? "warn" : "info"
            status = 500 + number % 100
            path = "/orders/\(100_000 + number)"
            user = "user-\(1000 + number)"
            milliseconds = Double(number) + 0.5
            text = ""
            // The text takes what is left of 200 bytes.
            let missing = 200 - ((try? JSONEncoder().encode(self).count) ?? 200)
            text = String(repeating: "x", count: max(0, missing))
        }
    }

    func run(_ context: SourceContext) async throws {
        let lines = (0..<1000).map(Line.init)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let texts = try lines.map { EventData.json([UInt8](try encoder.encode($0))) }
        try "\(Self.cpuSeconds)".write(toFile: report.path, atomically: true, encoding: .utf8)
        switch (form, batch) {
        case (.json, 1):
            for number in 0..<events { try await context.emit(Event(type: "log", data: texts[number % 1000])) }
        case (.json, _):
            for start in stride(from: 0, to: events, by: batch) {
                let numbers = start..<min(start + batch, events)
                try await context.emit(numbers.map { Event(type: "log", data: texts[$0 % 1000]) })
            }
        case (.codable, _):
            for number in 0..<events { try await context.emit(try Event(type: "log", data: lines[number % 1000])) }
        }
    }

    /// User and system time of this process so far.
    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
