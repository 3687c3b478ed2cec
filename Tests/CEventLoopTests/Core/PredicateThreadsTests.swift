import CEventLoop
import CEventLoopInternals
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("With many threads, predicates come and go")
struct PredicateThreadsTests {
    /// The predicates that are alive, and everything that the threads share.
    ///
    /// `@unchecked` because `core` is used from several: appends and predicates are for any thread, and each shelf, and every
    /// reader of it, is used by the one thread that has its index.
    private final class Shared: @unchecked Sendable {
        let core: TestCore
        let channel: OpaquePointer
        let writing: Atomic<Int>
        let running = Atomic<Int>(0)
        let stale = Atomic<Int>(0)
        let problems = Mutex<[String]>([])
        let alive = Mutex<(set: [Weakly], version: UInt64)>(([], 0))

        init(loops: Int, writers: Int) throws {
            core = try TestCore(loops: loops, mailboxEvents: 64)
            channel = try core.channel(keep: 1_000_000, bytes: 1 << 30)
            writing = Atomic(writers)
        }

        var isWritten: Bool { writing.load(ordering: .acquiring) == 0 }

        func thread(_ body: @escaping @Sendable () throws -> Void) {
            running.add(1, ordering: .relaxed)
            let thread = Thread { [self] in
                do { try body() } catch { problems.withLock { $0.append("\(error)") } }
                running.subtract(1, ordering: .releasing)
            }
            thread.start()
        }

        /// As who evaluates has it: a new one is in the set before anybody can know its version.
        func predicate(_ prefix: String) throws -> TestPredicate {
            try alive.withLock { alive in
                let made = try TestPredicate(core, channel, prefix)
                alive.set = alive.set.filter { $0.predicate != nil } + [Weakly(predicate: made)]
                alive.version = made.version
                return made
            }
        }

        /// Any that is alive.
        var some: TestPredicate? { alive.withLock { $0.set.lazy.compactMap(\.predicate).last } }

        /// What an event is evaluated with: no references, by which a slow writer would keep slots from others.
        private var evaluated: (set: [(slot: UInt32, prefix: String)], version: UInt64) {
            alive.withLock { alive in
                (alive.set.compactMap { $0.predicate.map { ($0.slot, $0.prefix) } }, alive.version)
            }
        }

        func append(_ data: String) throws {
            let frame = try makeFrame(data)
            while true {
                let (set, version) = evaluated
                let truths = set.reduce(UInt64(0)) { $0 | (data.hasPrefix($1.prefix) ? 1 << UInt64($1.slot) : 0) }
                sched_yield()
                var item = el_appendix(channel: channel, frame: frame, truths: truths, version: version)
                let result = el_core_append(core.core, &item, 1)
                if result == EL_APPENDED { return }
                if result == EL_APPENDED_FULL { break }
                stale.add(1, ordering: .relaxed)
            }
            while !el_core_has_room(core.core) { sched_yield() }
        }
    }

    /// It lives as long as somebody follows with it, or evaluates it just now.
    private struct Weakly {
        weak var predicate: TestPredicate?
    }

    private struct Follower {
        let reader: Reader
        let predicate: TestPredicate
    }

    private static let letters = ["a", "b", "c", "d"]

    @Test(
        "Every stream gets exactly the events for which its own is true, history and live, whoever had its slot before")
    func model() async throws {
        let (loops, writers, events) = (3, 3, 400)
        let shared = try Shared(loops: loops, writers: writers)
        for writer in 0..<writers {
            shared.thread {
                defer { shared.writing.subtract(1, ordering: .releasing) }
                for number in 0..<events { try shared.append("\(Self.letters[number % 4])-\(writer)-\(number)") }
            }
        }
        for loop in 0..<loops { shared.thread { try Self.run(loop, shared) } }
        #expect(await eventually { shared.running.load(ordering: .acquiring) == 0 })
        #expect(shared.problems.withLock { $0 } == [])
        #expect(shared.stale.load(ordering: .relaxed) > 0, "no predicate came between an evaluation and its append")
    }

    /// One loop's life: readers come, each with a predicate of its own or of another loop's making, and go.
    private static func run(_ loop: Int, _ shared: Shared) throws {
        var random = SeededGenerator(seed: UInt64(loop))
        let shelf = try shared.core.shelf(loop)
        var followers: [Follower] = []
        while !shared.isWritten {
            el_shelf_drain(shelf)
            _ = el_shelf_deliver(shelf)
            let borrowed = Bool.random(using: &random) ? shared.some : nil
            let predicate = try borrowed ?? shared.predicate(letters.randomElement(using: &random) ?? "a")
            var after: UInt64 = 0
            while predicate.step(loop, &after) {
                el_shelf_drain(shelf)
                _ = el_shelf_deliver(shelf)
            }
            let start = Bool.random(using: &random) ? Start.all : .now
            let reader = try Reader(
                shared.core, [Part(shared.channel, from: start)], loop: loop, predicates: [predicate.pointer])
            followers.append(Follower(reader: reader, predicate: predicate))
            if followers.count > 10 {
                let gone = followers.remove(at: Int.random(in: 0..<10, using: &random))
                try check(gone, loop, shared)
            }
        }
        for follower in followers { try check(follower, loop, shared) }
    }

    /// Against what a reader without a predicate is sent at the same moment.
    private static func check(_ follower: Follower, _ loop: Int, _ shared: Shared) throws {
        try shared.core.settle(loop)
        let truth = try Reader(shared.core, [Part(shared.channel, from: .all)], loop: loop)
        // Joining has emptied the mailbox once more, and a long history comes in several turns.
        while el_shelf_deliver(try shared.core.shelf(loop)) {}
        let start = try Stream.blocks(follower.reader.bytes).first?.number ?? 0
        let due = try truth.blocks().filter { block in
            (block.number ?? 0) > start && follower.predicate.isTrue(of: block.data)
        }
        let came = try follower.reader.blocks()
        if came != due {
            shared.problems.withLock { $0.append("\(follower.predicate.prefix): \(came.count) of \(due.count)") }
        }
        truth.leave()
        follower.reader.leave()
    }
}
