import Aggregator
import AggregatorTesting
import Expressions
import Foundation
import Testing

@testable import SourcesBuiltin

@Suite("schedule")
struct ScheduleTests {
    private func clock(_ start: String) -> VirtualClock {
        VirtualClock(start: Timestamp(rfc3339: start))
    }

    private func source(_ cron: String, _ change: (inout Schedule) -> Void = { _ in }) throws -> Schedule {
        var source = Schedule()
        source.cron = try CronExpression(cron)
        change(&source)
        return source
    }

    /// Lets the source sleep again and again until the clock shows this.
    private func advance(_ clock: VirtualClock, to end: String) async throws {
        let end = try #require(Timestamp(rfc3339: end))
        while clock.now() < end {
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
        }
        await clock.waitForSleepers(1)
    }

    @Test("emits at its times, and says which")
    func emits() async throws {
        let clock = clock("2026-11-20T07:59:00Z")
        let probe = SourceProbe(try source("0 * * * * *"), clock: clock.clock)
        probe.start()
        try await advance(clock, to: "2026-11-20T08:01:30Z")
        #expect(
            probe.events.map(\.data) == [
                .json(Array(#"{"due":"2026-11-20T08:00:00Z"}"#.utf8)),
                .json(Array(#"{"due":"2026-11-20T08:01:00Z"}"#.utf8)),
            ])
        #expect(probe.events.allSatisfy { $0.type == "schedule" && $0.subject == nil })
        await probe.stop()
    }

    @Test(
        "after a sleep of the machine, what was missed is left out, or made up for once",
        arguments: Schedule.Missed.allCases)
    func missed(_ missed: Schedule.Missed) async throws {
        let clock = clock("2026-11-20T07:59:59Z")
        let probe = SourceProbe(try source("0 * * * *") { $0.missed = missed }, clock: clock.clock)
        probe.start()
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(3 * 3600 + 1800))
        try await advance(clock, to: "2026-11-20T12:00:10Z")
        let due = probe.events.map { String(decoding: $0.data.json ?? [], as: UTF8.self) }
        let last = #"{"due":"2026-11-20T12:00:00Z"}"#
        #expect(due == (missed == .once ? [#"{"due":"2026-11-20T11:00:00Z"}"#, last] : [last]))
        await probe.stop()
    }

    @Test("remembers across restarts when it was due last")
    func memory() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "due-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let time = try #require(Timestamp(rfc3339: "2026-11-20T11:00:00Z"))
        #expect(DueMemory(folder: folder.path).read() == nil)
        DueMemory(folder: folder.path).write(time)
        #expect(DueMemory(folder: folder.path).read() == time)
        try Data("nonsense".utf8).write(to: folder.appending(path: "last-due"))
        #expect(DueMemory(folder: folder.path).read() == nil)
    }

    @Test("an expression that is never due again ends the source")
    func ends() async throws {
        let clock = clock("9999-12-31T23:59:50Z")
        let probe = SourceProbe(try source("0 0 1 1 *"), clock: clock.clock)
        probe.start()
        let record = try await probe.wait { $0.ending != nil }
        #expect(record.events.isEmpty)
    }
}

extension EventData {
    fileprivate var json: [UInt8]? { if case .json(let bytes) = self { bytes } else { nil } }
}
