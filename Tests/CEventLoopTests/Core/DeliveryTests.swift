import CEventLoop
import CEventLoopInternals
import Testing

@Suite("What is appended is delivered")
struct DeliveryTests {
    @Test("A live subscriber gets every event once, in order")
    func live() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let reader = try Reader(core, channel)
        for number in 1...5 { try core.append(channel, "e\(number)") }
        try core.settle()
        try core.append(channel, "e6")
        try core.settle()
        #expect(try reader.seen() == ["e1", "e2", "e3", "e4", "e5", "e6"])
        #expect(try reader.blocks().map(\.number) == [1, 2, 3, 4, 5, 6])
    }

    @Test("A newcomer gets what is kept and then what comes, without a seam")
    func replay() throws {
        let core = try TestCore()
        let channel = try core.channel()
        for number in 1...3 { try core.append(channel, "e\(number)") }
        let reader = try Reader(core, channel, from: .all)
        try core.append(channel, "e4")
        try core.settle()
        #expect(try reader.seen() == ["e1", "e2", "e3", "e4"])
    }

    @Test("What is pending goes out in one offer, and a single event from its own memory")
    func oneOffer() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let reader = try Reader(core, channel)
        for number in 1...100 { try core.append(channel, "e\(number)") }
        try core.settle()
        #expect(reader.sink.pointee.offers == 2)
        #expect(try core.counters().delivered == 100)
    }

    @Test("The bytes of a frame are a chunk around an event: id, event, a data line per line, a blank line")
    func bytes() throws {
        let core = try TestCore()
        let channel = try core.channel()
        let reader = try Reader(core, channel)
        let start = reader.bytes.count
        try core.append(channel, "a\nb\r\nc\rd", event: "trade")
        try core.settle()
        let block = "id: abcdefgh-000000000001\nevent: trade\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        let size = String(block.utf8.count, radix: 16)
        #expect(String(decoding: reader.bytes[start...], as: UTF8.self) == "\(size)\r\n\(block)\r\n")
    }

    @Test(
        "Each line of data has its own data line",
        arguments: [
            ("", ["data: "]), ("a", ["data: a"]), ("a\n", ["data: a", "data: "]), ("\r\n", ["data: ", "data: "]),
            ("\n\r", ["data: ", "data: ", "data: "]), ("a\r\rb", ["data: a", "data: ", "data: b"]),
            ("a\nb\nc\rd\r\ne", ["data: a", "data: b", "data: c", "data: d", "data: e"]),
        ])
    func dataLines(data: String, lines: [String]) throws {
        let frame = try makeFrame(data)
        defer { el_frame_free(frame) }
        let slice = el_frame_data_lines(frame)
        let text = String(decoding: UnsafeRawBufferPointer(start: slice.bytes, count: slice.length), as: UTF8.self)
        #expect(text == lines.map { $0 + "\n" }.joined())
    }
}
