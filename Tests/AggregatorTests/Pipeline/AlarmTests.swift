import Synchronization
import TestSupport
import Testing

@testable import Aggregator

/// Gives an event on a second after it came.
struct Later: Filter {
    static let name = "later"
    static let summary = "Gives events on a second later."
    private var held: [Event] = []
    private var context: FilterContext?

    mutating func start(_ context: FilterContext) { self.context = context }

    mutating func apply(_ event: inout Event) -> FilterResult {
        held.append(event)
        context?.wake(after: .seconds(1))
        return .hold()
    }

    mutating func wake() -> [Event] {
        defer { held = [] }
        return held
    }
}

@Suite("Alarms")
struct AlarmTests {
    @Test("what a step emits by the clock goes on from there, through the steps behind it")
    func wake() async throws {
        let clock = VirtualClock()
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            """
            sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}
            filters: {f: {from: [s], steps: [{later: {}}, {where: event.subject == "B"}]}}
            channels: {all: {from: [f]}}
            """, filters: [Later.self], clock: clock.clock)
        try pipeline.start()
        let context = try await strings.pull()
        try context.emitNow([Event(type: "x", subject: "A"), Event(type: "x", subject: "B")])
        await clock.waitForSleepers(1)
        #expect(try pipeline.count("all") == 0)
        clock.advance(by: .milliseconds(999))
        #expect(try pipeline.count("all") == 0)
        clock.advance(by: .milliseconds(1))
        #expect(await eventually { (try? pipeline.count("all")) == 1 })
        let steps = pipeline.live.filters[0].steps
        #expect(steps[0].passed.value == 2)
        #expect(steps[1].dropped.value == 1)
        await pipeline.stop()
    }

    @Test("an alarm set anew replaces the one before; the earliest of several rings first; none rings after the end")
    func replaced() async throws {
        let clock = VirtualClock()
        let rung = Mutex<[Int]>([])
        let alarms = Alarms(clock: clock.clock) { key in rung.withLock { $0.append(key.step) } }
        func key(_ step: Int) -> Alarms.Key { Alarms.Key(group: 0, node: 0, step: step) }
        alarms.set(key(1), after: .seconds(5))
        alarms.set(key(2), after: .seconds(2))
        alarms.set(key(1), after: .seconds(1))
        #expect(await eventually { clock.sleepers == 1 })
        clock.advance(by: .seconds(1))
        #expect(await eventually { rung.withLock { $0 } == [1] })
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        #expect(await eventually { rung.withLock { $0 } == [1, 2] })
        alarms.set(key(3), after: .seconds(1))
        await clock.waitForSleepers(1)
        alarms.stop()
        #expect(await eventually { clock.sleepers == 0 })
        clock.advance(by: .seconds(10))
        #expect(rung.withLock { $0 } == [1, 2])
    }
}

@Suite("Virtual clock")
struct VirtualClockTests {
    @Test("it stands still until it is moved, and wakes who is due, earliest first")
    func advance() async throws {
        let clock = VirtualClock(start: Timestamp(rfc3339: "2024-02-29T23:59:59.5Z"))
        let order = Woken()
        #expect(clock.uptime() == .zero)
        let sleepers = [3, 1].map { seconds in
            Task {
                try await clock.clock.sleep(for: .seconds(seconds))
                order.add(seconds)
            }
        }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        #expect(await eventually { order.all == [1] })
        clock.advance(by: .seconds(2))
        for sleeper in sleepers { try await sleeper.value }
        #expect(order.all == [1, 3])
        #expect(clock.now().description == "2024-03-01T00:00:02.5Z")
    }

    @Test("who sleeps on it is woken by cancellation")
    func cancelled() async {
        let clock = VirtualClock()
        let task = Task { try await clock.clock.sleep(for: .seconds(1)) }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleepers == 0)
    }
}

private final class Woken: Sendable {
    private let seconds = Mutex<[Int]>([])
    var all: [Int] { seconds.withLock { $0 } }
    func add(_ one: Int) { seconds.withLock { $0.append(one) } }
}
