import CEventLoop
import CEventLoopInternals
import Testing

@Suite("A channel that lingers")
struct LingerTests {
    @Test("Waits for more before it writes, and then writes all of it at once")
    func waits() throws {
        let core = try TestCore()
        let shelf = try core.shelf()
        let channel = try core.channel(linger: 5)
        let reader = try Reader(core, channel)
        let subject = try Reader(core, channel, "a")
        let offers = reader.sink.pointee.offers
        try core.append(channel, "e1")
        try core.settle()
        #expect(el_shelf_linger(shelf, 100) == 105, "from the first look at it on")
        try core.append(channel, "e2", subject: "a")
        try core.settle()
        #expect(el_shelf_linger(shelf, 104) == 105, "what comes meanwhile does not make it later")
        #expect(try reader.seen() == [])
        #expect(el_shelf_linger(shelf, 105) == .max)
        try core.settle()
        #expect(try reader.seen() == ["e1", "e2"])
        #expect(try subject.seen() == ["e1", "e2"])
        #expect(reader.sink.pointee.offers == offers + 1)
        #expect(el_shelf_linger(shelf, 200) == .max)
    }

    @Test("Who comes meanwhile gets what waits, and gets it once")
    func newcomer() throws {
        let core = try TestCore()
        let shelf = try core.shelf()
        let channel = try core.channel(linger: 5)
        let first = try Reader(core, channel)
        try core.append(channel, "e1")
        try core.settle()
        _ = el_shelf_linger(shelf, 100)
        let second = try Reader(core, channel, from: .all)
        #expect(try second.seen() == ["e1"])
        try core.append(channel, "e2")
        try core.settle()
        _ = el_shelf_linger(shelf, 105)
        try core.settle()
        #expect(try first.seen() == ["e1", "e2"])
        #expect(try second.seen() == ["e1", "e2"])
    }

    @Test("A burst that is longer than what is kept is told exactly, lingering or not")
    func burst() throws {
        let core = try TestCore()
        let shelf = try core.shelf()
        let channel = try core.channel(keep: 5, linger: 5)
        let whole = try Reader(core, channel)
        let subject = try Reader(core, channel, "a")
        for number in 1...30 {
            try core.append(channel, "e\(number)", subject: number % 3 == 0 ? "a" : "b")
            if number % 7 == 0 { el_shelf_drain(shelf) }
        }
        try core.settle()
        _ = el_shelf_linger(shelf, 100)
        _ = el_shelf_linger(shelf, 105)
        try core.settle()
        #expect(try whole.seen().filter { !$0.hasPrefix("gap") } == (26...30).map { "e\($0)" })
        #expect(try subject.seen().filter { !$0.hasPrefix("gap") } == ["e27", "e30"])
        #expect(try core.counters().missed == 25 + 8)
    }

    @Test("Beside a channel that does not, each goes by its own rule")
    func companions() throws {
        let core = try TestCore()
        let shelf = try core.shelf()
        let lingering = try core.channel(linger: 5)
        let prompt = try core.channel()
        let both = try Reader(core, [Part(lingering), Part(prompt)])
        try core.append(lingering, "l1")
        try core.settle()
        #expect(el_shelf_linger(shelf, 100) == 105)
        #expect(try both.seen() == [])
        try core.append(prompt, "p1")
        try core.settle()
        #expect(try both.seen() == ["l1", "p1"], "in the hub's order, so what waited goes along")
        _ = el_shelf_linger(shelf, 105)
        try core.settle()
        #expect(try both.seen() == ["l1", "p1"])
    }

    @Test("Closing it while something waits gives that to its streams, and then their end")
    func closing() throws {
        let core = try TestCore()
        let channel = try core.channel(linger: 5)
        let reader = try Reader(core, channel)
        try core.append(channel, "e1")
        try core.settle()
        _ = el_shelf_linger(try core.shelf(), 100)
        el_channel_close(channel)
        #expect(try reader.seen() == ["e1"])
        #expect(el_shelf_linger(try core.shelf(), 200) == .max)
    }
}
