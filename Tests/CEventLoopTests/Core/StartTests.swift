import CEventLoop
import CEventLoopInternals
import Testing

@Suite("Where a subscriber starts")
struct StartTests {
    @Test("Resuming from every position gives exactly the rest")
    func everyPosition() throws {
        let core = try TestCore()
        let channel = try core.channel()
        for number in 1...20 { try core.append(channel, "e\(number)") }
        for number in 0...20 {
            let reader = try Reader(core, channel, from: .number(UInt64(number)))
            #expect(try reader.seen() == (1...20).dropFirst(number).map { "e\($0)" })
            #expect(try Stream.blocks(reader.bytes).first == Block(id: position(UInt64(number)), retry: "3000"))
        }
    }

    @Test("A subject's stream is its events and those without a subject, merged in the hub's order")
    func merged() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let live = try Reader(core, channel, "a")
        for (data, subject) in [("a1", "a"), ("b2", "b"), ("-3", nil), ("a4", "a"), ("-5", nil), ("b6", "b")] {
            try core.append(channel, data, subject: subject)
        }
        try core.settle()
        #expect(try live.seen() == ["a1", "-3", "a4", "-5"])
        #expect(try Reader(core, channel, "b", from: .all).seen() == ["b2", "-3", "-5", "b6"])
        #expect(try Reader(core, channel, "b", from: .number(2)).seen() == ["-3", "-5", "b6"])
        #expect(try Reader(core, channel, from: .all).seen() == ["a1", "b2", "-3", "a4", "-5", "b6"])
        #expect(try Reader(core, channel, "none", from: .all).seen() == ["-3", "-5"])
    }

    @Test("Several channels are one stream in one order, each from where it is asked")
    func several() throws {
        let core = try TestCore()
        let (one, other, third) = (try core.channel(), try core.channel(), try core.channel())
        for round in 1...3 {
            try core.append(one, "one\(round)", subject: "x")
            try core.append(other, "other\(round)", subject: "y")
            try core.append(third, "third\(round)")
        }
        let parts = [Part(one, "x", from: .all), Part(third, from: .now), Part(other, from: .last(1)), Part(one, "z")]
        let reader = try Reader(core, parts)
        try core.append(third, "third4")
        try core.append(one, "one4", subject: "z")
        try core.append(other, "other4")
        try core.settle()
        #expect(try reader.seen() == ["one1", "one2", "one3", "other3", "third4", "one4", "other4"])
    }

    @Test("A part that is asked for twice, or within its channel, comes once")
    func twice() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let parts = [Part(channel, "a", from: .all), Part(channel, "a", from: .all), Part(channel, "b", from: .all)]
        let subjects = try Reader(core, parts)
        let whole = try Reader(core, parts + [Part(channel, from: .all), Part(channel, "a")])
        for (data, subject) in [("a1", "a"), ("-2", nil), ("b3", "b"), ("c4", "c")] {
            try core.append(channel, data, subject: subject)
        }
        try core.settle()
        #expect(try subjects.seen() == ["a1", "-2", "b3"])
        #expect(try whole.seen() == ["a1", "-2", "b3", "c4"])
    }

    @Test("The last n are counted in what the subscription would get")
    func last() throws {
        let core = try TestCore()
        let channel = try core.channel()
        for number in 1...9 {
            let subject = number % 3 == 0 ? nil : number % 3 == 1 ? "a" : "b"
            try core.append(channel, "e\(number)", subject: subject, type: number % 2 == 0 ? "even" : "odd")
        }
        #expect(try Reader(core, channel, from: .last(2)).seen() == ["e8", "e9"])
        #expect(try Reader(core, channel, from: .last(0)).seen() == [])
        #expect(try Reader(core, channel, from: .last(99)).seen().count == 9)
        #expect(try Reader(core, channel, "a", from: .last(3)).seen() == ["e6", "e7", "e9"])
        let odd = try Reader(core, [Part(channel, from: .last(2))], types: ["odd"])
        #expect(try odd.seen() == ["e7", "e9"])
    }

    @Test("The latest is the last event of each subject, among what is kept")
    func latest() throws {
        let core = try TestCore()
        let channel = try core.channel()
        for (data, subject) in [("a1", "a"), ("b2", "b"), ("-3", nil), ("a4", "a"), ("-5", nil)] {
            try core.append(channel, data, subject: subject)
        }
        let reader = try Reader(core, channel, from: .latest)
        #expect(try reader.seen() == ["b2", "a4", "-5"])
        #expect(try Reader(core, channel, "b", from: .latest).seen() == ["b2", "-5"])
        try core.append(channel, "b6", subject: "b")
        try core.append(channel, "b7", subject: "b")
        try core.settle()
        #expect(try reader.seen() == ["b2", "a4", "-5", "b6", "b7"])
    }

    @Test("Since a time means: accepted then or later, with a gap if some of that is gone")
    func since() throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 2)
        let frame = try makeFrame("e1")
        var item = el_appendix(channel: channel, frame: frame, truths: 0, version: 0)
        el_core_append(core.core, &item, 1)
        let time = el_frame_time(frame)
        #expect(try Reader(core, channel, from: .time(time)).seen() == ["e1"])
        #expect(try Reader(core, channel, from: .time(time + 3_600_000)).seen() == [])
        try core.append(channel, "e2")
        try core.append(channel, "e3")
        #expect(try Reader(core, channel, from: .time(time)).seen() == ["gap null", "e2", "e3"])
        #expect(try Reader(core, channel, from: .time(time + 3_600_000)).seen() == [])
    }

    @Test("The first block names the place from which a stream without events goes on")
    func greeting() throws {
        let core = try TestCore()
        let channel = try core.channel()
        #expect(try Stream.blocks(try Reader(core, channel).bytes) == [Block(id: position(0), retry: "3000")])
        try core.append(channel, "e1", subject: "a")
        try core.append(channel, "e2", subject: "b")
        try core.append(channel, "e3", subject: "b")
        #expect(try Stream.blocks(try Reader(core, channel).bytes).first?.number == 3)
        #expect(try Stream.blocks(try Reader(core, channel, "b", from: .all).bytes).first?.number == 1)
        #expect(try Stream.blocks(try Reader(core, channel, "b", from: .last(1)).bytes).first?.number == 2)
    }

    @Test(
        "Who could not even take the first block is told a place before what it missed, and hears of that when it is back",
        arguments: [(Start.now, 3 as UInt64, 3), (.all, 1, 5)])
    func lateGreeting(from: Start, place: UInt64, missed: Int) throws {
        let core = try TestCore()
        let channel = try core.channel(keep: 2)
        for number in 1...3 { try core.append(channel, "e\(number)") }
        let reader = try Reader(core, [Part(channel, from: from)], room: 0)
        for number in 4...8 { try core.append(channel, "e\(number)") }
        try core.settle()
        reader.room(.max)
        let seen = try reader.seen()
        #expect(seen == ["gap \(missed)", "e7", "e8"])
        let first = try #require(try Stream.blocks(reader.bytes).first)
        #expect(first.number == place)
        #expect(try Reader(core, channel, from: .position(first.id)).seen().first == "gap null")
    }
}
