import CEventLoop
import CEventLoopInternals
import Testing

@Suite("A subject ends, and with it the streams that follow it alone")
struct EndTests {
    @Test("The end goes out, then the stream closes; whole-channel streams go on")
    func end() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let (mine, other, whole) = (
            try Reader(core, channel, "a"), try Reader(core, channel, "b"), try Reader(core, channel)
        )
        try core.append(channel, "a1", subject: "a")
        try core.append(channel, "a2", subject: "a", ends: true)
        try core.append(channel, "a3", subject: "a")
        try core.settle()
        #expect(try mine.seen() == ["a1", "a2"] && mine.hasEnded)
        #expect(try whole.seen() == ["a1", "a2", "a3"] && !whole.hasEnded && !other.hasEnded)
    }

    @Test(
        "Who comes with a position at or after the end is told that there is nothing more, others get the rest and the end"
    )
    func late() throws {
        let core = try TestCore()
        let channel = try core.channel()
        try core.append(channel, "a1", subject: "a")
        try core.append(channel, "a2", subject: "a", ends: true)
        try core.append(channel, "b3", subject: "b")
        #expect(try Reader(core, channel, "a", from: .number(2)).result == EL_ENDED)
        #expect(try Reader(core, channel, "a", from: .number(3)).result == EL_ENDED)
        let rest = try Reader(core, channel, "a", from: .number(1))
        #expect(try rest.seen() == ["a2"] && rest.hasEnded)
        let newcomer = try Reader(core, channel, "a", from: .now)
        #expect(try newcomer.seen() == [] && newcomer.hasEnded && newcomer.result == EL_SUBSCRIBED)
        #expect(try !Reader(core, channel, "b", from: .all).hasEnded)
    }

    @Test("A stream whose filter keeps the end back is told its position all the same, so that it is not let in again")
    func filtered() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let live = try Reader(core, [Part(channel, "a")], types: ["other"])
        let both = try Reader(core, [Part(channel, "a")], types: ["t"])
        let narrow = try Reader(core, [Part(channel, "a")], types: ["other"], room: 60)
        try core.append(channel, "a1", subject: "a", ends: true)
        try core.settle()
        #expect(try live.hasEnded && live.blocks().map(\.number) == [1] && live.seen() == [""])
        #expect(try both.hasEnded && both.blocks().map(\.number) == [1] && both.seen() == ["a1"])
        narrow.room(.max)
        #expect(try narrow.hasEnded && narrow.blocks().last?.number == 1)
        let late = try Reader(core, [Part(channel, "a", from: .number(0))], types: ["other"])
        #expect(try late.hasEnded && late.blocks().map(\.number) == [1])
        #expect(try Reader(core, [Part(channel, "a", from: .number(1))], types: ["other"]).result == EL_ENDED)
    }

    @Test("A later event opens the subject again")
    func reopened() throws {
        let core = try TestCore()
        let channel = try core.channel()
        try core.append(channel, "a1", subject: "a", ends: true)
        try core.append(channel, "a2", subject: "a")
        let reader = try Reader(core, channel, "a", from: .number(1))
        #expect(try reader.seen() == ["a2"] && !reader.hasEnded)
        let all = try Reader(core, channel, "a", from: .all)
        try core.settle()
        #expect(try all.seen() == ["a1", "a2"] && !all.hasEnded)
    }

    @Test("A stream of several subjects ends with the last of them")
    func several() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let reader = try Reader(core, [Part(channel, "a"), Part(channel, "b")])
        try core.append(channel, "a1", subject: "a", ends: true)
        try core.settle()
        #expect(!reader.hasEnded)
        try core.append(channel, "a2", subject: "a")
        try core.append(channel, "b3", subject: "b", ends: true)
        try core.settle()
        #expect(!reader.hasEnded)
        try core.append(channel, "a4", subject: "a", ends: true)
        try core.append(channel, "-5")
        try core.settle()
        #expect(try reader.hasEnded && reader.seen() == ["a1", "a2", "b3", "a4"])
    }

    @Test("An event without a subject ends every stream of the channel")
    func everyone() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let (subject, whole) = (try Reader(core, channel, "a"), try Reader(core, channel))
        let types = try Reader(core, [Part(channel)], types: ["none"])
        try core.append(channel, "-1", ends: true)
        try core.settle()
        #expect(try subject.hasEnded && whole.hasEnded && whole.seen() == ["-1"])
        #expect(try types.hasEnded && types.seen() == [""])
        #expect(try Reader(core, channel, from: .number(1)).result == EL_ENDED)
        #expect(try Reader(core, channel, from: .all).hasEnded)
        try core.append(channel, "b2", subject: "b")
        #expect(try !Reader(core, channel, from: .all).hasEnded)
    }

    @Test("Ended subjects are remembered beyond what is kept, so many of them")
    func remembered() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 1, ended: 3)
        for number in 1...10 { try core.append(channel, "e\(number)", subject: "s\(number)", ends: true) }
        try core.append(channel, "last")
        for number in 8...10 {
            #expect(try Reader(core, channel, "s\(number)", from: .number(11)).result == EL_ENDED)
        }
        #expect(try Reader(core, channel, "s7", from: .number(11)).result == EL_SUBSCRIBED)
    }

    @Test("An end that is taken in part is finished before the stream closes")
    func partly() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let reader = try Reader(core, channel, "a")
        reader.sink.pointee.room = 20
        try core.append(channel, "a1", subject: "a", ends: true)
        try core.append(channel, "a2", subject: "a")
        try core.settle()
        #expect(!reader.hasEnded)
        reader.room(.max)
        #expect(try reader.hasEnded && reader.seen() == ["a1"])
    }

    @Test("At the end of all, everyone gets what is pending and then the end")
    func endAll() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let (live, slow) = (try Reader(core, channel), try Reader(core, channel, "a"))
        slow.sink.pointee.room = 30
        try core.append(channel, "a1", subject: "a")
        try core.settle()
        try core.append(channel, "a2", subject: "a")
        el_shelf_end_all(try core.shelf())
        try core.settle()
        #expect(try live.hasEnded && live.seen() == ["a1", "a2"] && !slow.hasEnded)
        slow.room(.max)
        try core.settle()
        #expect(try slow.hasEnded && slow.seen() == ["a1", "a2"])
    }

    @Test("Closing a channel ends its streams, and lets the others be")
    func close() throws {
        let core = try TestCore(loops: 2)
        let (channel, other) = (try core.channel(), try core.channel())
        let (live, slow, stays) = (try Reader(core, channel), try Reader(core, channel, "a"), try Reader(core, other))
        let there = try Reader(core, [Part(channel)], loop: 1)
        slow.sink.pointee.room = 30
        try core.append(channel, "a1", subject: "a")
        try core.settle()
        try core.append(channel, "a2", subject: "a")
        el_channel_close(channel)
        #expect(try live.hasEnded && live.seen() == ["a1", "a2"])
        #expect(try there.hasEnded && there.seen() == ["a1", "a2"])
        #expect(!slow.hasEnded && slow.isBlocked)
        slow.room(.max)
        try core.settle()
        #expect(try slow.hasEnded && slow.seen() == ["a1"])
        try core.append(other, "o1")
        try core.settle()
        #expect(try stays.seen() == ["o1"])
        #expect(try core.counters().pinned_bytes == 0)
    }
}
