import CEventLoopInternals
import Testing

/// A wheel, some entries, and who was due when.
private final class Wheel {
    let wheel = UnsafeMutablePointer<el_wheel>.allocate(capacity: 1)
    let entries: UnsafeMutablePointer<el_wheel_entry>
    let count: Int
    var now: UInt64

    init(entries count: Int, now: UInt64 = 0) {
        self.count = count
        self.now = now
        entries = .allocate(capacity: count)
        entries.initialize(repeating: el_wheel_entry(), count: count)
        wheel.initialize(to: el_wheel())
        el_wheel_init(wheel)
    }

    deinit {
        entries.deallocate()
        wheel.deallocate()
    }

    func add(_ index: Int, due: UInt64) { el_wheel_add(wheel, entries + index, now, due) }
    func remove(_ index: Int) { el_wheel_remove(wheel, entries + index) }

    /// Turns to `time` in steps; the entries that came due, each with the step's time.
    func turn(to time: UInt64, step: UInt64 = 100) -> [(index: Int, time: UInt64)] {
        var due: [(Int, UInt64)] = []
        while now < time {
            now = min(now + step, time)
            let linked = (0..<count).filter { entries[$0].next != nil }
            el_wheel_turn(wheel, now) { _, _ in }
            due += linked.filter { entries[$0].next == nil }.map { ($0, now) }
        }
        return due
    }
}

@Suite("The timer wheel")
struct WheelTests {
    @Test(
        "An entry is due after its deadline, and within two ticks of it", arguments: [0, 1, 99, 100, 101, 7777, 50000])
    func due(after delay: UInt64) {
        for start in [0, 5, 1_000_000_007] as [UInt64] {
            let wheel = Wheel(entries: 1, now: start)
            wheel.add(0, due: start + delay)
            let due = wheel.turn(to: start + 60000)
            #expect(due.count == 1)
            #expect(due.allSatisfy { $0.time >= start + delay && $0.time <= start + delay + 200 })
        }
    }

    @Test("A deadline beyond the wheel comes due at its end, to be put back")
    func beyond() {
        let wheel = Wheel(entries: 1)
        wheel.add(0, due: 3_600_000)
        let due = wheel.turn(to: 60000)
        #expect(due.map(\.time) == [51100])
    }

    @Test("Adding again moves an entry nearer, never further; removing forgets it")
    func moves() {
        let wheel = Wheel(entries: 3)
        wheel.add(0, due: 5000)
        wheel.add(0, due: 1000)
        wheel.add(0, due: 9000)
        wheel.add(1, due: 1000)
        wheel.remove(1)
        wheel.remove(1)
        wheel.add(2, due: 2000)
        let due = wheel.turn(to: 60000)
        #expect(due.map(\.index) == [0, 2])
        #expect(due.map(\.time) == [1100, 2100])
    }

    @Test("After a pause longer than a round everything overdue comes at once")
    func pause() {
        let wheel = Wheel(entries: 512)
        for index in 0..<512 { wheel.add(index, due: UInt64(index) * 99) }
        #expect(wheel.turn(to: 200_000, step: 200_000).count == 512)
    }
}
