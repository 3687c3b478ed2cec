import Aggregator
import AggregatorTesting
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("tasks: cancelling and stopping") struct CancelTests {
    @Test("a task that is under way is cancelled with its whole group")
    func running() async throws {
        let tasks = try await TaskProbe.script("sleep 1000 & echo $!; wait")
        let id = try await tasks.start()
        let pid = try await tasks.number(from: id)
        let answer = await tasks.cancel(id)
        #expect(answer.status == 200 && answer["status"]?.json == #""cancelled""#, "\(answer.text)")
        let events = try await tasks.end(of: id)
        #expect(events.last?.type == "task.cancelled" && events.last?["status"]?.json == #""cancelled""#)
        #expect(await isGone(pid))
        #expect(await tasks.cancel(id).status == 409)
        #expect(await tasks.show(id)["status"]?.json == #""cancelled""#)
        await tasks.probe.stop()
    }

    @Test("a program that ignores SIGTERM is killed after its grace")
    func stubborn() async throws {
        let tasks = try await TaskProbe.script("trap '' TERM; echo $$; while :; do sleep 1000; done", "grace: 100ms")
        let id = try await tasks.start()
        let pid = try await tasks.number(from: id)
        #expect(await tasks.cancel(id).status == 200)
        #expect(try await tasks.end(of: id).last?.type == "task.cancelled")
        #expect(await isGone(pid))
        await tasks.probe.stop()
    }

    @Test("a program may use its grace to clean up, and what it says then is nobody's")
    func grace() async throws {
        let tasks = try await TaskProbe.script(
            "trap 'echo cleaning; sleep 0.2; exit 0' TERM; echo $$; while :; do sleep 0.05; done", "grace: 30s")
        let id = try await tasks.start()
        _ = try await tasks.number(from: id)
        #expect(await tasks.cancel(id).status == 200)
        #expect(try await tasks.end(of: id).last?.type == "task.cancelled")
        await tasks.probe.stop()
    }

    @Test("who cancels a program that takes its time is told so, and so is who looks at it meanwhile")
    func slow() async throws {
        let folder = try TemporaryFolder()
        let tasks = try await TaskProbe.script(
            "trap 'while [ ! -e \(folder.at("go")) ]; do sleep 0.05; done; exit 0' TERM; echo $$; while :; do sleep 0.05; done",
            "grace: 1h")
        let id = try await tasks.start()
        _ = try await tasks.number(from: id)
        for answer in [await tasks.cancel(id), await tasks.cancel(id)] {
            #expect(answer.status == 202 && answer["status"]?.json == #""processing""#, "\(answer.text)")
            #expect(answer["cancelling"]?.json == "true")
        }
        #expect(await tasks.show(id)["cancelling"]?.json == "true")
        try folder.append("go", "")
        #expect(try await tasks.end(of: id).last?.type == "task.cancelled")
        #expect(await tasks.show(id)["cancelling"] == nil)
        await tasks.probe.stop()
    }

    @Test("a task that waits is cancelled at once, and the next has its place")
    func waiting() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            "concurrency: 1\nqueue: 2\njobs: {job: {simulate: {steps: 2, every: 1s}}}", clock: clock.clock)
        let first = try await tasks.start()
        let second = try await tasks.start()
        let third = try await tasks.start()
        #expect(await tasks.post().status == 429)
        let answer = await tasks.cancel(second)
        #expect(answer.status == 200 && answer["status"]?.json == #""cancelled""#)
        #expect(try await tasks.end(of: second).types == ["task.pending", "task.cancelled"])
        #expect(await tasks.cancel(second).status == 409)
        let fourth = try await tasks.start()
        for id in [first, third, fourth] {
            for _ in 0..<2 {
                await clock.waitForSleepers(1)
                clock.advance(by: .seconds(1))
            }
            #expect(try await tasks.end(of: id).last?.type == "task.completed")
        }
        await tasks.probe.stop()
    }

    @Test("an unknown task can be neither shown, nor cancelled, nor followed; a known one can, also when it is over")
    func unknown() async throws {
        let tasks = try await TaskProbe.script("exit 0")
        let nobody = TaskRecord.newID()
        for answer in [await tasks.show(nobody), await tasks.cancel(nobody)] {
            #expect(answer.status == 404 && answer.text.contains("Task not found"))
        }
        #expect(tasks.probe.subject(nobody) == .no("Task not found"))
        let id = try await tasks.start()
        _ = try await tasks.end(of: id)
        #expect(tasks.probe.subject(id) == .yes)
        await tasks.probe.stop()
    }

    @Test("a stop ends all that runs, tells why, begins nothing more, and leaves no process behind")
    func stop() async throws {
        let tasks = try await TaskProbe.started(
            """
            concurrency: 2
            jobs:
              good: {command: [sh, -c, 'sleep 1000 & echo $!; wait'], cwd: /, grace: 1h}
              bad: {command: [sh, -c, 'trap "" TERM; echo $$; while :; do sleep 1000; done'], cwd: /, grace: 200ms}
            """)
        let good = try await tasks.start("good")
        let bad = try await tasks.start("bad")
        let waits = try await tasks.start("good")
        let pids = [try await tasks.number(from: good), try await tasks.number(from: bad)]
        await tasks.probe.stop()
        for id in [good, bad] {
            let last = try #require(try await tasks.end(of: id).last)
            #expect(last.type == "task.failed" && last.text.contains("the server was stopped"), "\(last.text)")
        }
        // It is for the server after this one.
        #expect(tasks.probe.events.filter { $0.subject == waits }.types == ["task.pending"])
        for pid in pids { #expect(await isGone(pid)) }
        #expect(await tasks.post("good").status == 503)
    }
}
