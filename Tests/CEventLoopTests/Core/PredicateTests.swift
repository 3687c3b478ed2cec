import CEventLoop
import CEventLoopInternals
import Testing

/// Conditions that subscribers share, one bit a frame. Here the condition is always "the data begins with this letter".
struct PredicateTests {
    @Test("A stream gets the frames for which its predicate is true, and is not written to for the others")
    func follows() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let odd = try TestPredicate(core, channel, "o")
        odd.prepare()
        let reader = try Reader(core, [Part(channel)], predicates: [odd.pointer])
        let all = try Reader(core, channel)
        try core.append(channel, [odd], "o1", "e2", "o3")
        try core.settle()
        #expect(try reader.seen() == ["o1", "o3"] && all.seen() == ["o1", "e2", "o3"])
        let offers = reader.sink.pointee.offers
        try core.append(channel, [odd], "e4")
        try core.settle()
        #expect(reader.sink.pointee.offers == offers)
    }

    @Test("What was kept before is for a stream once it has been evaluated, and not before")
    func history() throws {
        let core = try TestCore()
        let channel = try core.channel()
        for number in 1...600 { try core.append(channel, "\(number % 2 == 0 ? "e" : "o")\(number)") }
        let odd = try TestPredicate(core, channel, "o")
        let early = try Reader(core, [Part(channel, from: .all)], predicates: [odd.pointer])
        #expect(early.result == EL_UNREADY && early.subscriber == nil)
        #expect(odd.prepare() > 1)
        for (start, count) in [(Start.all, 300), (.last(3), 3), (.number(591), 4), (.now, 0)] {
            let reader = try Reader(core, [Part(channel, from: start)], predicates: [odd.pointer])
            try core.settle()
            #expect(try reader.seen().count == count)
            #expect(try reader.seen().allSatisfy { $0.hasPrefix("o") })
        }
    }

    @Test("The last of each subject that is kept beyond the rest is evaluated, too")
    func pinned() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 2, latest: 10)
        for number in 1...6 {
            try core.append(channel, "\(number % 2 == 0 ? "e" : "o")\(number)", subject: "\(number)")
        }
        let odd = try TestPredicate(core, channel, "o")
        odd.prepare()
        let reader = try Reader(core, [Part(channel, from: .latest)], predicates: [odd.pointer])
        try core.settle()
        #expect(try reader.seen() == ["o1", "o3", "o5"])
    }

    @Test("An append that was evaluated without the latest predicate is refused, and comes again")
    func stale() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let frame = try makeFrame("o1")
        var item = el_appendix(channel: channel, frame: frame, truths: 0, version: 0)
        let odd = try TestPredicate(core, channel, "o")
        #expect(el_core_append(core.core, &item, 1) == EL_STALE)
        item.truths = 1 << UInt64(odd.slot)
        item.version = odd.version
        #expect(el_core_append(core.core, &item, 1) == EL_APPENDED)
        odd.prepare()
        let reader = try Reader(core, [Part(channel, from: .all)], predicates: [odd.pointer])
        #expect(try reader.seen() == ["o1"])
    }

    @Test("A slot that is given away again shows nothing of its last owner")
    func reuse() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let slot: UInt32
        do {
            let odd = try TestPredicate(core, channel, "o")
            slot = odd.slot
            odd.prepare()
            try core.append(channel, [odd], "o1", "e2", "o3")
            try core.settle()
        }
        let even = try TestPredicate(core, channel, "e")
        #expect(even.slot == slot)
        #expect(try Reader(core, [Part(channel, from: .all)], predicates: [even.pointer]).result == EL_UNREADY)
        even.prepare()
        let reader = try Reader(core, [Part(channel, from: .all)], predicates: [even.pointer])
        #expect(try reader.seen() == ["e2"])
    }

    @Test("A channel has 64 of them, and one more when one has gone")
    func limit() throws {
        let core = try TestCore()
        let channel = try core.channel()
        var predicates = try (0..<64).map { try TestPredicate(core, channel, "\($0)") }
        #expect(Set(predicates.map(\.slot)).count == 64)
        #expect(throws: TestPredicate.NoSlot.self) { try TestPredicate(core, channel, "o") }
        #expect(try TestPredicate(core, core.channel(), "o").slot == 0)
        let slot = predicates.removeLast().slot
        #expect(try TestPredicate(core, channel, "o").slot == slot)
    }

    @Test("Streams of several channels have a predicate in each, and types as well")
    func several() throws {
        let core = try TestCore()
        let (one, other) = (try core.channel(), try core.channel())
        let (odd, high) = (try TestPredicate(core, one, "o"), try TestPredicate(core, other, "h"))
        for predicate in [odd, high] { predicate.prepare() }
        let reader = try Reader(
            core, [Part(one), Part(other)], types: ["t"], predicates: [odd.pointer, high.pointer])
        try core.append(one, [odd], "o1", "e2")
        try core.append(other, [high], "h3", "o4")
        try core.append(one, [odd], type: "u", "o5")
        try core.settle()
        #expect(try reader.seen() == ["o1", "h3"])
    }

    @Test("Streams that share a predicate share what is laid out; those of another get their own")
    func batches() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let (odd, even) = (try TestPredicate(core, channel, "o"), try TestPredicate(core, channel, "e"))
        for predicate in [odd, even] { predicate.prepare() }
        let readers = try (0..<6).map {
            try Reader(core, [Part(channel)], predicates: [$0 % 2 == 0 ? odd.pointer : even.pointer])
        }
        try core.append(channel, [odd, even], "o1", "e2", "o3", "e4")
        try core.settle()
        for (index, reader) in readers.enumerated() {
            #expect(try reader.seen() == (index % 2 == 0 ? ["o1", "o3"] : ["e2", "e4"]))
        }
    }

    @Test("A lagging stream misses what was for it, and only that is counted")
    func gap() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 4)
        let odd = try TestPredicate(core, channel, "o")
        odd.prepare()
        let reader = try Reader(core, [Part(channel)], predicates: [odd.pointer], room: 60)
        for number in 1...20 { try core.append(channel, [odd], "\(number % 2 == 0 ? "e" : "o")\(number)") }
        try core.settle()
        for number in 21...40 { try core.append(channel, [odd], "\(number % 2 == 0 ? "e" : "o")\(number)") }
        try core.settle()
        reader.room(.max)
        try core.settle()
        let seen = try reader.seen()
        let missed = seen.compactMap { $0.hasPrefix("gap ") ? Int($0.dropFirst(4)) : nil }.reduce(0, +)
        #expect(seen.count { !$0.hasPrefix("gap") } + missed == 20)
    }

    @Test("The end of a subject ends the stream though its event was filtered out, and the position is told")
    func end() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let odd = try TestPredicate(core, channel, "o")
        odd.prepare()
        let reader = try Reader(core, [Part(channel, "a")], predicates: [odd.pointer])
        let frame = try makeFrame("e1", subject: "a", ends: true)
        var item = el_appendix(channel: channel, frame: frame, truths: 0, version: odd.version)
        el_core_append(core.core, &item, 1)
        try core.settle()
        #expect(try reader.hasEnded && reader.blocks().map(\.number) == [1])
    }

    @Test("Ending a predicate ends its streams, with a word why, and nobody else's")
    func ended() throws {
        let core = try TestCore(loops: 2)
        let channel = try core.channel()
        let (odd, even) = (try TestPredicate(core, channel, "o"), try TestPredicate(core, channel, "e"))
        for loop in 0..<2 { for predicate in [odd, even] { predicate.prepare(loop) } }
        let here = try Reader(core, [Part(channel)], predicates: [odd.pointer])
        let there = try Reader(core, [Part(channel, "s")], loop: 1, predicates: [odd.pointer], chunked: false)
        let other = try Reader(core, [Part(channel)], predicates: [even.pointer])
        try core.append(channel, [odd, even], "o1")
        for loop in 0..<2 { try core.settle(loop) }
        let wakes = core_events_wakes(core.seen)
        el_predicate_end(odd.pointer)
        #expect(core_events_wakes(core.seen) > wakes)
        for loop in 0..<2 { try core.settle(loop) }
        for reader in [here, there] {
            let blocks = try reader.blocks()
            #expect(reader.hasEnded && blocks.map(\.data) == ["o1", ""])
            #expect(blocks.last?.comment.hasPrefix("ended: ") == true && blocks.last?.retry == "30000")
        }
        #expect(!other.hasEnded)
        #expect(try Reader(core, [Part(channel)], predicates: [odd.pointer]).result == EL_UNREADY)
    }

    @Test("A channel can be closed while its predicates are still held")
    func close() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let odd = try TestPredicate(core, channel, "o")
        odd.prepare()
        let slow = try Reader(core, [Part(channel)], predicates: [odd.pointer], room: 40)
        try core.append(channel, [odd], "o1", "o2")
        try core.settle()
        el_channel_close(channel)
        #expect(slow.isBlocked)
        #expect(odd.prepare() == 0)
        slow.room(.max)
        #expect(slow.hasEnded)
    }
}
