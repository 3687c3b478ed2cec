import Aggregator
import AggregatorTesting
import Glibc
import Testing

@testable import SourcesBuiltin

@Suite("tasks: programs") struct ProcessTests {
    @Test("a program's life is told from pending to completed, with its lines, its progress and its result")
    func completes() async throws {
        let tasks = try await TaskProbe.script(
            """
            echo hello
            echo 10%
            echo copying 3/10 files
            echo oops >&2
            echo '{"progress": 50.9, "status": "packing", "message": "nearly"}'
            echo '{"rows": 5}'
            """)
        let events = try await tasks.end(of: try await tasks.start())
        #expect(events.types.first == "task.pending" && events.types.last == "task.completed")
        #expect(events.progress == [0, 0, 10, 30, 50, 100])
        #expect(Set(events.lines) == ["hello", "copying 3/10 files", "oops", #"{"rows": 5}"#])
        let last = try #require(events.last)
        #expect(last["status"]?.json == #""completed""# && last["stage"]?.json == #""packing""#)
        #expect(last["message"]?.json == #""nearly""# && last["result"]?.json == #"{"rows":5}"#)
        #expect(events.first { $0["message"]?.json == #""oops""# }?["stream"]?.json == #""stderr""#)
        await tasks.probe.stop()
    }

    @Test(
        "a failure says why: exit code, signal, or that it could not be started",
        arguments: [
            ("command: [sh, -c, 'exit 3']", "exit code 3", #""exit_code":3"#),
            ("command: [sh, -c, 'kill -SEGV $$']", "killed by SIGSEGV", #""signal":"SIGSEGV""#),
            ("command: ./no-such-program", "No such file", "could not start"),
            ("command: no-such-program-in-path", "No such file", "could not start"),
            ("command: /etc", "Permission denied", "could not start"),
            ("command: 'true'\n    cwd: /no/such/folder", "there is no folder /no/such/folder", "failed"),
        ])
    func failures(job: String, words: String, more: String) async throws {
        // The fixture's pipeline file is in a folder that need not exist.
        let job = job.contains("cwd") ? job : job + "\n    cwd: /"
        let tasks = try await TaskProbe.started("jobs:\n  job:\n    \(job)")
        let events = try await tasks.end(of: try await tasks.start())
        let last = try #require(events.last)
        #expect(last.type == "task.failed")
        #expect(last.text.contains(words) && last.text.contains(more), "\(last.text)")
        await tasks.probe.stop()
    }

    @Test("a program starts with nothing of ours: no descriptors, no signal state, no input, a session of its own")
    func clean() async throws {
        let tasks = try await TaskProbe.script(
            """
            for n in $(seq 3 200); do [ ! -e /proc/$$/fd/$n ] || echo "open: $n"; done
            grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f2
            readlink /proc/$$/fd/0
            cut -d' ' -f6 /proc/$$/stat | sed "s/^$$\\$/own session/"
            echo "$AGGREGATOR_JOB $WORD"
            pwd
            """, "env: {WORD: set}\ncwd: /usr")
        let lines = try await tasks.end(of: try await tasks.start()).lines
        #expect(lines == ["0000000000000000", "0000000000000000", "/dev/null", "own session", "job set", "/usr"])
        await tasks.probe.stop()
    }

    @Test("a program that floods its output is told about within the rates, and the rest is counted")
    func flood() async throws {
        let tasks = try await TaskProbe.script(
            "yes 0123456789012345678901234567890123456789 | head -n 50000; echo last >&2")
        let events = try await tasks.end(of: try await tasks.start())
        #expect(events.last?.type == "task.completed")
        let dropped = events.reduce(Int64(0)) { sum, event in
            if case .int(let count)? = event["dropped"] { sum + count } else { sum }
        }
        // The end tells the sum of what the logs told one by one.
        #expect(Int64(events.lines.count) + dropped / 2 == 50_001)
        #expect(events.last?["dropped"]?.json == "\(dropped / 2)")
        #expect(tasks.probe.count("left_out_lines") == UInt64(dropped / 2))
        #expect(events.lines.count >= 1000 && events.lines.count < 30_000)
        await tasks.probe.stop()
    }

    @Test("a line without end neither grows memory nor is lost: it is cut")
    func longLine() async throws {
        let tasks = try await TaskProbe.script("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next")
        let events = try await tasks.end(of: try await tasks.start())
        #expect(events.lines == [String(repeating: "x", count: 4096), "next"])
        #expect(events.first { $0.type == "task.log" }?["cut"]?.json == "true")
        await tasks.probe.stop()
    }

    @Test("what a program leaves behind, holding its pipes, neither holds up the task nor outlives it")
    func grandchild() async throws {
        let tasks = try await TaskProbe.script("trap '' TERM; sleep 1000 & echo $!; echo done")
        let id = try await tasks.start()
        let events = try await tasks.end(of: id)
        #expect(events.last?.type == "task.completed" && events.lines.last == "done")
        #expect(await isGone(try await tasks.number(from: id)))
        await tasks.probe.stop()
    }

    @Test("a program that closes its output and goes on is waited for")
    func closedOutput() async throws {
        let tasks = try await TaskProbe.script("exec >&- 2>&-; sleep 0.3; exit 4")
        #expect(try await tasks.end(of: try await tasks.start()).last?["exit_code"]?.json == "4")
        await tasks.probe.stop()
    }

    @Test("while the pipeline is full, a program that writes has to wait")
    func backpressure() async throws {
        let tasks = try await TaskProbe.script("echo $$; yes | head -c 2000000; echo end")
        tasks.probe.hold()
        let waiting = Task { await tasks.post() }
        let record = try await tasks.probe.wait { record in
            record.isWaiting && record.events.contains { $0.type == "task.log" }
        }
        let id = try #require(record.events.first?.subject)
        let before = record.events.count
        // Two megabytes do not fit into a pipe: the program cannot have come to its end while nobody reads.
        #expect(!tasks.probe.events.contains { $0.type == "task.completed" })
        #expect(tasks.probe.events.count == before)
        tasks.probe.release()
        #expect(await waiting.value.status == 202)
        #expect(try await tasks.end(of: id).last?.type == "task.completed")
        await tasks.probe.stop()
    }

    @Test("arguments arrive as they are, whole argv entries after the command's own")
    func arguments() async throws {
        let tasks = try await TaskProbe.started(
            "jobs:\n  job: {command: [printf, '<%s>\\n', fixed], args: true, cwd: /}")
        let id = try await tasks.start("job", #"{"args": ["a b; rm -rf /", "$(id)", "", "ä"]}"#)
        #expect(try await tasks.end(of: id).lines == ["<fixed>", "<a b; rm -rf />", "<$(id)>", "<>", "<ä>"])
        await tasks.probe.stop()
    }

    @Test(
        "what a program writes to its result file is its result, whoever it runs as, and the file is gone afterwards",
        arguments: [
            (#"'{"rows": [1, 2]}'"#, #"{"rows":[1,2]}"#), ("'two words'", #""two words""#), ("", #"{"line":1}"#),
        ])
    func resultFile(text: String, result: String) async throws {
        let tasks = try await TaskProbe.script(
            "echo '{\"line\":1}'\necho \(text) > $AGGREGATOR_RESULT\necho $AGGREGATOR_RESULT",
            geteuid() == 0 ? "user: nobody" : "")
        let events = try await tasks.end(of: try await tasks.start())
        #expect(events.last?["result"]?.json == result)
        let path = try #require(events.lines.last)
        #expect(path.contains("aggregator-result-") && access(path, F_OK) != 0)
        await tasks.probe.stop()
    }

    @Test("a result file that is too long, or no file, is none")
    func wrongResultFile() async throws {
        let tasks = try await TaskProbe.started(
            """
            jobs:
              long: {command: [sh, -c, 'head -c 100000 /dev/zero | tr "\\0" x > $AGGREGATOR_RESULT'], cwd: /}
              pipe: {command: [sh, -c, 'rm $AGGREGATOR_RESULT; mkfifo $AGGREGATOR_RESULT'], cwd: /}
              link: {command: [sh, -c, 'ln -sf /etc/passwd $AGGREGATOR_RESULT'], cwd: /}
            """)
        for job in ["long", "pipe", "link"] {
            let last = try #require(try await tasks.end(of: try await tasks.start(job)).last)
            #expect(last.type == "task.completed" && last["result"] == nil, "\(last.text)")
        }
        await tasks.probe.stop()
    }

    @Test("a timeout ends the program and fails the task")
    func timeout() async throws {
        let clock = VirtualClock()
        let tasks = try await TaskProbe.script("echo $$; exec sleep 1000", "timeout: 10s", clock: clock.clock)
        let id = try await tasks.start()
        let pid = try await tasks.number(from: id)
        clock.advance(by: .seconds(10))
        let last = try #require(try await tasks.end(of: id).last)
        #expect(last.type == "task.failed" && last["error"]?.json == #""timed out after 10s""#)
        #expect(last["signal"]?.json == #""SIGTERM""#)
        #expect(await isGone(pid))
        await tasks.probe.stop()
    }
}
