import CEventLoop
import CEventLoopInternals
import Testing

@Suite("A gap is told, once, where something is gone")
struct GapTests {
    @Test("On resume: null, with the place right before the next event, so that it is told once")
    func resume() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 3)
        for number in 1...10 { try core.append(channel, "e\(number)") }
        let reader = try Reader(core, channel, from: .number(2))
        #expect(try reader.seen() == ["gap null", "e8", "e9", "e10"])
        let gap = try #require(try reader.blocks().first)
        #expect(gap.number == 7)
        #expect(try Reader(core, channel, from: .position(gap.id)).seen() == ["e8", "e9", "e10"])
        #expect(try core.counters().gaps == 1)
    }

    @Test("An eviction that was not of the followed subject is none")
    func otherSubject() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 3)
        try core.append(channel, "a1", subject: "a")
        let live = try Reader(core, channel, "a", from: .all)
        for number in 2...9 { try core.append(channel, "b\(number)", subject: "b") }
        try core.append(channel, "a10", subject: "a")
        try core.settle()
        #expect(try live.seen() == ["a1", "a10"])
        #expect(try Reader(core, channel, "a", from: .number(1)).seen() == ["a10"])
        #expect(try Reader(core, channel, "a", from: .number(0)).seen() == ["gap null", "a10"])
    }

    @Test("A subject whose list was given up is told of a gap rather than not")
    func givenUp() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 2)
        try core.append(channel, "a1", subject: "a")
        for number in 2...5 { try core.append(channel, "b\(number)", subject: "b") }
        #expect(try Reader(core, channel, "a", from: .number(0)).seen() == ["gap null"])
        #expect(try Reader(core, channel, "a", from: .number(1)).seen() == [])
    }

    @Test(
        "Bytes that are no position of this run are a gap, and everything kept",
        arguments: ["abcdefgh-000000000063", "zzzzzzzz-000000000001", "abcdefgh-gap", "", "7", "abcdefgh-00000000000A"])
    func foreign(given: String) throws {
        let core = try TestCore()
        let channel = try core.channel()
        for number in 1...3 { try core.append(channel, "e\(number)") }
        let reader = try Reader(core, channel, from: .position(given))
        #expect(try reader.seen() == ["gap null", "e1", "e2", "e3"])
        // Torn before it saw the gap, it comes back with what the first block said, and is told again.
        let first = try #require(try Stream.blocks(reader.bytes).first)
        #expect(try Reader(core, channel, from: .position(first.id)).seen().first == "gap null")
    }

    @Test("A reader that lagged is told exactly how many it missed")
    func lagged() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 5)
        let slow = try Reader(core, channel)
        slow.sink.pointee.room = 0
        for number in 1...30 {
            try core.append(channel, "e\(number)")
            try core.settle()
        }
        slow.room(.max)
        #expect(try slow.seen() == ["gap 25"] + (26...30).map { "e\($0)" })
        #expect(try slow.blocks().first?.number == 25)
        #expect(try core.counters().missed == 25)
    }

    @Test("A burst that is longer than what is kept is a gap for live readers too, exactly")
    func burst() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 5)
        let whole = try Reader(core, channel)
        let subject = try Reader(core, channel, "a")
        let even = try Reader(core, [Part(channel)], types: ["even"])
        for number in 1...30 {
            try core.append(
                channel, "e\(number)", subject: number % 3 == 0 ? "a" : "b", type: number % 2 == 0 ? "even" : "odd")
        }
        try core.settle()
        #expect(try whole.seen() == ["gap 25"] + (26...30).map { "e\($0)" })
        #expect(try subject.seen() == ["gap 8", "e27", "e30"])
        #expect(try even.seen() == ["gap 12", "e26", "e28", "e30"])
    }

    @Test("A burst in the middle of a round is told exactly to those who had their turn, and to those who had not")
    func burstWithinRound() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 3)
        let readers = try (0..<200).map { number in try Reader(core, channel, number % 2 == 0 ? nil : "a") }
        try core.append(channel, "e1", subject: "a")
        el_shelf_drain(try core.shelf())
        #expect(el_shelf_deliver(try core.shelf()), "one turn is not the whole round")
        for number in 2...11 { try core.append(channel, "e\(number)", subject: "a") }
        try core.settle()
        let seen = try readers.map { try $0.seen() }
        #expect(seen.contains(["e1", "gap 7", "e9", "e10", "e11"]))
        #expect(seen.contains(["gap 8", "e9", "e10", "e11"]))
        #expect(Set(seen).count == 2)
    }

    @Test("Only events that pass the subscriber's types count as missed")
    func laggedWithTypes() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 4)
        let slow = try Reader(core, [Part(channel, "a")], types: ["x", "y"])
        slow.sink.pointee.room = 0
        for number in 1...40 {
            let subject = number % 4 == 0 ? nil : number % 2 == 0 ? "a" : "b"
            try core.append(channel, "e\(number)", subject: subject, type: ["x", "n", "y", "z"][(number / 2) % 4])
            try core.settle()
        }
        slow.room(.max)
        let due = (1...40).filter { $0 % 2 == 0 && [0, 2].contains(($0 / 2) % 4) }
        let kept = due.filter { $0 > 36 }
        #expect(try slow.seen() == ["gap \(due.count - kept.count)"] + kept.map { "e\($0)" })
    }

    @Test("What is still there as the last of its subject was not missed")
    func laggedWithLatest() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 3, latest: 100)
        let slow = try Reader(core, channel)
        slow.sink.pointee.room = 0
        for number in 1...20 {
            try core.append(channel, "e\(number)", subject: "s\(number % 5)")
            try core.settle()
        }
        // Kept: 18 to 20, and the last of the two other subjects, 16 and 17.
        slow.room(.max)
        #expect(try slow.seen() == ["gap 15"] + (16...20).map { "e\($0)" })
    }

    @Test("A gap comes after the event that was under way, never inside it")
    func middle() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 2)
        let slow = try Reader(core, channel)
        slow.sink.pointee.room = 10
        for number in 1...10 {
            try core.append(channel, "e\(number)")
            try core.settle()
        }
        #expect(slow.isBlocked)
        #expect(try core.counters().pinned_bytes > 0)
        slow.room(.max)
        try core.settle()
        #expect(try slow.seen() == ["e1", "gap 7", "e9", "e10"])
        #expect(try core.counters().pinned_bytes == 0)
    }
}
