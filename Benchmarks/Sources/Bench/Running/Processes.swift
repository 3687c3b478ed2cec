import Foundation

/// What can be learned of a process from outside.
enum Processes {
    /// The only child of a process.
    static func child(of pid: pid_t) throws -> pid_t {
        let children = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
        guard let child = children?.split(separator: " ").first.flatMap({ pid_t($0) }) else {
            throw VoidRun("process \(pid) has no child")
        }
        return child
    }

    /// User and system time of all its threads so far, seconds; nil when it is gone.
    static func cpuSeconds(_ pid: pid_t) -> Double? {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A look at aggregator's /metrics.
struct Metrics {
    private let lines: [Substring]

    /// - Throws: `VoidRun` when there is no answer.
    init(port: UInt16) throws {
        let answer = try Sockets.get("/metrics", port: port)
        lines = answer.split(separator: "\n")
    }

    /// The sum of the samples whose name (and labels, if given) start so.
    func sum(_ start: String) -> Double {
        lines.lazy.filter { $0.hasPrefix(start) }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
            .reduce(0, +)
    }
}
