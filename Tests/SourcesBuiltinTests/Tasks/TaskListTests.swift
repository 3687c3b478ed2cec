import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

@Suite("tasks: the list") struct TaskListTests {
    private static func filled() async throws -> (tasks: TaskProbe, ids: [String]) {
        let tasks = try await TaskProbe.started(
            "jobs:\n  good: {command: ['true'], cwd: /}\n  bad: {command: ['false'], cwd: /}")
        var ids: [String] = []
        for job in ["good", "bad", "good", "good", "bad"] {
            ids.append(try await tasks.start(job))
            _ = try await tasks.end(of: ids[ids.count - 1])
        }
        return (tasks, ids)
    }

    @Test("status and job choose, several of them or a list of statuses too")
    func selection() async throws {
        let (tasks, ids) = try await Self.filled()
        #expect(await tasks.ids([("status", "failed")]) == [ids[4], ids[1]])
        #expect(await tasks.ids([("status", "failed,completed")]) == ids.reversed())
        #expect(await tasks.ids([("status", "failed"), ("status", "completed")]) == ids.reversed())
        #expect(await tasks.ids([("job", "good")]) == [ids[3], ids[2], ids[0]])
        #expect(await tasks.ids([("job", "good"), ("status", "failed")]) == [])
        await tasks.probe.stop()
    }

    @Test("pages follow each other by `next`, without a task twice when new ones come in between")
    func pages() async throws {
        let (tasks, ids) = try await Self.filled()
        let first = await tasks.list([("limit", "2")])
        guard case .string(let next)? = first["next"] else {
            Issue.record("no next: \(first.text)")
            return
        }
        #expect(first.headers.contains { $0.name == "Link" && $0.value == "<\(next)>; rel=\"next\"" })
        #expect(next.hasPrefix("/tasks?limit=2&before="))
        _ = try await tasks.end(of: try await tasks.start("good"))
        let before = try #require(next.split(separator: "=").last)
        let query = [(name: "limit", value: "2"), (name: "before", value: String(before))]
        #expect(await tasks.ids(query) == [ids[2], ids[1]])
        let all = await tasks.list()
        #expect(all["next"] == nil && !all.headers.contains { $0.name == "Link" })
        await tasks.probe.stop()
    }

    @Test(
        "what cannot be asked for is 400 with what can",
        arguments: [
            ("limit", "0", "1 to 1000"), ("limit", "x", "1 to 1000"), ("before", "x", "`next`"),
            ("status", "done", "known: pending, processing, completed, failed, cancelled"),
            ("job", "nope", "known: good, bad"),
        ])
    func refusals(name: String, value: String, words: String) async throws {
        let tasks = try await TaskProbe.started("jobs: {good: {simulate: {}}, bad: {simulate: {}}}")
        let answer = await tasks.list([(name, value)])
        #expect(answer.status == 400 && answer.text.contains(words), "\(answer.text)")
        await tasks.probe.stop()
    }
}
