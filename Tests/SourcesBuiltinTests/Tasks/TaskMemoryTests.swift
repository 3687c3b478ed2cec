import Aggregator
import AggregatorTesting
import Glibc
import Logging
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("tasks: what survives a restart") struct TaskMemoryTests {
    @Test("what was over is still known, with how it ended, and told to whoever follows it")
    func over() async throws {
        let folder = try TemporaryFolder()
        let jobs =
            "jobs:\n  good: {command: [echo, '{\"rows\":5}'], cwd: /}\n  bad: {command: [sh, -c, exit 3], cwd: /}"
        let first = try await TaskProbe.started(jobs, state: folder.path)
        let ids = [try await first.start("good"), try await first.start("bad")]
        for id in ids { _ = try await first.end(of: id) }
        let before = [await first.show(ids[0]).text, await first.show(ids[1]).text]
        await first.probe.stop()

        let second = try await TaskProbe.started(jobs, state: folder.path)
        #expect([await second.show(ids[0]).text, await second.show(ids[1]).text] == before)
        #expect(Set(await second.ids()) == Set(ids))
        #expect(second.probe.events.isEmpty)
        #expect(second.probe.subject(ids[1]) == .yes && second.probe.subject(ids[1]) == .yes)
        #expect(second.probe.events.map(\.type) == ["task.failed"])
        #expect(second.probe.events.first?["exit_code"]?.json == "3")
        #expect(try await second.start("good") != ids[0])
        await second.probe.stop()
    }

    @Test("the list is in the order of creation again, also where tasks ended in another")
    func order() async throws {
        let folder = try TemporaryFolder()
        let jobs = "concurrency: 2\njobs: {nap: {command: [sleep, '{s}'], cwd: /, args: {s: string}}}"
        let first = try await TaskProbe.started(jobs, state: folder.path)
        let slow = try await first.start("nap", #"{"args": ["1000"]}"#)
        var ids = [slow]
        for _ in 0..<3 {
            ids.append(try await first.start("nap", #"{"args": ["0"]}"#))
            _ = try await first.end(of: ids[ids.count - 1])
        }
        await first.probe.stop()

        let second = try await TaskProbe.started(jobs, state: folder.path)
        let listed = await second.ids()
        #expect(listed == ids.reversed())
        await second.probe.stop()
    }

    @Test("what waited waits again, and is given what it was given; what was running has failed")
    func waiting() async throws {
        let folder = try TemporaryFolder()
        let jobs = """
            concurrency: 1
            jobs:
              long: {command: [sleep, '1000'], cwd: /}
              say: {command: [echo, '{what}', '{how}'], cwd: /, args: {what: string, how: {default: loud}}}
            """
        let first = try await TaskProbe.started(jobs, state: folder.path)
        let long = try await first.start("long")
        let say = try await first.start("say", #"{"args": {"what": "a b"}}"#)
        await first.probe.stop()

        let second = try await TaskProbe.started(jobs, state: folder.path)
        #expect(try await second.end(of: say).lines == ["a b loud"])
        let shown = await second.show(long)
        #expect(shown["status"]?.json == #""failed""# && shown.text.contains("restarted"), "\(shown.text)")
        await second.probe.stop()
    }

    @Test("what waited for a job that is gone, or takes other arguments now, has failed with that reason")
    func changed() async throws {
        let folder = try TemporaryFolder()
        let long = "long: {command: [sleep, '1000'], cwd: /}"
        let first = try await TaskProbe.started(
            "concurrency: 1\njobs:\n  \(long)\n  gone: {command: ls}\n  say: {command: echo, args: {n: string}}",
            state: folder.path)
        _ = try await first.start("long")
        let gone = try await first.start("gone")
        let say = try await first.start("say", #"{"args": {"n": "x"}}"#)
        await first.probe.stop()
        let second = try await TaskProbe.started(
            "jobs:\n  \(long)\n  say: {command: echo, args: {n: int}}", state: folder.path)
        #expect(try await second.end(of: gone).last?.text.contains("no such job any more") == true)
        #expect(try await second.end(of: say).last?.text.contains("whole number") == true)
        await second.probe.stop()
    }

    @Test("lines that are torn or no lines of ours are left out, and the others are read")
    func torn() async throws {
        let folder = try TemporaryFolder()
        let first = try await TaskProbe.started("jobs: {job: {command: ['true'], cwd: /}}", state: folder.path)
        let id = try await first.start()
        _ = try await first.end(of: id)
        await first.probe.stop()
        try folder.append("tasks.jsonl", "nonsense\n{\"a\":1}\n\u{0}\n{\"task_id\":\"x\",\"job\":\"jo")
        let second = try await TaskProbe.started("jobs: {job: {command: ['true'], cwd: /}}", state: folder.path)
        #expect(await second.ids() == [id])
        let other = try await second.start()
        _ = try await second.end(of: other)
        await second.probe.stop()
        let third = try await TaskProbe.started("jobs: {job: {command: ['true'], cwd: /}}", state: folder.path)
        #expect(await third.ids() == [other, id])
        await third.probe.stop()
    }

    @Test("wherever a crash has torn the file, what was whole is known, and the next file is whole")
    func everyTear() async throws {
        let folder = try TemporaryFolder()
        let lines = (1...3).map { number in
            #"{"task_id":"t\#(number)","job":"job","status":"completed","progress":100,"#
                + #""created":"2026-01-01T00:00:00Z","finished":"2026-01-01T00:00:0\#(number)Z","number":\#(number)}"#
                + "\n"
        }
        let whole = Array(lines.joined().utf8)
        for length in 0...whole.count {
            let path = folder.at("\(length)")
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(write(file, whole, length) == length)
            close(file)
            // The last line is only whole with its end.
            let known = whole.prefix(length).count { $0 == UInt8(ascii: "\n") }
            #expect(try await Self.restored(path).sorted() == (1...3).prefix(known).map { "t\($0)" })
            #expect(try await TaskJournal(path: path, log: Self.silence).read().count == known)
        }
    }

    private static let silence = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// The ids of the tasks that a server knows which finds this file.
    private static func restored(_ path: String) async throws -> [String] {
        let journal = TaskJournal(path: path, log: silence)
        let board = TaskBoard(
            .init(concurrency: 1, queue: 1, history: 10), clock: .system, log: silence, journal: journal,
            metrics: TaskMetrics(),
            emit: { _ in }, wake: {})
        try await TaskMemory(jobs: [], log: silence).restore(board, from: journal)
        await journal.close()
        return board.records(atMost: 10).map(\.id)
    }

    @Test("progress is written down with the next turn of the rhythm, and the end of a task goes before it")
    func progress() async throws {
        let folder = try TemporaryFolder()
        let journal = TaskJournal(path: folder.at("journal"), log: Self.silence)
        journal.begin { [] }
        await journal.settled()
        for number in 0...100 { journal.noteSoon("a") { Array("a\(number)".utf8) } }
        journal.noteSoon("b") { Array("b1".utf8) }
        journal.note("b", Array("b2".utf8))
        let reader = TaskJournal(path: folder.at("journal"), log: Self.silence)
        #expect(
            try await eventually {
                Set(try await reader.read()) == [Array("a100".utf8), Array("b2".utf8)]
            })
        await journal.close()
    }

    @Test("a server that was killed leaves a program's children, which the next one ends; nobody else's")
    func remnants() async throws {
        let folder = try TemporaryFolder()
        // A group that runs stands for what a killed server has left.
        let orphans = try await TaskProbe.script("sleep 1000 & echo $!; wait")
        let id = try await orphans.start()
        let child = try await orphans.number(from: id)
        let group = getpgid(child)
        func line(_ task: String) -> String {
            #"{"task_id":"\#(task)","job":"job","status":"processing","progress":5,"created":"2026-01-01T00:00:00Z","#
                + #""number":1,"group":\#(group)}"# + "\n"
        }
        // Another task whose group's number is taken by this one meanwhile.
        try folder.append("tasks.jsonl", line("somebody-else"))
        let wrong = try await TaskProbe.started("jobs: {job: {command: ['true'], cwd: /}}", state: folder.path)
        #expect(await wrong.show("somebody-else")["status"]?.json == #""failed""#)
        await wrong.probe.stop()
        #expect(kill(child, 0) == 0)

        try folder.append("tasks.jsonl", line(id))
        let right = try await TaskProbe.started("jobs: {job: {command: ['true'], cwd: /}}", state: folder.path)
        #expect(await isGone(child))
        #expect(try await right.end(of: id).last?.text.contains("the server was restarted") == true)
        await right.probe.stop()
        await orphans.probe.stop()
    }

    @Test("the file is written anew when most of it is out of date")
    func compaction() async throws {
        let folder = try TemporaryFolder()
        let path = folder.at("journal")
        let journal = TaskJournal(path: path, log: Logger(label: "test"))
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        #expect(try await journal.read().isEmpty)
        journal.begin { [line] }
        for _ in 0..<300 {
            journal.note("a", line)
            await journal.settled()
        }
        await journal.close()
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_size < 1_200_000, "\(status.st_size)")
        #expect(try await TaskJournal(path: path, log: Logger(label: "test")).read().last == line)
    }

    @Test("when the file cannot be written, that is no end of anything, and all is written as soon as it can be")
    func unwritable() async throws {
        let folder = try TemporaryFolder()
        let path = folder.at("later/journal")
        let journal = TaskJournal(path: path, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let line = Array("all there is".utf8)
        journal.begin { [line] }
        journal.note("a", Array("old".utf8))
        await journal.settled()
        #expect(mkdir(folder.at("later"), 0o755) == 0)
        #expect(
            await eventually { (try? await TaskJournal(path: path, log: Logger(label: "test")).read()) == [line] })
        await journal.close()
    }
}
