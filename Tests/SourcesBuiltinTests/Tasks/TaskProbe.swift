import Aggregator
import AggregatorTesting
import Glibc
import TestSupport
import Testing

@testable import SourcesBuiltin

/// A running source of tasks, and what its clients would do.
struct TaskProbe {
    let probe: SourceProbe

    /// Starts it, and waits until it serves.
    ///
    /// - Parameter state: a folder for what it remembers, if another is to go on with it.
    static func started(
        _ options: String, clock: PipelineClock = .system, state: String? = nil
    ) async throws -> TaskProbe {
        let probe = SourceProbe(try makeSource(Tasks.self, options), clock: clock, state: state)
        probe.start()
        try await probe.wait { $0.isServing }
        return TaskProbe(probe: probe)
    }

    /// One that has a single job, `job`, which is this shell script.
    static func script(_ script: String, _ options: String = "", clock: PipelineClock = .system) async throws
        -> TaskProbe
    {
        let lines = script.split(separator: "\n").map { "        \($0)\n" }.joined()
        // The folder of the fixture's pipeline file, which would be the default, need not exist.
        let options = options.contains("cwd:") ? options : options + "\ncwd: /"
        let rest = options.split(separator: "\n").map { "    \($0)\n" }.joined()
        return try await started(
            "jobs:\n  job:\n    command:\n      - /bin/sh\n      - -c\n      - |\n\(lines)\(rest)", clock: clock)
    }

    func post(_ job: String? = nil, _ body: String = "", headers: [String: String] = [:]) async -> RouteResponse {
        let route = Route("POST", job == nil ? "/tasks" : "/tasks/{job}")
        return await probe.request(
            RouteRequest(
                route: route, parameters: job.map { ["job": $0] } ?? [:], headers: headers, body: Array(body.utf8)))
    }

    /// Starts a task that is accepted; its id.
    func start(_ job: String? = nil, _ body: String = "") async throws -> String {
        let answer = await post(job, body)
        #expect(answer.status == 202, "\(answer.text)")
        let value = try #require(answer["task_id"])
        return value.json.filter { $0 != "\"" }
    }

    func show(_ id: String) async -> RouteResponse {
        await probe.request(RouteRequest(route: Route("GET", "/tasks/{id}"), parameters: ["id": id]))
    }

    func list(_ query: [(name: String, value: String)] = []) async -> RouteResponse {
        await probe.request(RouteRequest(route: Route("GET", "/tasks"), query: query))
    }

    /// The ids in a list.
    func ids(_ query: [(name: String, value: String)] = []) async -> [String] {
        guard case .list(let tasks)? = await list(query)["tasks"] else { return [] }
        return tasks.compactMap { task in
            guard case .map(let members) = task, case .string(let id)? = members["task_id"] else { return nil }
            return id
        }
    }

    func cancel(_ id: String) async -> RouteResponse {
        await probe.request(RouteRequest(route: Route("DELETE", "/tasks/{id}"), parameters: ["id": id]))
    }

    /// The events of a task when it is over.
    func end(of id: String) async throws -> [Event] {
        let over = ["task.completed", "task.failed", "task.cancelled"]
        let record = try await probe.wait { record in
            record.events.contains { $0.subject == id && over.contains($0.type) }
        }
        return record.events.filter { $0.subject == id }
    }

    /// The first line that a task has logged which is a number, as soon as it has: how scripts tell a pid.
    func number(from id: String) async throws -> pid_t {
        let record = try await probe.wait { record in
            record.events.contains { $0.subject == id && Self.number(in: $0) != nil }
        }
        return try #require(record.events.first { $0.subject == id && Self.number(in: $0) != nil }.flatMap(Self.number))
    }

    private static func number(in event: Event) -> pid_t? {
        guard event.type == "task.log", case .string(let text)? = event["message"] else { return nil }
        return pid_t(text)
    }
}

/// Whether a process is gone, waiting for it for a while; an orphan's end takes its new parent a moment. A zombie is gone:
/// who takes its status is not our affair.
func isGone(_ pid: pid_t) async -> Bool {
    await eventually {
        let state = processState(pid)
        return state == nil || state == "Z"
    }
}

/// The state's letter in /proc/PID/stat; nil if there is no such process.
private func processState(_ pid: pid_t) -> Character? {
    guard let file = fopen("/proc/\(pid)/stat", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, 512, file) != nil else { return nil }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.split(separator: ")").last?.drop { $0 == " " }.first
}

extension [Event] {
    /// Their types, a run of equal ones as one.
    var types: [String] {
        reduce(into: []) { types, event in if types.last != event.type { types.append(event.type) } }
    }

    /// The messages of `task.log`.
    var lines: [String] {
        compactMap { event in
            guard event.type == "task.log", case .string(let text)? = event["message"] else { return nil }
            return text
        }
    }

    /// The numbers of all but `task.log`.
    var progress: [Int64] {
        compactMap { event in
            guard event.type != "task.log", case .int(let number)? = event["progress"] else { return nil }
            return number
        }
    }
}
