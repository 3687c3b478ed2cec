import CEventLoop
import CEventLoopInternals
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("With many threads, one order")
struct ThreadsTests {
    /// What a test hands to its threads.
    ///
    /// `@unchecked` because `core` is used from several: appends are for any thread, and each shelf, and every reader of
    /// it, is used by the one thread that has its index.
    private final class Shared: @unchecked Sendable {
        let core: TestCore
        let kept: OpaquePointer  // keeps everything: the truth
        let short: OpaquePointer  // gets the same events, and keeps few
        let appended = Atomic<Bool>(false)
        let running = Atomic<Int>(0)
        let problems = Mutex<[String]>([])

        init(loops: Int) throws {
            core = try TestCore(loops: loops, mailboxEvents: 64)
            kept = try core.channel(keep: 1_000_000, bytes: 1 << 30)
            short = try core.channel(keep: 40, latest: 3)
        }

        func note(_ problem: String) { problems.withLock { $0.append(problem) } }

        func thread(_ body: @escaping @Sendable () throws -> Void) {
            running.add(1, ordering: .relaxed)
            let thread = Thread { [self] in
                do { try body() } catch { note("\(error)") }
                running.subtract(1, ordering: .releasing)
            }
            thread.start()
        }
    }

    private static let types = ["a", "b", "c"]

    @Test("Appending, joining, reading slowly and leaving on several loops: everyone gets all, or is told how many not")
    func model() async throws {
        let (loops, writers, events) = (3, 3, 1500)
        let shared = try Shared(loops: loops)
        let writing = Atomic<Int>(writers)
        for writer in 0..<writers {
            shared.thread {
                var random = SeededGenerator(seed: UInt64(writer))
                for number in 0..<events { try Self.append(shared, writer, number, &random) }
                if writing.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                    shared.appended.store(true, ordering: .releasing)
                }
            }
        }
        for loop in 0..<loops { shared.thread { try Self.run(loop, shared, writers * events) } }
        #expect(await eventually { shared.running.load(ordering: .acquiring) == 0 })
        #expect(shared.problems.withLock { $0 } == [])
        #expect(try shared.core.counters().subscribers == 0)
        #expect(try shared.core.counters().pinned_bytes == 0)
        #expect(try shared.core.counters().blocked == 0)
    }

    /// The same event into both channels, side by side.
    private static func append(
        _ shared: Shared, _ writer: Int, _ number: Int, _ random: inout SeededGenerator
    ) throws {
        let type = types[Int.random(in: 0..<types.count, using: &random)]
        let subject = [nil, "x", "y", "z"][Int.random(in: 0..<4, using: &random)]
        let data = "\(writer) \(number) \(type) \(subject ?? "-")"
        var items = [
            el_appendix(
                channel: shared.kept, frame: try makeFrame(data, subject: subject, type: type), truths: 0, version: 0),
            el_appendix(
                channel: shared.short, frame: try makeFrame(data, subject: subject, type: type), truths: 0, version: 0),
        ]
        if el_core_append(shared.core.core, &items, items.count) == EL_APPENDED { return }
        while !el_core_has_room(shared.core.core) { sched_yield() }
    }

    private struct Follower {
        var reader: Reader
        var subject: String?
        var types: [String]
    }

    /// One loop's life: drain, deliver, and readers that come, take random amounts, and go.
    private static func run(_ loop: Int, _ shared: Shared, _ total: Int) throws {
        var random = SeededGenerator(seed: UInt64(100 + loop))
        let shelf = try shared.core.shelf(loop)
        var followers: [Follower] = []
        var last = false
        while !last {
            last = shared.appended.load(ordering: .acquiring)
            el_shelf_drain(shelf)
            _ = el_shelf_deliver(shelf)
            if followers.count < 40, Bool.random(using: &random) {
                let subject = [nil, "x", "y"][Int.random(in: 0..<3, using: &random)]
                let types = Bool.random(using: &random) ? [] : ["a", "c"]
                let part = Part(shared.short, subject, from: Bool.random(using: &random) ? .now : .all)
                let reader = try Reader(
                    shared.core, [part], loop: loop, types: types,
                    room: Bool.random(using: &random) ? .max : Int.random(in: 0..<500, using: &random))
                followers.append(Follower(reader: reader, subject: subject, types: types))
            }
            for follower in followers where follower.reader.isBlocked && Int.random(in: 0..<8, using: &random) == 0 {
                follower.reader.room(Int.random(in: 1..<2000, using: &random))
            }
            if followers.count == 40 { followers.remove(at: Int.random(in: 0..<40, using: &random)).reader.leave() }
        }
        try finish(loop, followers, shared, total)
    }

    private static func finish(_ loop: Int, _ followers: [Follower], _ shared: Shared, _ total: Int) throws {
        followers.forEach { $0.reader.room(.max) }
        try shared.core.settle(loop)
        let everything = try Reader(shared.core, [Part(shared.kept, from: .all)], loop: loop)
        try shared.core.settle(loop)
        let truth = try everything.blocks()
        if truth.count != total { shared.note("loop \(loop): \(truth.count) of \(total) events") }
        followers.forEach { $0.reader.room(.max) }
        for follower in followers {
            try check(follower, truth, shared)
            follower.reader.leave()
        }
        everything.leave()
    }

    private static func check(_ follower: Follower, _ truth: [Block], _ shared: Shared) throws {
        let start = try Stream.blocks(follower.reader.bytes).first?.number ?? 0
        let due = truth.filter { block in
            let fields = block.data.split(separator: " ")
            return (block.number ?? 0) + 1 > start
                && (follower.types.isEmpty || follower.types.contains(String(fields[2])))
                && (follower.subject == nil || fields[3] == "-" || fields[3] == follower.subject ?? "")
        }
        let blocks = try follower.reader.blocks()
        let missed = blocks.filter { $0.event == "gap" }.compactMap { Int($0.missed) }.reduce(0, +)
        let came = blocks.filter { $0.event != "gap" }
        let numbers = blocks.compactMap(\.number)
        if !zip(numbers, numbers.dropFirst()).allSatisfy({ $0 <= $1 }) { shared.note("out of order") }
        if Set(came.map(\.data)).count != came.count { shared.note("twice") }
        if !Set(came.map(\.data)).isSubset(of: due.map(\.data)) { shared.note("not asked for") }
        if came.count + missed != due.count { shared.note("\(came.count) + \(missed) of \(due.count)") }
    }

    @Test("Closing a channel waits for the loops that run, and they go on")
    func close() async throws {
        let shared = try Shared(loops: 2)
        el_core_set_running(shared.core.core, true)
        for loop in 0..<2 {
            shared.thread {
                let reader = try Reader(shared.core, [Part(shared.short, "x")], loop: loop)
                while !reader.hasEnded {
                    try shared.core.settle(loop)
                    sched_yield()
                }
                while !shared.appended.load(ordering: .acquiring) {
                    try shared.core.settle(loop)
                    sched_yield()
                }
            }
        }
        shared.thread {
            var random = SeededGenerator(seed: 1)
            for number in 0..<200 { try Self.append(shared, 0, number, &random) }
            el_channel_close(shared.short)
            shared.appended.store(true, ordering: .releasing)
        }
        #expect(await eventually { shared.running.load(ordering: .acquiring) == 0 })
        el_core_set_running(shared.core.core, false)
        #expect(shared.problems.withLock { $0 } == [])
    }
}
