import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

@Suite("tasks: schedules of jobs") struct JobScheduleTests {
    private static func clock(_ time: String) -> VirtualClock { VirtualClock(start: Timestamp(rfc3339: time)) }

    @Test("a job starts by itself when its schedule says, with its arguments' defaults, and says so")
    func starts() async throws {
        let clock = Self.clock("2026-03-01T07:59:50Z")
        let tasks = try await TaskProbe.started(
            """
            jobs:
              job:
                command: [echo, '{city}']
                cwd: /
                args: {city: {default: Wien}}
                schedule: {cron: "0 9 * * *", zone: Europe/Vienna}
            """, clock: clock.clock)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(9))
        #expect(tasks.probe.events.isEmpty)
        clock.advance(by: .seconds(2))
        let record = try await tasks.probe.wait { $0.events.contains { $0.type == "task.completed" } }
        #expect(record.events.first?.type == "task.pending")
        #expect(record.events.allSatisfy { $0["trigger"]?.json == #""schedule""# })
        #expect(record.events.lines == ["Wien"])
        await tasks.probe.stop()
    }

    @Test("a time at which the job's last task is not over is left out")
    func overlap() async throws {
        let clock = Self.clock("2026-03-01T08:00:30Z")
        let tasks = try await TaskProbe.started(
            "jobs: {job: {simulate: {steps: 1, every: 90s}, schedule: \"* * * * *\"}}", clock: clock.clock)
        // One sleeper is the timetable, which looks at the clock at least every half a minute; the other the simulation.
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(31))
        await clock.waitForSleepers(2)
        for _ in 0..<2 {
            clock.advance(by: .seconds(30))
            await clock.waitForSleepers(2)
        }
        // 08:02:01: the second minute has begun, the first one's task is not over.
        #expect(tasks.probe.events.filter { $0.type == "task.pending" }.count == 1)
        clock.advance(by: .seconds(31))
        try await tasks.probe.wait { $0.events.last?.type == "task.completed" }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(30))
        try await tasks.probe.wait { $0.events.filter { $0.type == "task.pending" }.count == 2 }
        await tasks.probe.stop()
    }

    @Test(
        "a schedule that cannot be is a mistake of the file",
        arguments: [
            ("schedule: '61 * * * *'", "61"), ("schedule: {cron: '0 8 * * *', zone: Nowhere/Land}", "Nowhere"),
            ("schedule: '@daily'\n    args: {city: string}", "'city' needs a default"),
        ])
    func refused(options: String, words: String) throws {
        let text = try #require(mistakes(Tasks.self, "jobs:\n  job:\n    command: [ls]\n    \(options)"))
        #expect(text.contains(words), "\(text)")
    }
}
