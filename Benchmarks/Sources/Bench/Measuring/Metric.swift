/// What is measured. All work is divided by the server's own CPU time, user and system: on shared machines that is the
/// figure that stays the same from run to run.
enum Metric: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    case deliveriesPerCPUSecond, connectsPerCPUSecond, postsPerCPUSecond, eventsPerCPUSecond, linesPerCPUSecond
    case deliveriesPerSecond
    case cpuPerDelivery
    case latencyP50, latencyP99
    case userMemoryPerSubscriber, residentMemory
    case instructionsPerDelivery
    case syscallsPerDelivery, syscallsPerConnection, allocationsPerEvent, allocationsPerConnection
    case copiesPerEvent, copiedBytesPerEvent
    case loadCore

    var title: String {
        switch self {
        case .deliveriesPerCPUSecond: "deliveries per CPU second"
        case .connectsPerCPUSecond: "connects per CPU second"
        case .postsPerCPUSecond: "posts per CPU second"
        case .eventsPerCPUSecond: "events per CPU second"
        case .linesPerCPUSecond: "lines per CPU second"
        case .deliveriesPerSecond: "deliveries per second"
        case .cpuPerDelivery: "CPU per delivery"
        case .latencyP50: "latency p50"
        case .latencyP99: "latency p99"
        case .userMemoryPerSubscriber: "user memory per idle subscriber"
        case .residentMemory: "resident memory"
        case .instructionsPerDelivery: "instructions per delivery"
        case .syscallsPerDelivery: "system calls per delivery"
        case .syscallsPerConnection: "system calls per connection"
        case .allocationsPerEvent: "allocations per event"
        case .allocationsPerConnection: "allocations per connection"
        case .copiesPerEvent: "copies per event"
        case .copiedBytesPerEvent: "bytes copied per event"
        case .loadCore: "load on its core"
        }
    }

    /// The unit of the values as they are kept.
    var unit: Notation {
        switch self {
        case .cpuPerDelivery, .latencyP50, .latencyP99: .microseconds
        case .userMemoryPerSubscriber, .residentMemory, .copiedBytesPerEvent: .bytes
        case .loadCore: .fraction
        default: .count
        }
    }

    /// Is more of it better?
    var isBetterWhenHigher: Bool {
        switch self {
        case .deliveriesPerCPUSecond, .connectsPerCPUSecond, .postsPerCPUSecond, .eventsPerCPUSecond,
            .linesPerCPUSecond, .deliveriesPerSecond:
            true
        default: false
        }
    }
}

/// The values of one run.
typealias Sample = [Metric: Double]

/// How a value is written.
enum Notation: Sendable {
    case count, microseconds, bytes, fraction

    /// Three significant digits, and the unit that makes them short.
    func text(_ value: Double) -> String {
        switch self {
        case .count: Self.scaled(value, 1000, ["", " k", " M", " G"])
        case .microseconds:
            abs(value) < 1 ? Self.scaled(value * 1000, 1000, [" ns"]) : Self.scaled(value, 1000, [" µs", " ms", " s"])
        case .bytes: Self.scaled(value, 1024, [" B", " KiB", " MiB", " GiB"])
        case .fraction: Self.digits(value * 100) + " %"
        }
    }

    /// The same for the marks of an axis, which are round: `10 ms`, not `10.0 ms`; `0`, not `0 ns`.
    func tick(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        let text = text(value)
        guard let point = text.firstIndex(of: ".") else { return text }
        let end = text[point...].firstIndex(of: " ") ?? text.endIndex
        let isRound = text[text.index(after: point)..<end].allSatisfy { $0 == "0" }
        return isRound ? String(text[..<point] + text[end...]) : text
    }

    private static func scaled(_ value: Double, _ step: Double, _ names: [String]) -> String {
        var value = value
        var index = 0
        while abs(value) >= step * 0.9995, index < names.count - 1 {
            value /= step
            index += 1
        }
        return digits(value) + names[index]
    }

    /// Three significant digits, without an exponent.
    static func digits(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let size = abs(value)
        let places = size >= 99.95 || value == 0 ? 0 : size >= 9.995 ? 1 : 2
        return value.text(places: places)
    }
}

extension Double {
    /// With so many decimal places.
    func text(places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let whole = (self * scale).rounded()
        guard whole.isFinite, abs(whole) < 1e15 else { return "\(self)" }
        let digits = String(Int64(abs(whole)))
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = whole < 0 ? "-" : ""
        return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }
}
