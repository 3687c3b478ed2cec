import Aggregator
import AggregatorTesting
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("tasks") struct TasksTests {
    private static let instant = "jobs: {demo: {simulate: {steps: 4, every: 1s}}}"

    @Test("a simulation's steps are its progress, and 202 says where to follow it")
    func simulation() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(Self.instant, clock: clock.clock)
        let answer = await tasks.post("demo")
        guard case .string(let id)? = answer["task_id"] else {
            Issue.record("no task_id: \(answer.text)")
            return
        }
        #expect(answer.text == #"{"task_id":"\#(id)","status":"pending","events":"/channels/probe/\#(id)"}"#)
        #expect(answer.headers.contains { $0.name == "Location" && $0.value == "/tasks/\(id)" })
        #expect(id.utf8.count == 32)
        for _ in 0..<4 {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
        }
        let events = try await tasks.end(of: id)
        #expect(events.types == ["task.pending", "task.progress", "task.completed"])
        #expect(events.progress == [0, 0, 25, 50, 75, 100])
        #expect(events[1]["status"]?.json == #""processing""#)
        #expect(await tasks.show(id)["progress"]?.json == "100")
        await tasks.probe.stop()
    }

    @Test("a simulation fails at the step it was told to, and at its timeout")
    func simulatedFailures() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            """
            jobs:
              fails: {simulate: {steps: 4, every: 1s, fail: 2}}
              slow: {simulate: {steps: 4, every: 1s}, timeout: 1500ms}
            """, clock: clock.clock)
        let fails = try await tasks.start("fails")
        let slow = try await tasks.start("slow")
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        #expect(try await tasks.end(of: fails).progress == [0, 0, 25, 25])
        let last = try await tasks.end(of: slow).last
        #expect(last?.type == "task.failed" && last?["error"]?.json == #""timed out after 1500ms""#)
        await tasks.probe.stop()
    }

    @Test("a job at its own bound is passed by others; a full queue is 429 with Retry-After")
    func bounds() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            """
            concurrency: 2
            queue: 1
            jobs:
              one: {simulate: {steps: 1, every: 1s}, concurrency: 1}
              two: {simulate: {steps: 1, every: 5s}}
            """, clock: clock.clock)
        let first = try await tasks.start("one")
        let second = try await tasks.start("one")
        let full = await tasks.post("one")
        #expect(await eventually { tasks.probe.gauge("pending") == 1 && tasks.probe.gauge("running") == 1 })
        #expect(tasks.probe.count("refused") == 1 && tasks.probe.count("ended") == 0)
        #expect(full.status == 429 && full.headers.contains { $0.name == "Retry-After" && $0.value == "1" })
        let other = try await tasks.start("two")
        try await tasks.probe.wait { record in
            record.events.contains { $0.subject == other && $0.type == "task.progress" }
        }
        #expect(await tasks.show(second)["status"]?.json == #""pending""#)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        _ = try await tasks.end(of: first)
        try await tasks.probe.wait { record in
            record.events.contains { $0.subject == second && $0.type == "task.progress" }
        }
        #expect(tasks.probe.gauge("pending") == 0 && tasks.probe.gauge("running") == 2)
        #expect(tasks.probe.count("ended") == 1 && tasks.probe.count("run_milliseconds") == 1000)
        await tasks.probe.stop()
    }

    @Test("Retry-After says how long the tasks before this one have taken, or the one that runs has by now")
    func retryAfter() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.started(
            "concurrency: 1\nqueue: 0\njobs: {job: {simulate: {steps: 2, every: 40s}}}", clock: clock.clock)
        func pause() async -> String? {
            let answer = await tasks.post()
            return answer.status == 429 ? answer.headers.first { $0.name == "Retry-After" }?.value : nil
        }
        let first = try await tasks.start()
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(40))
        await clock.waitForSleepers(1)
        #expect(await pause() == "40")
        clock.advance(by: .seconds(40))
        _ = try await tasks.end(of: first)
        _ = try await tasks.start()
        await clock.waitForSleepers(1)
        #expect(await pause() == "80")
        await tasks.probe.stop()
    }

    @Test("a grace that the server's stop has no room for is warned of, with the place")
    func grace() throws {
        let job = "jobs: {a: {command: [sh], grace: 20s}}"
        let found = try warnings(Tasks.self, job, server: "server: {drain: 10s}")
        #expect(found.count == 1 && found[0].contains("5:40") && found[0].contains("at least 34s"), "\(found)")
        #expect(try warnings(Tasks.self, job, server: "server: {drain: 34s}").isEmpty)
        #expect(try warnings(Tasks.self, "jobs: {a: {command: [sh]}}", server: "server: {drain: 1s}").isEmpty)
        #expect(try warnings(Exec.self, "{command: [sh], grace: 20s}", server: "server: {drain: 10s}").count == 1)
    }

    @Test("the list has the newest first, is bounded, and forgets what is beyond the history")
    func list() async throws {
        let tasks = try await TaskProbe.started("history: 2\njobs: {job: {command: ['true'], cwd: /}}")
        var ids: [String] = []
        for _ in 0..<4 {
            ids.append(try await tasks.start())
            _ = try await tasks.end(of: ids[ids.count - 1])
        }
        #expect(await tasks.ids() == [ids[3], ids[2]])
        #expect(await tasks.show(ids[0]).status == 404)
        #expect(tasks.probe.subject(ids[0]) == .no("Task not found"))
        await tasks.probe.stop()
    }

    @Test(
        "what a request may not say is refused in words",
        arguments: [
            (nil, "", 400, "Which job?"), ("nope", "", 404, "known: plain, named"),
            (nil, #"{"job":"nope"}"#, 404, "Unknown job"),
            ("plain", #"{"job":"named"}"#, 422, "once"), ("plain", #"{"args":["x"]}"#, 422, "takes no arguments"),
            ("plain", "x", 400, "not JSON"), ("plain", "[]", 422, "object"),
            ("plain", #"{"jobs":1}"#, 422, "nothing else"),
            ("named", #"{"args":["x"]}"#, 422, "2 arguments: from, to"),
            (
                "named", #"{"args":["x","y","z"]}"#, 422,
                #""detail":"/args: 3 are too many: this job takes 2 arguments: from, to.""#
            ),
            ("named", #"{"args":{"from":"a","bo":"b"}}"#, 422, "'bo'"),
            ("named", #"{"args":["a\u0000","b"]}"#, 422, "NUL"), ("named", #"{"args":[1,"b"]}"#, 422, "/args/0"),
        ] as [(String?, String, Int, String)])
    func refusals(job: String?, body: String, status: Int, words: String) async throws {
        let tasks = try await TaskProbe.started(
            "jobs:\n  plain: {command: 'true'}\n  named: {command: 'true', args: [from, to]}")
        let answer = await tasks.post(job, body)
        #expect(answer.status == status && answer.text.contains(words), "\(answer.text)")
        #expect(tasks.probe.events.isEmpty)
        await tasks.probe.stop()
    }

    @Test("the only job needs no name; with several, the body may name it")
    func naming() async throws {
        let clock = VirtualClock()
        let one = try await TaskProbe.started(Self.instant, clock: clock.clock)
        #expect(await one.post().status == 202)
        await one.probe.stop()
        let two = try await TaskProbe.started("jobs: {a: {simulate: {}}, b: {simulate: {}}}", clock: clock.clock)
        #expect(await two.post(nil, #"{"job": "b"}"#).status == 202)
        #expect(two.probe.events.first?["job"]?.json == #""b""#)
        await two.probe.stop()
    }

    @Test("only a source with a program says that it runs commands")
    func runsCommands() throws {
        #expect(try !makeSource(Tasks.self, Self.instant).runsCommands)
        #expect(try makeSource(Tasks.self, "jobs: {a: {simulate: {}}, b: {command: ls}}").runsCommands)
    }

    @Test("a relative program and the folder it runs in are the pipeline file's")
    func paths() throws {
        let jobs = try makeSource(Tasks.self, "jobs: {a: {command: [./report.sh, x]}, b: {command: ls}}").jobs.entries
        #expect(
            jobs.map(\.value.command) == [
                ProgramCommand(
                    program: "/etc/aggregator/report.sh", arguments: ["x"], directory: "/etc/aggregator",
                    written: "./report.sh"),
                ProgramCommand(program: "ls", directory: "/etc/aggregator", written: "ls", isText: true),
            ])
    }

    @Test(
        "what cannot be is a mistake of the file",
        arguments: [
            "path: /tasks", "jobs: {}", "jobs: {a: {}}", "jobs: {a: {command: ls, simulate: {}}}",
            "jobs: {a/b: {command: ls}}",
            "jobs: {a: {command: []}}", "jobs: {a: {command: ls, timeout: 0s}}", "jobs: {a: {simulate: {steps: 0}}}",
            "jobs: {a: {command: ls, progress: '('}}", "jobs: {a: {command: ls, progress: 'x'}}",
            "jobs: {a: {command: ls, env: {A=B: x}}}", "jobs: {a: {command: ls}}\nconcurrency: 0",
            "jobs: {a: {simulate: {}, args: true}}", "jobs: {a: {simulate: {steps: 2, fail: 3}}}",
        ])
    func refused(options: String) { #expect(mistakes(Tasks.self, options) != nil) }
}
