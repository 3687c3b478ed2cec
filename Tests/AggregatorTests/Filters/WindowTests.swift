import AggregatorTesting
import Expressions
import Testing

@testable import Aggregator

/// The results of a window step, each as `START-END fields`, with seconds of the probe's clock.
private func results(_ outputs: [FilterProbe.Output], from: Int = 0) throws -> [String] {
    let zero = VirtualClock().now().seconds
    return try outputs.dropFirst(from).map { output in
        guard case .json(let bytes) = output.event.data else { return "?" }
        let object = try JSONObject(bytes)
        var text = ""
        for name in object.names {
            guard let value = object.field(name) else { continue }
            if name == "start" || name == "end", case .string(let time) = value {
                let seconds = (Timestamp(rfc3339: time)?.seconds ?? 0) - zero
                text += name == "start" ? "\(seconds)-" : "\(seconds)"
            } else {
                text += (text.isEmpty ? "" : " ") + "\(name)=\(value.json)" + (name == "key" ? " " : "")
            }
        }
        return text.replacing("\"", with: "")
    }
}

/// Events by second: `(second, data)`; the event's own time is `second` too, unless it says another.
private func run(
    _ step: String, _ input: [(at: Int, data: String)], until end: Int, finish: Bool = false
) throws -> [String] {
    let probe = try FilterProbe(step)
    let zero = probe.clock.now().seconds
    for (second, data) in input {
        probe.advance(to: .seconds(second))
        var event = Event(type: "x", data: .json(Array(data.utf8)))
        if case .json(let bytes) = event.data, case .int(let own)? = try JSONObject(bytes).field("t") {
            event.time = Timestamp(seconds: zero + own) ?? event.time
        }
        probe.send(event)
    }
    probe.advance(to: .seconds(end))
    if finish { probe.finish() }
    return try results(probe.outputs)
}

struct WindowCase: CustomTestStringConvertible, Sendable {
    let title: String
    let step: String
    let input: [(at: Int, data: String)]
    let end: Int
    var finish = false
    let output: [String]
    var testDescription: String { title }
}

@Suite("window")
struct WindowTests {
    private static let cases: [WindowCase] = [
        WindowCase(
            title: "tumbling: each event is in one window, which has its result at its end",
            step: "window: {every: 10s}", input: [(1, "{}"), (9, "{}"), (10, "{}"), (35, "{}")], end: 40,
            output: ["0-10 count=2", "10-20 count=1", "30-40 count=1"]),
        WindowCase(
            title: "sliding: each event is in `over / every` windows",
            step: "window: {every: 10s, over: 30s}", input: [(1, "{}"), (12, "{}"), (15, "{}")], end: 100,
            output: ["-20-10 count=1", "-10-20 count=3", "0-30 count=3", "10-40 count=2"]),
        WindowCase(
            title: "each key has its own windows",
            step: "window: {every: 10s, per: data.k}",
            input: [(1, #"{"k":"a"}"#), (2, #"{"k":"b"}"#), (3, #"{"k":"a"}"#), (4, "{}"), (11, #"{"k":"b"}"#)],
            end: 20,
            output: ["key=b 0-10 count=1", "key=a 0-10 count=2", "0-10 count=1", "key=b 10-20 count=1"]),
        WindowCase(
            title: "the end of the pipeline closes what is open, and says so",
            step: "window: {every: 10s}", input: [(1, "{}"), (12, "{}")], end: 15, finish: true,
            output: ["0-10 count=1", "10-20 count=1 partial=true"]),
        WindowCase(
            title: "empty windows have a result where that is asked for",
            step: "window: {every: 10s, empty: emit, compute: {n: count, s: {sum: data.v}, m: {max: data.v}}}",
            input: [(12, #"{"v":2}"#)], end: 30,
            output: ["0-10 n=0 s=0 m=null", "10-20 n=1 s=2 m=2", "20-30 n=0 s=0 m=null"]),
        WindowCase(
            title: "a key that is forgotten has its result at once",
            step: "window: {every: 10s, per: data.k, keys: 1}", input: [(1, #"{"k":"a"}"#), (2, #"{"k":"b"}"#)],
            end: 10,
            output: ["key=a 0-10 count=1 partial=true", "key=b 0-10 count=1"]),
        WindowCase(
            title: "by the events' own time: out of order within `lateness`, what is later is dropped",
            step: "window: {every: 10s, time: event, lateness: 5s, compute: {n: count, last: {last: data.t}}}",
            input: [
                (0, #"{"t":3}"#), (0, #"{"t":12}"#), (0, #"{"t":9}"#), (0, #"{"t":15}"#), (0, #"{"t":8}"#),
                (0, #"{"t":25}"#),
            ],
            end: 0, output: ["0-10 n=2 last=9", "10-20 n=2 last=15"]),
        WindowCase(
            title: "what is late can count into the oldest open window",
            step: "window: {every: 10s, time: event, late: include}",
            input: [(0, #"{"t":3}"#), (0, #"{"t":12}"#), (0, #"{"t":5}"#), (0, #"{"t":21}"#)], end: 0,
            output: ["0-10 count=1", "10-20 count=2"]),
        WindowCase(
            title: "by the events' own time: where none comes any more, the clock closes what is open",
            step: "window: {every: 10s, time: event, lateness: 5s}", input: [(0, #"{"t":3}"#), (4, #"{"t":12}"#)],
            end: 19,
            output: ["0-10 count=1", "10-20 count=1"]),
        WindowCase(
            title: "each function, by hand",
            step: """
                window: {every: 10s, compute: {n: count, hot: {count: data.v > 2}, sum: {sum: data.v}, avg: {avg: data.v}, \
                min: {min: data.v}, max: {max: data.v}, p50: {p50: data.v}, p90: {percentile: 90, of: data.v}, \
                first: {first: data.s}, last: {last: data.s}, kinds: {distinct: data.s}}}
                """,
            input: [
                (1, #"{"v":4,"s":"a"}"#), (2, #"{"v":1,"s":"b"}"#), (3, #"{"v":3,"s":"a"}"#), (4, #"{"v":2,"s":"c"}"#),
            ], end: 10,
            output: ["0-10 n=4 hot=2 sum=10 avg=2.5 min=1 max=4 p50=2 p90=4 first=a last=c kinds=3"]),
        WindowCase(
            title: "null counts as an event, and is left out of what is computed",
            step: "window: {every: 10s, compute: {n: count, avg: {avg: data.v}, sum: {sum: data.v}}}",
            input: [(1, #"{"v":1.5}"#), (2, #"{"v":null}"#)], end: 10, output: ["0-10 n=2 avg=1.5 sum=1.5"]),
    ]

    @Test("sums up each stretch of time", arguments: cases)
    func table(_ row: WindowCase) throws {
        #expect(try run(row.step, row.input, until: row.end, finish: row.finish) == row.output)
    }

    @Test("an event that cannot be computed with is an error, and in no window")
    func failing() throws {
        let probe = try FilterProbe("window: {every: 10s, compute: {n: count, s: {sum: data.v}}}")
        probe.send(Marbles.event("a"))
        probe.send(Event(type: "x", data: .json(Array(#"{"v":"text"}"#.utf8))))
        probe.send(Event(type: "x", data: .json(Array(#"{"v":2}"#.utf8))))
        probe.advance(by: .seconds(10))
        #expect(probe.failures.count == 2)
        #expect(try results(probe.outputs) == ["0-10 n=1 s=2"])
    }

    @Test("a result is an event of its own: type, subject, time, and the source of what came last")
    func event() throws {
        let probe = try FilterProbe("window: {every: 10s, per: data.key, type: rate}")
        probe.send(Marbles.event("A"))
        let result = try #require(probe.advance(by: .seconds(10)).first)
        #expect(result.type == "rate")
        #expect(result.subject == "a")
        #expect(result.source == "probe")
        #expect(result.time == probe.clock.now())
        #expect(probe.held == 1)
    }

    @Test(
        "of random events, tumbling windows count each once, and sliding ones `over / every` times", arguments: [1, 4])
    func property(_ span: Int) throws {
        var random = SplitMix64(seed: UInt64(span))
        let probe = try FilterProbe(
            "window: {every: 5s, over: \(5 * span)s, per: event.subject, compute: {n: count, s: {sum: data}}}")
        var sum: Int64 = 0
        for _ in 0..<4000 {
            probe.advance(by: .milliseconds(Int64(random.next() % 900)))
            let value = Int64(random.next() % 100)
            sum += value
            probe.send(
                Event(type: "x", subject: "k\(random.next() % 7)", data: .json(Array("\(value)".utf8))))
        }
        probe.advance(by: .seconds(60))
        #expect(probe.finish().isEmpty)
        func total(_ field: String) throws -> Int64 {
            try probe.outputs.reduce(0) { total, output in
                guard case .json(let bytes) = output.event.data,
                    case .int(let number)? = try JSONObject(bytes).field(field)
                else { return total }
                return total + number
            }
        }
        #expect(try total("n") == Int64(4000 * span))
        #expect(try total("s") == sum * Int64(span))
    }

    @Test("of random events by their own time, every one is in a window or was dropped as late", arguments: [0, 11])
    func lateness(_ seconds: Int) throws {
        var random = SplitMix64(seed: 99)
        let probe = try FilterProbe("window: {every: 5s, time: event, lateness: \(seconds)s}")
        let zero = probe.clock.now().seconds
        for second in 0..<2000 {
            let own = Int64(second) - Int64(random.next() % 12)
            probe.send(Event(type: "x", time: Timestamp(seconds: zero + own) ?? .now()))
            probe.advance(by: .seconds(1))
        }
        probe.finish()
        let counted = try results(probe.outputs).reduce(0) { sum, text in
            sum + (text.firstMatch(of: /count=(\d+)/).flatMap { Int($0.1) } ?? 0)
        }
        #expect(counted + probe.dropped == 2000)
        #expect(Set(probe.outputs.map(\.event.id)).count == probe.outputs.count, "each result is an event of its own")
        #expect(probe.count("late_events") == UInt64(probe.dropped))
        #expect((probe.dropped > 0) == (seconds == 0))
    }

    @Test(
        "has a result at the end of each window that has events",
        arguments: [
            ("window: {every: 3s}", "ab-c---|", "---2--1|"), ("window: {every: 2s, over: 4s}", "a-b----|", "--1-2-1|"),
        ])
    func drawings(_ step: String, _ input: String, _ output: String) throws {
        func count(_ event: Event) throws -> String {
            guard case .json(let bytes) = event.data else { return "?" }
            return try JSONObject(bytes).field("count")?.json ?? "?"
        }
        let drawn = try Marbles.run(input, through: try FilterProbe(step), show: count)
        #expect(drawn == output)
    }

    @Test("an event from the future is an error, and closes nobody's windows")
    func ahead() throws {
        let probe = try FilterProbe("window: {every: 10s, time: event, late: include, ahead: 1h}")
        let zero = probe.clock.now().seconds
        for offset: Int64 in [1, 3601, 3600, 2] {
            probe.send(Event(id: .given("\(offset)"), type: "x", time: Timestamp(seconds: zero + offset) ?? .now()))
        }
        #expect(probe.failures.map(\.id) == [.given("3601")])
        #expect("\(probe.failures[0].error)".contains("is more than 1h ahead of the clock"))
        #expect(probe.count("late_events") == 1)
    }

    @Test("late events are counted in the metrics")
    func metrics() async throws {
        let pipeline = try PipelineUnderTest(
            """
            sources: {a: {puppet: {script: \(Puppet.script { _ in })}}}
            filters: {f: {from: a, steps: [{window: {every: 10s, time: event}}]}}
            channels: {all: {from: f}}
            """)
        try pipeline.start()
        let text = String(decoding: Metrics.answer(pipeline.live, ResponseTally()).body, as: UTF8.self)
        #expect(text.contains("\naggregator_window_late_events_total{node=\"f\",step=\"1:window\"} 0\n"), "\(text)")
        await pipeline.stop()
    }

    private static let mistakeCases: [(options: String, message: String)] = [
        ("{every: 10s, over: 25s}", "expected a multiple of 'every' (10s), at most 1,000 times"),
        ("{every: 10s, late: include}", "only with 'time: event' are there late events"),
        ("{every: 10s, ahead: 5s}", "only with 'time: event' can an event be ahead of the clock"),
        ("{every: 10s, compute: {start: count}}", "'start' is what a window says by itself"),
        (
            "{every: 10s, compute: {n: {summ: data.v}}}",
            "nothing is called 'summ' that a window can compute; did you mean 'sum'?"
        ),
        ("{every: 10s, compute: {n: {sum: '\"a\"'}}}", "expected a number here, this is a string"),
        (
            "{every: 10s, compute: {n: {percentile: 101, of: data.v}}}",
            "expected a percentile above 0, at most 100, not '101'"
        ),
        ("{every: 10s, compute: {n: {percentile: 99}}}", "a percentile is written {percentile: 99.9, of: EXPRESSION}"),
        ("{every: 10s, compute: {n: 5}}", "expected count, or a mapping with one of"),
        ("{over: 10s}", "window needs the option 'every'"),
    ]

    @Test("a mistake in the options is told with what would do", arguments: mistakeCases)
    func mistakes(_ row: (options: String, message: String)) {
        #expect(mistake("window: \(row.options)").hasPrefix(row.message))
    }
}

@Suite("What windows estimate")
struct SketchTests {
    @Test(
        "percentiles are exact up to 1,024 numbers, and within 1 % beyond, also of negative numbers and after a merge")
    func percentiles() throws {
        var random = SplitMix64(seed: 4)
        for count in [1, 10, 1024, 1025, 50_000] {
            var parts = [QuantileSketch(), QuantileSketch(), QuantileSketch()]
            var numbers: [Double] = []
            for index in 0..<count {
                let number = (Double(random.next() % 2_000_000) - 500_000) / 7
                numbers.append(number)
                parts[index % 3].add(number)
            }
            var sketch = parts[0]
            sketch.merge(parts[1])
            sketch.merge(parts[2])
            numbers.sort()
            for percent in [0.1, 1, 25, 50, 90, 99, 99.9, 100] {
                let exact = numbers[max(1, Int((percent / 100 * Double(count)).rounded(.up))) - 1]
                let found = try #require(sketch.percentile(percent))
                #expect(abs(found - exact) <= (count <= 1024 ? 0 : abs(exact) * 0.0101))
            }
        }
    }

    @Test("distinct values are exact up to 1,024, and within 10 % beyond, also after a merge")
    func distinct() {
        for count in [0, 1, 1024, 1025, 100_000] {
            var parts = [DistinctSketch(), DistinctSketch()]
            for value in 0..<count {
                parts[value % 2].add(KeyFingerprint(.int(Int64(value))))
                // What comes again counts once, also in the other part.
                parts[(value + 1) % 2].add(KeyFingerprint(.double(Double(value))))
            }
            parts[0].merge(parts[1])
            #expect(abs(parts[0].count - count) <= (count <= 1024 ? 0 : count / 10))
        }
    }
}
