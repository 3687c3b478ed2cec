import Aggregator
import TestSupport
import Testing

/// Emits `{n}` 1, 2, 3 … for subjects in turn, a few at a time; each tenth without a subject.
struct Counter: EventSource {
    static let name = "counter"
    static let summary = "Numbers, for tests."

    @Option("The last number.") var last: Int
    @Option("How many subjects.") var subjects: Int = 5

    func run(_ context: SourceContext) async throws {
        for number in 1...last {
            let subject = number.isMultiple(of: 10) ? nil : "s\(number % subjects)"
            try await context.emit(
                Event(type: "number", subject: subject, data: .text("\(context.name) \(number) \(subject ?? "-")")))
            // A rhythm, so that most of it is live while readers come and go.
            if number.isMultiple(of: 4) { try await context.clock.sleep(for: .milliseconds(2)) }
        }
    }
}

@Suite("A reader that drops out at random and comes back with its position")
struct ResumeTests {
    static let last = 600

    @Test("sees every event once, in order, however many loops there are", arguments: [1, 3])
    func seesEveryEventOnce(loops: Int) async throws {
        let pipeline = """
            server: {loops: \(loops), retry: 1s}
            sources:
              a: {counter: {last: \(Self.last)}}
              b: {counter: {last: \(Self.last), subjects: 3}}
            channels:
              a: {from: a, keep: 5000, replay: all}
              b: {from: b, keep: 5000, replay: all}
            """
        try await Server.run(pipeline, kinds: [Counter.self]) { server in
            let paths = [
                "/channels/a", "/channels/a/s2", "/stream?channel=a&channel=b", "/stream?channel=a/s1&channel=b/s2",
            ]
            let counts = Dictionary(uniqueKeysWithValues: paths.map { ($0, Self.expected($0).count) })
            let swarm = Swarm(to: server.address, paths: (0..<Pace.load(240)).map { paths[$0 % paths.count] }) {
                reader in
                if reader.events.count == counts[reader.path] || reader.events.last?.event == "gap" { return .leave }
                return Int.random(in: 0..<20) == 0 ? .comeBack(abruptly: .random()) : .readOn
            }
            #expect(await swarm.run())
            for reader in swarm.readers { check(reader) }
            #expect(swarm.readers.map(\.connects).reduce(0, +) > 10 * swarm.readers.count)
        }
    }

    /// What a reader of that path must have: per channel, the numbers of its subject and those without one.
    private static func expected(_ path: String) -> [String] {
        switch path {
        case "/channels/a": numbers("a", 5, nil)
        case "/channels/a/s2": numbers("a", 5, 2)
        case "/stream?channel=a&channel=b": numbers("a", 5, nil) + numbers("b", 3, nil)
        default: numbers("a", 5, 1) + numbers("b", 3, 2)
        }
    }

    private static func numbers(_ channel: String, _ subjects: Int, _ subject: Int?) -> [String] {
        (1...last).compactMap { number in
            let own = number.isMultiple(of: 10) ? nil : number % subjects
            guard subject == nil || own == nil || own == subject else { return nil }
            return "\(channel) \(number) \(own.map { "s\($0)" } ?? "-")"
        }
    }

    private func check(_ reader: Swarm.Reader) {
        #expect(reader.failure == nil, "\(reader.path)")
        for channel in ["a", "b"] {
            let own = reader.events.map(\.data).filter { $0.hasPrefix(channel) }
            let expected = Self.expected(reader.path).filter { $0.hasPrefix(channel) }
            let same = zip(own, expected).prefix { $0 == $1 }.count
            let isRight = same == expected.count && own.count == same
            #expect(
                isRight,
                """
                \(reader.path), \(reader.connects) connects: right up to \(same) of \(expected.count), then \
                \(own.dropFirst(same).prefix(3)) instead of \(expected.dropFirst(same).prefix(3))
                """)
        }
        // One order over all channels: positions only rise.
        let positions = reader.events.map(\.id)
        #expect(positions == positions.sorted())
    }
}
