import CEventLoop
import CEventLoopInternals
import Testing

@Suite("A slow reader gets every byte in its place, and costs little")
struct SlowReaderTests {
    @Test("However its bytes are cut, the stream is the same", arguments: [true, false], [true, false])
    func everyCut(chunked: Bool, envelope: Bool) throws {
        for step in 1...140 {
            let core = try TestCore()
            let channel = try core.channel()
            for number in 1...4 { try core.append(channel, "e\(number)\nmore", event: "x", meta: "m\(number)") }
            let part = [Part(channel, from: .all)]
            let expected = try Reader(core, part, envelope: envelope, chunked: chunked)
            let slow = try Reader(core, part, envelope: envelope, chunked: chunked, room: step)
            var turns = 0
            while slow.isBlocked, turns < 2000 {
                slow.room(step)
                try core.settle()
                turns += 1
            }
            #expect(slow.bytes == expected.bytes)
            #expect(!slow.bytes.isEmpty && !slow.isBlocked)
        }
    }

    @Test("Random amounts at random moments, while events come: the stream of a fast reader, or a gap that adds up")
    func random() throws {
        var random = SeededGenerator(seed: 7)
        for round in 0..<150 {
            let core = try TestCore()
            let channel = try core.channel(keep: round % 3 == 0 ? 1000 : 6, latest: round % 5 == 0 ? 4 : 0)
            let fast = try Reader(core, channel)  // but a burst may be longer than what is kept
            let slow = try Reader(core, [Part(channel)], types: round % 2 == 0 ? [] : ["a", "b"])
            slow.sink.pointee.room = 0
            var due: [String] = []
            for number in 1...120 {
                let type = ["a", "b", "c"].randomElement(using: &random) ?? "a"
                let subject = "s\(Int.random(in: 0..<6, using: &random))"
                try core.append(channel, "\(type)\(number)", subject: subject, type: type)
                due.append("\(type)\(number)")
                if Bool.random(using: &random) { try core.settle() }
                if slow.isBlocked, Int.random(in: 0..<4, using: &random) == 0 {
                    slow.room(Int.random(in: 1..<400, using: &random))
                }
            }
            slow.room(.max)
            try core.settle()
            try check(fast, against: due)
            try check(slow, against: due.filter { round % 2 == 0 || !$0.hasPrefix("c") })
        }
    }

    /// What came is in order; what did not come is counted by the gaps, exactly.
    private func check(_ reader: Reader, against due: [String]) throws {
        let came = try reader.seen()
        let missed = came.filter { $0.hasPrefix("gap") }.compactMap { Int($0.dropFirst(4)) }.reduce(0, +)
        let events = came.filter { !$0.hasPrefix("gap") }
        let numbers = events.compactMap { Int($0.dropFirst()) }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Set(events).isSubset(of: due))
        #expect(events.count + missed == due.count)
        #expect(events.last == due.last)
    }

    @Test("A batch is at most a slice, and one that is larger than a slice goes alone")
    func slices() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let big = String(repeating: "x", count: 300_000)
        try core.append(channel, big)
        for number in 1...6 { try core.append(channel, "\(number)" + String(repeating: "y", count: 99_999)) }
        let reader = try Reader(core, channel, from: .all)
        #expect(try reader.seen() == [big])
        #expect(el_shelf_deliver(try core.shelf()))
        try core.settle()
        #expect(try reader.blocks().count == 7)
        #expect(reader.sink.pointee.offers == 4)
    }

    @Test("Events that only slow readers hold are counted, and over the limit the longest-blocked is cut off")
    func pinned() throws {
        let core = try TestCore(pinnedLimit: 2500)
        let channel = try core.channel(keep: 1)
        var readers: [Reader] = []
        for number in 1...3 {
            let reader = try Reader(core, channel)
            reader.sink.pointee.room = 10
            readers.append(reader)
            try core.append(channel, "\(number)" + String(repeating: "x", count: 999))
            try core.settle()
        }
        try core.append(channel, "last")
        try core.settle()
        #expect(readers.map(\.wasDropped) == [true, false, false])
        #expect(readers[0].sink.pointee.reason == EL_DROP_PINNED)
        let counters = try core.counters()
        #expect(counters.unpinned == 1 && counters.pinned_bytes <= 2500 && counters.pinned_bytes > 0)
        #expect(counters.blocked == 2 && counters.subscribers == 2)
        readers.forEach { $0.leave() }
        #expect(try core.counters().pinned_bytes == 0)
    }

    @Test("A heartbeat goes to who is idle, not into the middle of an event, and its rest is not lost")
    func heartbeat() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let (idle, blocked) = (try Reader(core, channel), try Reader(core, channel))
        blocked.sink.pointee.room = 7
        let beating = try #require(blocked.subscriber)
        let resting = try #require(idle.subscriber)
        el_subscriber_beat(resting)
        el_subscriber_beat(beating)
        el_subscriber_beat(beating)
        try core.append(channel, "e1")
        try core.settle()
        blocked.room(.max)
        for reader in [idle, blocked] {
            #expect(try reader.blocks().map(\.comment) == ["heartbeat", ""])
            #expect(try reader.blocks().map(\.data) == ["", "e1"])
        }
        #expect(try core.counters().heartbeats == 2)
    }

    @Test(
        "An envelope has the same id and event, and as its data what was rendered; what renders to nothing is left out")
    func envelope() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let reader = try Reader(core, [Part(channel)], envelope: true)
        try core.append(channel, "e1", type: "x", event: "named", meta: "one")
        try core.append(channel, "e2", meta: "hidden")
        try core.append(channel, "e3", type: "y", meta: "three")
        try core.settle()
        #expect(
            try reader.blocks() == [
                Block(id: position(1), event: "named", data: #"{"type":"x","meta":"one"}"#),
                Block(id: position(3), data: #"{"type":"y","meta":"three"}"#),
            ])
    }
}

/// Repeatable randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
