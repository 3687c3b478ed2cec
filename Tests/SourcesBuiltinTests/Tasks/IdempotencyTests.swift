import Aggregator
import AggregatorTesting
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("tasks: Idempotency-Key") struct IdempotencyTests {
    private static let jobs =
        "jobs:\n  a: {command: ['true'], cwd: /, args: {n: int}}\n  b: {command: ['true'], cwd: /}"

    private func post(_ tasks: TaskProbe, _ key: String, _ job: String = "a", n: Int = 1) async -> RouteResponse {
        await tasks.post(job, job == "a" ? #"{"args": {"n": \#(n)}}"# : "", headers: ["idempotency-key": key])
    }

    @Test("the same key with the same request gets the same task, with its status now, and there is one")
    func same() async throws {
        let tasks = try await TaskProbe.started(Self.jobs)
        let first = await post(tasks, "\"8e03978e-40d5\"")
        #expect(first.status == 202)
        let id = try #require(first["task_id"]).json.filter { $0 != "\"" }
        _ = try await tasks.end(of: id)
        // Also when it is over, and without the quotes that some leave out.
        for key in ["\"8e03978e-40d5\"", "8e03978e-40d5"] {
            let again = await post(tasks, key)
            #expect(again.status == 202 && again["task_id"] == first["task_id"])
            #expect(again["status"]?.json == #""completed""# && again["events"] == first["events"])
        }
        #expect(await tasks.ids() == [id])
        #expect(await post(tasks, "\"another\"").body != first.body)
        await tasks.probe.stop()
    }

    @Test("the same key with another request is 422")
    func different() async throws {
        let tasks = try await TaskProbe.started(Self.jobs)
        #expect(await post(tasks, "k").status == 202)
        for answer in [await post(tasks, "k", n: 2), await post(tasks, "k", "b")] {
            #expect(answer.status == 422 && answer.text.contains("Idempotency-Key"), "\(answer.text)")
        }
        #expect(await tasks.ids().count == 1)
        await tasks.probe.stop()
    }

    @Test("a key is one sender's")
    func senders() async throws {
        let tasks = try await TaskProbe.started("jobs: {a: {command: ['true'], cwd: /}}")
        var answers: [[UInt8]] = []
        for sender in [RouteSender(name: "ada"), RouteSender(name: "ben"), RouteSender(token: "x"), RouteSender()] {
            var request = RouteRequest(
                route: Route("POST", "/tasks/{job}"), parameters: ["job": "a"], headers: ["idempotency-key": "k"])
            request.sender = sender
            answers.append(await tasks.probe.request(request).body)
        }
        #expect(Set(answers).count == 4)
        await tasks.probe.stop()
    }

    @Test(
        "what is no key is 400",
        arguments: ["", "\"\"", "\"a\"b\"", "a b", "a,b", "\"ä\"", String(repeating: "k", count: 256)])
    func refusals(key: String) async throws {
        let tasks = try await TaskProbe.started(Self.jobs)
        #expect(await post(tasks, key).status == 400)
        await tasks.probe.stop()
    }

    @Test("a refused request leaves its key free; keys are forgotten after their time")
    func forgetting() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            "queue: 0\nconcurrency: 1\nremember_keys: 1h\njobs: {a: {simulate: {steps: 1, every: 1s}}}",
            clock: clock.clock)
        let first = await tasks.post("a", headers: ["idempotency-key": "one"])
        #expect(await tasks.post("a", headers: ["idempotency-key": "two"]).status == 429)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        _ = try await tasks.end(of: try #require(first["task_id"]).json.filter { $0 != "\"" })
        #expect(await tasks.post("a", headers: ["idempotency-key": "one"])["task_id"] == first["task_id"])
        #expect(await tasks.post("a", headers: ["idempotency-key": "two"]).status == 202)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(3600))
        let again = await tasks.post("a", headers: ["idempotency-key": "one"])
        #expect(again["task_id"] != first["task_id"])
        await tasks.probe.stop()
    }

    @Test("no more than 10,000 keys are remembered, the last ones")
    func bounded() throws {
        var keys = IdempotencyKeys(age: .seconds(3600))
        let now = Timestamp.now()
        for number in 0..<(IdempotencyKeys.most + 2000) {
            keys.remember("\(number)", .init(print: 1, task: "t\(number)", time: now))
        }
        #expect(keys.lines.count == IdempotencyKeys.most)
        #expect(keys.use(of: "1999", at: now) == nil && keys.use(of: "2000", at: now)?.task == "t2000")
    }

    @Test("keys survive a restart")
    func restart() async throws {
        let folder = try TemporaryFolder()
        let first = try await TaskProbe.started(Self.jobs, state: folder.path)
        let answer = await post(first, "k")
        await first.probe.stop()
        let second = try await TaskProbe.started(Self.jobs, state: folder.path)
        #expect(await post(second, "k")["task_id"] == answer["task_id"])
        #expect(await post(second, "k", n: 2).status == 422)
        await second.probe.stop()
    }
}
