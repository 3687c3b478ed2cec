import CEventLoop
import CEventLoopInternals
import Foundation
import Testing

@Suite("Appending wakes and touches only whom it concerns")
struct AppendTests {
    @Test("A loop is woken once until it has come, and only if somebody there follows the channel")
    func wakes() throws {
        let core = try TestCore(loops: 3)
        let (channel, other) = (try core.channel(), try core.channel())
        let reader = try Reader(core, [Part(channel)], loop: 1)
        for _ in 1...5 { try core.append(channel, "e") }
        try core.append(other, "o")
        #expect(core_events_wakes(core.seen) == 1)
        try core.settle(1)
        try core.append(channel, "e")
        #expect(core_events_wakes(core.seen) == 2)
        try core.settle(1)
        #expect(try reader.seen().count == 6)
        #expect(try core.counters().wakes == 2)
    }

    @Test("A loop that nobody is on comes when its mailbox is a quarter full")
    func quarter() throws {
        let core = try TestCore(mailboxEvents: 100)
        let channel = try core.channel()
        for _ in 1...25 { try core.append(channel, "e") }
        #expect(core_events_wakes(core.seen) == 0)
        try core.append(channel, "e")
        #expect(core_events_wakes(core.seen) == 1)
    }

    @Test("Over the limit an append says so, loses nothing, and is told when there is room everywhere")
    func room() throws {
        let core = try TestCore(loops: 2, mailboxEvents: 4)
        let channel = try core.channel()
        let reader = try Reader(core, channel)
        for number in 1...4 { #expect(try core.append(channel, "e\(number)")) }
        #expect(el_core_has_room(core.core))
        #expect(try !core.append(channel, "e5"))
        #expect(try !core.append(channel, "e6"))
        #expect(!el_core_has_room(core.core))
        try core.settle(0)
        #expect(core_events_rooms(core.seen) == 0)
        #expect(try core.counters().mailbox_events == 6)
        try core.settle(1)
        try core.settle(0)
        #expect(core_events_rooms(core.seen) == 1)
        #expect(el_core_has_room(core.core))
        #expect(try reader.seen() == (1...6).map { "e\($0)" })
    }

    @Test("Several events appended at once have nothing of others between them")
    func together() throws {
        let core = try TestCore()
        let (one, other) = (try core.channel(), try core.channel())
        var items = try (1...6).map {
            el_appendix(
                channel: $0 % 2 == 0 ? one : other, frame: try makeFrame("e\($0)"), truths: 0, version: 0)
        }
        #expect(el_core_append(core.core, &items, items.count) == EL_APPENDED)
        let reader = try Reader(core, [Part(one, from: .all), Part(other, from: .all)])
        #expect(try reader.blocks().map(\.number) == (1...6).map { UInt64($0) })
    }

    @Test("With ten thousand subjects, an event of one looks at its own followers only")
    func manySubjects() throws {
        let core = try TestCore()
        let channel = try core.channel()
        var readers: [Reader] = []
        for number in 0..<10_000 { readers.append(try Reader(core, channel, "s\(number)")) }
        for number in 0..<100 { try core.append(channel, "e", subject: "s\(number * 100)") }
        try core.append(channel, "e", subject: "nobody's")
        try core.settle()
        #expect(try core.counters().subscriber_wakes == 100)
        #expect(try core.counters().delivered == 100)
        try core.append(channel, "for everyone")
        try core.settle()
        #expect(try core.counters().subscriber_wakes == 10_100)
        #expect(try core.counters().delivered == 10_100)
        #expect(try readers[100].seen() == ["e", "for everyone"] && readers[101].seen() == ["for everyone"])
    }

    @Test("Whoever saw an event on one loop finds it on every other")
    func everyLoop() throws {
        let core = try TestCore(loops: 4)
        let channel = try core.channel()
        for number in 1...10 { try core.append(channel, "e\(number)") }
        for loop in 0..<4 {
            let reader = try Reader(core, [Part(channel, from: .number(4))], loop: loop)
            #expect(try reader.seen() == (5...10).map { "e\($0)" })
        }
    }
}
