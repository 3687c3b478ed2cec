import Testing

@testable import SourcesBuiltin

@Suite("The event stream parser")
struct EventStreamParserTests {
    typealias Result = EventStreamParser.Result

    static func block(_ data: String, type: String = "message", id: String? = nil) -> Result {
        .block(.init(type: type, data: Array(data.utf8), id: id))
    }

    // The examples of WHATWG HTML, section 9.2.6, and what its rules say beyond.
    static let cases: [(stream: String, results: [Result])] = [
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [block("YHOO\n+2\n10")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
            [block("first event", id: "1"), block("second event", id: "")]
        ),
        ("data\n\ndata\ndata\n\ndata:", [block(""), block("\n")]),
        ("data:test\n\ndata: test\n\n", [block("test"), block("test")]),
        ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", [block("a")]),
        ("event: add\ndata: 1\n\nevent: add\n\ndata: 2\n\n", [block("1", type: "add"), block("2")]),
        ("data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", [block("a"), block("b"), block("c")]),
        ("id: 1\u{0}2\ndata: a\n\n", [block("a")]),
        ("retry: 250\nretry: +5\nretry: 1s\nretry:\n\n", [.retry(250)]),
        ("dat: a\nDATA: b\n data: c\ndata : d\n\n", []),
        ("data: ä: b :\n\n", [block("ä: b :")]),
        ("data: x\nid: 7\nevent: e\nretry: 9\n\n", [.retry(9), block("x", type: "e", id: "7")]),
    ]

    @Test("reads what the standard says, wherever the bytes are cut", arguments: cases.indices)
    func standard(index: Int) {
        let (stream, expected) = Self.cases[index]
        let bytes = Array(stream.utf8)
        for cut in 0...bytes.count {
            var parser = EventStreamParser(limit: 1000)
            let results = parser.read(bytes[..<cut]) + parser.read(bytes[cut...])
            #expect(results == expected, "cut at \(cut)")
        }
        var parser = EventStreamParser(limit: 1000)
        #expect(bytes.flatMap { parser.read([$0]) } == expected)
    }

    @Test("keeps the last id of a block that has ended, also of one without data, and forgets what breaks off")
    func lastEventID() {
        var parser = EventStreamParser(limit: 1000, lastEventID: "0")
        _ = parser.read(Array("id: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: b\n".utf8))
        #expect(parser.lastEventID == "2")
        parser.reset()
        #expect(parser.read(Array("\ndata: c\n\n".utf8)) == [Self.block("c")])
        #expect(parser.lastEventID == "2")
        _ = parser.read(Array("id\n\n".utf8))
        #expect(parser.lastEventID == "")
    }

    @Test("a block beyond the limit is left out, in bounded memory, and the next one is whole")
    func tooLarge() {
        var parser = EventStreamParser(limit: 20)
        let flood = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        #expect(parser.read(Array("id: 1\ndata: ".utf8) + flood) == [])
        #expect(
            parser.read(Array("\nid: 2\ndata: ".utf8) + flood + Array("\n\ndata: b\n\n".utf8)) == [
                .tooLarge(id: "1"), Self.block("b"),
            ])
        #expect(parser.lastEventID == "1")
    }
}
