import CEventLoopInternals
import Testing

@Suite("A turn of writing")
struct TurnTests {
    @Test("Small writes make way for what comes meanwhile, which then goes out with the rest of them")
    func small() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let readers = try (0..<200).map { _ in try Reader(core, channel) }
        try core.append(channel, "e1")
        el_shelf_drain(try core.shelf())
        #expect(el_shelf_deliver(try core.shelf()), "a turn is a part of the round")
        try core.append(channel, "e2")
        try core.settle()
        #expect(try readers.allSatisfy { try $0.seen() == ["e1", "e2"] })
        let offers = readers.map(\.sink.pointee.offers)
        #expect(Set(offers).count == 2, "who was written before e2 came was written once more than the others")
    }

    @Test("Large writes finish their round first: nothing is gained by making them larger")
    func large() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let readers = try (0..<200).map { _ in try Reader(core, channel) }
        let large = String(repeating: "x", count: 30_000)
        try core.append(channel, large)
        el_shelf_drain(try core.shelf())
        #expect(!el_shelf_deliver(try core.shelf()), "one turn is the whole round")
        #expect(try readers.allSatisfy { try $0.seen() == [large] })
    }
}
