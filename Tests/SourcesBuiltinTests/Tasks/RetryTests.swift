import Aggregator
import AggregatorTesting
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("tasks: trying again") struct RetryTests {
    @Test("a task that fails is tried again until it does not, and its events say which attempt it is")
    func recovers() async throws {
        let folder = try TemporaryFolder()
        let tasks = try await TaskProbe.script(
            "echo 50%\necho x >> \(folder.at("count"))\necho trying\n[ $(wc -l < \(folder.at("count"))) -ge 3 ] || exit 7",
            "retry: {attempts: 5, pause: 1ms}")
        let id = try await tasks.start()
        let events = try await tasks.end(of: id)
        let last = try #require(events.last)
        #expect(last.type == "task.completed" && last["attempt"]?.json == "3" && last["exit_code"] == nil)
        #expect(last["error"] == nil && last["progress"]?.json == "100")
        #expect(events.filter { $0.type == "task.log" }.map { $0["attempt"]?.json } == ["1", "2", "3"])
        let failures = events.filter { $0["retry_at"] != nil }
        #expect(failures.map { $0["attempt"]?.json } == ["1", "2"])
        #expect(failures.allSatisfy { $0.type == "task.progress" && $0["exit_code"]?.json == "7" })
        #expect(events.progress == [0, 0, 50, 50, 0, 50, 50, 0, 50, 100])
        await tasks.probe.stop()
    }

    @Test("after the last attempt it has failed, and pauses grow where they are asked to")
    func givesUp() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            """
            jobs:
              job:
                simulate: {steps: 1, every: 1s, fail: 1}
                retry: {attempts: 3, pause: 10s, growing: true}
            """, clock: clock.clock)
        let id = try await tasks.start()
        for seconds in [1, 10, 1, 20, 1] {
            await clock.waitForSleepers(1)
            #expect(await tasks.show(id)["status"]?.json == #""processing""#)
            clock.advance(by: .seconds(seconds))
        }
        let last = try #require(try await tasks.end(of: id).last)
        #expect(last.type == "task.failed" && last["attempt"]?.json == "3" && last["retry_at"] == nil)
        await tasks.probe.stop()
    }

    @Test("a task can be cancelled while it waits for its next attempt")
    func cancel() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            "jobs:\n  job: {command: ['false'], cwd: /, retry: {pause: 1h}}", clock: clock.clock)
        let id = try await tasks.start()
        try await tasks.probe.wait { $0.events.contains { $0["retry_at"] != nil } }
        #expect(await tasks.cancel(id).status == 200)
        #expect(try await tasks.end(of: id).last?.type == "task.cancelled")
        await tasks.probe.stop()
    }

    @Test("pauses double up to an hour, and never overflow")
    func pauses() {
        var retry = Retry()
        #expect([1, 2, 50].map { retry.pause(after: $0) } == [.seconds(1), .seconds(1), .seconds(1)])
        retry.growing = true
        #expect(
            [1, 2, 3, 12, 13, 100].map { retry.pause(after: $0) } == [
                .seconds(1), .seconds(2), .seconds(4), .seconds(2048), .seconds(3600), .seconds(3600),
            ])
        retry.pause = .seconds(86_400)
        #expect(retry.pause(after: 100) == .seconds(86_400))
    }
}
