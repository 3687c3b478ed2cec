import Aggregator
import AggregatorTesting
import Glibc

/// For measuring what a step takes: STEP (YAML) and EVENTS; each event has a key that no other has, and comes a millisecond after
/// the one before. Prints the resident set after the first fifth, which has filled every bound, and its peak, in KiB; and the
/// time that the step took for an event, in nanoseconds.
@main struct StepLoad {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]), count >= 5 else {
            print("usage: StepLoad STEP EVENTS", terminator: "\n")
            exit(64)
        }
        let probe = try FilterProbe(arguments[1])
        probe.keepsRecords = false
        var random = SystemRandomNumberGenerator()
        var settled = 0
        var time = Duration.zero
        for number in 0..<count {
            if number == count / 5 { settled = residentKiB }
            let event = event(random.next())
            let began = ContinuousClock.now
            probe.send(event)
            probe.advance(by: .milliseconds(1))
            time += ContinuousClock.now - began
        }
        probe.finish()
        let each = time / count
        print(
            "settled \(settled) peak \(peakKiB) each \(each.components.attoseconds / 1_000_000_000) passed \(probe.passed)"
        )
    }

    /// About 200 bytes.
    private static func event(_ number: UInt64) -> Event {
        let key = String(number, radix: 36)
        return Event(
            type: "order", subject: key,
            data: .json(
                Array(
                    """
                    {"key":"\(key)","user":"\(key)@example.com","status":\(200 + number % 400),"ms":\(number % 10_000).5,\
                    "items":[{"sku":"a-\(number % 97)","n":1},{"sku":"b-\(number % 89)","n":2}],"note":"all went well, as it should"}
                    """.utf8)))
    }

    private static var residentKiB: Int { status("VmRSS:") }
    private static var peakKiB: Int { status("VmHWM:") }

    /// A line of /proc/self/status (proc_pid_status(5)).
    private static func status(_ name: String) -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix(name) {
                return text.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
            }
        }
        return 0
    }
}
