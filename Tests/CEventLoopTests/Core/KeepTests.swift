import CEventLoop
import CEventLoopInternals
import Testing

@Suite("What a channel keeps")
struct KeepTests {
    private func kept(_ core: TestCore, _ channel: OpaquePointer) throws -> [String] {
        try Reader(core, channel, from: .all).seen()
    }

    @Test("By number of events: the oldest go")
    func events() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 3)
        for number in 1...10 { try core.append(channel, "e\(number)", subject: "s\(number % 2)") }
        #expect(try kept(core, channel) == ["e8", "e9", "e10"])
        #expect(try Reader(core, channel, "s1", from: .all).seen() == ["e9"])
        var counters = el_channel_counters()
        el_channel_read_counters(channel, &counters)
        #expect(counters.kept_events == 3 && counters.appended == 10 && counters.kept_subjects == 2)
    }

    @Test("By bytes: the oldest go, but the newest stays whatever its size")
    func bytes() throws {
        let core = try TestCore()
        let channel = try core.channel(bytes: 2000)
        let text = String(repeating: "x", count: 500)
        for number in 1...10 { try core.append(channel, "\(number)\(text)") }
        try core.settle()
        var counters = el_channel_counters()
        el_channel_read_counters(channel, &counters)
        #expect(counters.kept_bytes <= 2000 && counters.kept_events == 2)
        try core.append(channel, String(repeating: "y", count: 5000))
        #expect(try kept(core, channel) == [String(repeating: "y", count: 5000)])
    }

    @Test("By age: what is older goes, without an append")
    func age() throws {
        let core = try TestCore()
        let channel = try core.channel(milliseconds: 1000)
        let frame = try makeFrame("e1")
        var item = el_appendix(channel: channel, frame: frame, truths: 0, version: 0)
        el_core_append(core.core, &item, 1)
        let time = el_frame_time(frame)
        let shelf = try core.shelf()
        #expect(el_shelf_expire(shelf, time + 1000))
        let early = try Reader(core, [Part(channel, from: .all)], now: time + 1000)
        #expect(try early.seen() == ["e1"])
        #expect(!el_shelf_expire(shelf, time + 1001))
        #expect(try Reader(core, [Part(channel, from: .all)], now: time + 1001).seen() == [])
        let resumed = try Reader(core, [Part(channel, from: .number(0))], now: time + 1001)
        #expect(try resumed.seen() == ["gap null"])
        #expect(try Stream.blocks(resumed.bytes).map(\.number) == [0, 1])
    }

    @Test("Nothing: newcomers get nothing, who resumes from before the last event is told of a gap, live ones get all")
    func nothing() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 0)
        let live = try Reader(core, channel)
        for number in 1...5 { try core.append(channel, "e\(number)") }
        try core.settle()
        #expect(try live.seen() == (1...5).map { "e\($0)" })
        #expect(try kept(core, channel) == [])
        #expect(try Reader(core, channel, from: .last(3)).seen() == [])
        #expect(try Reader(core, channel, from: .latest).seen() == [])
        #expect(try Reader(core, channel, from: .number(5)).seen() == [])
        let resumed = try Reader(core, channel, from: .number(4))
        try core.append(channel, "e6")
        try core.settle()
        #expect(try resumed.seen() == ["gap null", "e6"])
    }

    @Test("A slow reader of a channel that keeps nothing may lag by its bytes")
    func nothingButLag() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 0)
        let slow = try Reader(core, channel)
        slow.sink.pointee.room = 0
        for number in 1...50 {
            try core.append(channel, "e\(number)")
            try core.settle()
        }
        slow.room(.max)
        #expect(try slow.seen() == (1...50).map { "e\($0)" })
    }

    @Test("The last event of each subject stays beyond the bounds, in order, until a newer one comes")
    func latest() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 2, latest: 10)
        for (data, subject) in [
            ("a1", "a"), ("b2", "b"), ("b3", "b"), ("-4", nil), ("c5", "c"), ("c6", "c"), ("c7", "c"),
        ] {
            try core.append(channel, data, subject: subject)
        }
        #expect(try Reader(core, channel, from: .latest).seen() == ["a1", "b3", "-4", "c7"])
        #expect(try kept(core, channel) == ["a1", "b3", "-4", "c6", "c7"])
        #expect(try Reader(core, channel, "b", from: .all).seen() == ["b3", "-4"])
        // b2 is really gone; of what lies after it, only c5.
        #expect(try Reader(core, channel, "b", from: .number(2)).seen() == ["b3", "-4"])
        #expect(try Reader(core, channel, "a", from: .number(1)).seen() == ["-4"])
        #expect(try Reader(core, channel, from: .number(4)).seen() == ["gap null", "c6", "c7"])
        try core.append(channel, "a8", subject: "a")
        #expect(try Reader(core, channel, from: .latest).seen() == ["b3", "-4", "c7", "a8"])
    }

    @Test("For so many subjects only, the least recently written out first")
    func latestBound() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 1, latest: 3)
        for number in 1...100 { try core.append(channel, "e\(number)", subject: "s\(number % 10)") }
        #expect(try Reader(core, channel, from: .latest).seen() == ["e97", "e98", "e99", "e100"])
        var counters = el_channel_counters()
        el_channel_read_counters(channel, &counters)
        #expect(counters.kept_events == 4 && counters.kept_subjects == 4)
    }

    @Test("A channel that keeps nothing but the latest gives those, and a gap only where others are gone")
    func nothingButLatest() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 0, latest: 10)
        for (data, subject) in [("a1", "a"), ("b2", "b"), ("a3", "a"), ("a4", "a")] {
            try core.append(channel, data, subject: subject)
        }
        #expect(try Reader(core, channel, from: .latest).seen() == ["b2", "a4"])
        #expect(try Reader(core, channel, from: .number(3)).seen() == ["a4"])
        #expect(try Reader(core, channel, "b", from: .number(1)).seen() == ["b2"])
        #expect(try Reader(core, channel, from: .number(1)).seen() == ["gap null", "b2", "a4"])
    }
}
