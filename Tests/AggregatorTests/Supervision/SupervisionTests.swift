import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Aggregator

@Suite("Supervision")
struct SupervisionTests {
    struct Broken: Error, CustomStringConvertible {
        var description: String { "the wire is cut" }
    }

    @Test("pauses grow from one second to a minute, never quite alike, and begin anew after a good minute")
    func backoff() {
        var backoff = Backoff()
        var generator = SplitMix64(seed: 1)
        var pauses: [Duration] = []
        for _ in 0..<9 { pauses.append(backoff.pause(after: .seconds(59), using: &generator)) }
        for (pause, base) in zip(pauses, [1, 2, 4, 8, 16, 32, 48, 48, 48]) {
            #expect(pause >= .seconds(base) * 0.75 && pause <= .seconds(base) * 1.25)
        }
        #expect(Set(pauses).count == 9, "each is another, the longest too")
        #expect(backoff.pause(after: .seconds(60), using: &generator) <= .seconds(1.25))
    }

    @Test("a source that throws is run again after a pause; one line in the log says so; others go on")
    func restarted() async throws {
        let clock = VirtualClock()
        let lines = Lines()
        let runs = Atomic(0)
        let broken = Puppet.script { _ in
            if runs.add(1, ordering: .relaxed).newValue < 3 { throw Broken() }
            try await Task.sleep(for: .seconds(3600))
        }
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            """
            sources: {bad: {puppet: {script: \(broken)}}, good: {puppet: {script: \(Puppet.script(strings.script))}}}
            channels: {all: {from: [bad, good]}}
            """, clock: clock.clock, log: .collecting(lines))
        try pipeline.start()
        let bad = try pipeline.source("bad")
        await clock.waitForSleepers(1)
        #expect(bad.status.state == .waiting)
        #expect(bad.status.lastError == "the wire is cut")
        #expect(runs.load(ordering: .relaxed) == 1)
        #expect(lines.all.count { $0.contains("bad") && $0.contains("the wire is cut") } == 1)
        clock.advance(by: .milliseconds(700))
        #expect(bad.status.state == .waiting)
        clock.advance(by: .milliseconds(600))
        #expect(await eventually { runs.load(ordering: .relaxed) == 2 && bad.status.state == .waiting })
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(3))
        #expect(await eventually { bad.status.state == .running })
        #expect(bad.status.restarts == 2)
        try await strings.pull().emit(Event(type: "still here"))
        #expect(try pipeline.source("good").status.restarts == 0)
        await pipeline.stop()
        #expect(bad.status.state == .ended)
    }

    @Test("a source that returns has ended, and is not run again")
    func ended() async throws {
        let runs = Atomic(0)
        let script = Puppet.script { _ in runs.add(1, ordering: .relaxed) }
        let pipeline = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(script)}}}, channels: {all: {from: [s]}}}", clock: VirtualClock().clock)
        try pipeline.start()
        #expect(await eventually { pipeline.live.sources[0].status.state == .ended })
        await pipeline.stop()
        #expect(runs.load(ordering: .relaxed) == 1)
    }

    @Test("a source that does not stop in time is given up, and said so; the end does not wait for it")
    func abandoned() async throws {
        let lines = Lines()
        let isFree = Atomic(false)
        let script = Puppet.script { _ in
            while !isFree.load(ordering: .relaxed) {
                await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
            }
        }
        let pipeline = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(script)}}}, channels: {all: {from: [s]}}}", log: .collecting(lines))
        try pipeline.start()
        let source = try pipeline.source("s")
        #expect(await eventually { source.status.state == .running })
        await pipeline.stop(within: .milliseconds(100))
        #expect(source.status.state == .failed)
        #expect(lines.all.contains { $0.contains("source s did not stop") })
        isFree.store(true, ordering: .relaxed)
    }

    @Test("before a source serves, its routes answer 503 and when to come again; afterwards the source answers")
    func serving() async throws {
        let strings = Strings()
        let pipeline = try PipelineUnderTest(
            "{sources: {s: {puppet: {script: \(Puppet.script(strings.script))}}}, channels: {all: {from: [s]}}}")
        let source = try pipeline.source("s")
        let request = RouteRequest(route: Route("GET", "/x"))
        guard case .now(let early) = source.answer(request) else { return #expect(Bool(false), "answered at once") }
        #expect(early.status == 503)
        #expect(early.headers.contains { $0.name == "Retry-After" })
        try pipeline.start()
        let context = try await strings.pull()
        context.serve { _ in .now(RouteResponse(status: 204)) }
        guard case .now(let late) = source.answer(request) else { return #expect(Bool(false), "answered at once") }
        #expect(late.status == 204)
        await pipeline.stop()
    }

    @Test("a subject is ruled out only if every source of the channel knows its subjects and says no")
    func subjects() async throws {
        let (first, second) = (Strings(), Strings())
        let pipeline = try PipelineUnderTest(
            """
            sources:
              a: {puppet: {script: \(Puppet.script(first.script))}}
              b: {puppet: {script: \(Puppet.script(second.script))}}
            channels: {all: {from: [a, b]}, one: {from: [a]}}
            """)
        try pipeline.start()
        let (all, one) = (try pipeline.channel("all"), try pipeline.channel("one"))
        #expect(one.subject("x") == .yes)
        try await first.pull().subjects { $0 == "known" ? .yes : .no("no \($0) here") }
        #expect(one.subject("x") == .no("no x here"))
        #expect(one.subject("known") == .yes)
        #expect(all.subject("x") == .yes)
        let asked = Mutex<[String]>([])
        try await second.pull().subjects { subject in
            asked.withLock { $0.append(subject) }
            return .no("nor there")
        }
        #expect(all.subject("x") == .no("no x here"))
        #expect(all.subject("known") == .yes)
        // The first time for having been asked about before there was somebody to ask.
        #expect(asked.withLock { $0 } == ["x", "x", "known"])
        await pipeline.stop()
    }

    @Test("a source's state folder is made when asked for, and a second instance is refused the whole of it")
    func stateFolder() throws {
        let base = try TemporaryFolder()
        let path = base.at("a/b")
        let first = StateFolder(path: path)
        let second = StateFolder(path: path)
        #expect(access(path, F_OK) != 0)
        #expect(try first.directory(for: "jobs") == "\(path)/sources/jobs")
        #expect(access("\(path)/sources/jobs", W_OK) == 0)
        let problem = #expect(throws: StateFolderProblem.self) { try second.directory(for: "other") }
        #expect(problem?.description.contains("in use by another instance") == true)
        #expect(problem?.description.contains(path) == true)
        first.close()
        #expect(throws: Never.self) { try second.directory(for: "other") }
        second.close()
    }
}
