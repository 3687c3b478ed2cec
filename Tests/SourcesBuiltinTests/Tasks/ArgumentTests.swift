import Aggregator
import AggregatorTesting
import Glibc
import Testing

@testable import SourcesBuiltin

@Suite("tasks: arguments from requests") struct ArgumentTests {
    private static let report = """
        jobs:
          report:
            command: [printf, '<%s>\\n', '--city={city}', '{days}', '{print}', end]
            cwd: /
            env: {WHERE: 'in {city}', UNSET: '{note}'}
            args:
              city: {pattern: '[A-Za-z ]+', min_length: 2, max_length: 10}
              days: {type: int, minimum: 1, maximum: 7, default: 3}
              format: {enum: [text, html], default: text}
              factor: {type: number, maximum: 2.5, default: 1}
              quiet: {type: bool, default: false}
              note: {required: false}
        """

    @Test("arguments stand where the command names them, each in its own argv entry, or come after it")
    func placeholders() async throws {
        let tasks = try await TaskProbe.started(Self.report)
        let id = try await tasks.start("report", #"{"args": {"city": "New York", "factor": 2, "quiet": true}}"#)
        #expect(
            try await tasks.end(of: id).lines == [
                "<--city=New York>", "<3>", "<{print}>", "<end>", "<text>", "<2>", "<true>",
            ])
        await tasks.probe.stop()
    }

    @Test(
        "what does not fit the declared arguments is 422 with a JSON Pointer and the reason",
        arguments: [
            ("{}", "/args/city", "is missing"),
            (#"{"args": {"city": "a"}}"#, "/args/city", "has 1 characters; at least 2"),
            (#"{"args": {"city": "abcdefghijkl"}}"#, "/args/city", "at most 10"),
            (#"{"args": {"city": "Wien; rm"}}"#, "/args/city", "does not match the pattern"),
            (#"{"args": {"city": 5}}"#, "/args/city", "expected a text, not a number"),
            (#"{"args": {"city": "Wien", "days": "3"}}"#, "/args/days", "expected a whole number, not a text"),
            (#"{"args": {"city": "Wien", "days": 1.5}}"#, "/args/days", "expected a whole number"),
            (#"{"args": {"city": "Wien", "days": 0}}"#, "/args/days", "at least 1"),
            (#"{"args": {"city": "Wien", "days": 8}}"#, "/args/days", "at most 7"),
            (#"{"args": {"city": "Wien", "factor": 2.51}}"#, "/args/factor", "at most 2.5"),
            (#"{"args": {"city": "Wien", "format": "pdf"}}"#, "/args/format", "one of text, html"),
            (#"{"args": {"city": "Wien", "quiet": 1}}"#, "/args/quiet", "true or false"),
            (#"{"args": {"city": "Wien", "quiet": null}}"#, "/args/quiet", "not null"),
            (#"{"args": {"city": "Wien", "a/b~c": 1}}"#, "/args/a~1b~0c", "no argument 'a/b~c'"),
            (#"{"args": ["Wien", "many"]}"#, "/args/1", "expected a whole number"),
            (#"{"args": [1, 2, 3, 4, 5, 6, 7]}"#, "/args", "takes 6 arguments"),
            (#"{"args": 5}"#, "/args", "expected a list, or an object"), (#"{"job": 5}"#, "/job", "expected a text"),
            (#"{"args": {"city": "a\u0000b"}}"#, "/args/city", "NUL"),
        ])
    func refusals(body: String, pointer: String, reason: String) async throws {
        let tasks = try await TaskProbe.started(Self.report)
        let answer = await tasks.post("report", body)
        #expect(answer.status == 422)
        guard case .list(let errors)? = answer["errors"], case .map(let first)? = errors.first,
            case .string(let detail)? = answer["detail"]
        else {
            Issue.record("no errors: \(answer.text)")
            return
        }
        #expect(first["pointer"] == .string("#" + pointer))
        #expect(detail.contains(pointer) && detail.contains(reason), "\(detail)")
        #expect(answer.headers.contains { $0.value == "application/problem+json" })
        #expect(tasks.probe.events.isEmpty)
        await tasks.probe.stop()
    }

    @Test("all mistakes of a request are told at once")
    func allMistakes() async throws {
        let tasks = try await TaskProbe.started(Self.report)
        let answer = await tasks.post("report", #"{"args": {"days": 0, "format": "x"}}"#)
        guard case .list(let errors)? = answer["errors"] else {
            Issue.record("no errors: \(answer.text)")
            return
        }
        #expect(errors.count == 3)
        await tasks.probe.stop()
    }

    @Test("arguments may come in the query, whose texts are read as the declared types")
    func query() async throws {
        let tasks = try await TaskProbe.started(Self.report)
        func post(_ query: [(name: String, value: String)], _ body: String = "") async -> RouteResponse {
            await tasks.probe.request(
                RouteRequest(
                    route: Route("POST", "/tasks/{job}"), parameters: ["job": "report"], query: query,
                    body: Array(body.utf8)))
        }
        let answer = await post([("city", "Wien"), ("days", "5")])
        #expect(answer.status == 202)
        let id = try #require(answer["task_id"]).json.filter { $0 != "\"" }
        #expect(try await tasks.end(of: id).lines.prefix(2) == ["<--city=Wien>", "<5>"])
        #expect(await post([("city", "Wien"), ("days", "x")]).text.contains("?days=: expected a whole number"))
        #expect(await post([("town", "Wien")]).text.contains("no argument 'town'"))
        #expect(await post([("city", "Wien")], #"{"args": {"city": "Graz"}}"#).text.contains("given twice"))
        await tasks.probe.stop()
    }

    @Test("a job that names no arguments takes none from the query either")
    func noNames() async throws {
        let tasks = try await TaskProbe.started("jobs: {a: {command: ['true'], cwd: /, args: true}}")
        let answer = await tasks.probe.request(
            RouteRequest(
                route: Route("POST", "/tasks/{job}"), parameters: ["job": "a"], query: [("x", "1")], body: []))
        #expect(answer.status == 422 && answer.text.contains("?x=: this job has no argument 'x'"), "\(answer.text)")
        #expect(tasks.probe.events.isEmpty)
        await tasks.probe.stop()
    }

    @Test("the last argument may be left out without a place of its own", arguments: [[], ["x"]])
    func lastOptional(given: [String]) async throws {
        let tasks = try await TaskProbe.started(
            "jobs: {a: {command: [printf, '<%s>'], cwd: /, args: {a: string, b: {required: false}}}}")
        let list = (["1"] + given).map { "\"\($0)\"" }.joined(separator: ",")
        let id = try await tasks.start("a", "{\"args\": [\(list)]}")
        #expect(try await tasks.end(of: id).lines == [(["1"] + given).map { "<\($0)>" }.joined()])
        await tasks.probe.stop()
    }

    @Test("a number beyond all numbers is refused, and never becomes 'inf'")
    func infinite() async throws {
        let tasks = try await TaskProbe.started(
            "jobs: {a: {command: [echo], cwd: /, args: {n: {type: number, minimum: 0}}}}")
        let answer = await tasks.post("a", #"{"args": {"n": 1e400}}"#)
        #expect(answer.status == 422 && answer.text.contains("larger than any number"), "\(answer.text)")
        await tasks.probe.stop()
    }

    @Test("variables have what the request says where they ask for it, and are not set where it says nothing")
    func variables() async throws {
        let tasks = try await TaskProbe.started(
            """
            jobs:
              job:
                command: [sh, -c, 'echo "$WHERE"; echo "$${UNSET-none}"']
                cwd: /
                env: {WHERE: 'in {city}', UNSET: '{note}'}
                args: {city: string, note: {required: false}}
            """)
        let id = try await tasks.start("job", #"{"args": {"city": "{note} $(id)"}}"#)
        #expect(try await tasks.end(of: id).lines == ["in {note} $(id)", "none"])
        await tasks.probe.stop()
    }

    @Test("a shell gets arguments as parameters, never as text; one that is left out keeps its place")
    func shell() async throws {
        let tasks = try await TaskProbe.started(
            """
            jobs:
              job:
                command: 'echo "$0: $1,$2,$3" | tr a-z A-Z'
                shell: true
                cwd: /
                args: {a: string, b: {required: false}, c: string}
            """)
        let id = try await tasks.start("job", #"{"args": {"a": "$(id); `id`", "c": "x' y"}}"#)
        #expect(try await tasks.end(of: id).lines == ["JOB: $(ID); `ID`,,X' Y"])
        await tasks.probe.stop()
    }

    @Test("a program runs as another user, with that user's groups and home", .enabled(if: geteuid() == 0))
    func user() async throws {
        let tasks = try await TaskProbe.script(
            "id -un; id -u; id -ru; id -gn; id -Gn; echo $HOME $USER; grep NoNewPrivs /proc/self/status | cut -f2",
            "user: nobody")
        let nobody = try #require(SystemUser(named: "nobody"))
        let lines = try await tasks.end(of: try await tasks.start()).lines
        #expect(lines.prefix(3) == ["nobody", "\(nobody.user)", "\(nobody.user)"])
        #expect(lines.dropFirst(3).prefix(3) == ["nogroup", "nogroup", "\(nobody.home) nobody"])
        await tasks.probe.stop()
    }

    @Test(
        "a wrong declaration is a mistake of the file",
        arguments: [
            ("args: {a: text}", "'string', 'int', 'number' or 'bool'"),
            ("args: {1a: string}", "cannot be an argument's name"),
            ("args: [a, a]", "two arguments called 'a'"), ("args: {a: {pattern: '('}}", "pattern is not right"),
            ("args: {a: {type: int, pattern: x}}", "for an argument of type string"),
            ("args: {a: {minimum: 1}}", "for an argument of type int or number"),
            ("args: {a: {type: int, minimum: 3, maximum: 2}}", "at least 3"),
            ("args: {a: {enum: [a, 1]}}", "not every value is of type string"),
            ("args: {a: {type: int, default: x}}", "default is not what the argument may be"),
            ("args: {a: {required: true, default: x}}", "needs no default"),
            (
                "args: {a: {required: false}, b: {required: false}}",
                "'a' may be left out, and then those after it would move up"
            ),
            ("args: {a: {enum: []}}", "expected a list of at least 1 elements"),
            ("args: {a: {min: 1}}", "unknown option 'min'"),
            ("args: [p]\n    command: ['x{p}']", "cannot come from a request"),
            ("args: [p]\n    command: 'echo {p}'\n    shell: true", "write \"$1\" instead of {p}"),
            ("shell: true\n    command: [a, b]", "one text, not a list"),
            ("user: no-such-user-here", "there is no user"),
        ])
    func refused(options: String, words: String) throws {
        let command = options.contains("command:") ? "" : "command: [ls]\n    "
        let text = try #require(mistakes(Tasks.self, "jobs:\n  job:\n    \(command)\(options)"))
        #expect(text.contains(words), "\(text)")
    }
}
