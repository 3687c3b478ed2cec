import Testing

@testable import Aggregator

struct AnswerTests {
    @Test("No header of an answer can forge another line")
    func lines() {
        let text = HeaderLines.text([
            ("X-Good", "a\tb"), ("X-Split", "a\r\nSet-Cookie: b\u{0}\u{7F}"), ("Bad Name", "x"), ("X-Bad:\r\nY", "x"),
            ("", "x"),
            ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("X-Name", "é"),
        ])
        #expect(text == "X-Good: a\tb\r\nX-Split: a  Set-Cookie: b  \r\nX-Name: é\r\n")
    }

    @Test(
        "Only who names event streams is sent away with one",
        arguments: [
            ("text/event-stream", true), ("text/html, Text/Event-Stream;q=0.5", true), ("*/*", false),
            ("text/*", false),
            ("text/event-stream;q=0", false), ("text/event-stream;q=0.0, */*", false), (nil, false), ("", false),
        ] as [(String?, Bool)])
    func accepts(accept: String?, isStream: Bool) {
        #expect(Site.acceptsEventStream(accept) == isStream)
    }

    @Test("A metric's labels are escaped, and its samples stand together")
    func prometheus() {
        var text = PrometheusText()
        text.add(
            .counter, "a_total", "Some \\ help.\nMore.",
            [.init([("name", "q\"b\\s\nn")], 3 as UInt64), .init([], 0.5)])
        text.add(.gauge, "empty", "Nothing.", [])
        #expect(
            text.text == """
                # HELP a_total Some \\\\ help.\\nMore.
                # TYPE a_total counter
                a_total{name="q\\"b\\\\s\\nn"} 3
                a_total 0.5

                """)
    }

    @Test(
        "A date is read as it is written",
        arguments: [(784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT")])
    func dates(seconds: Int, text: String) {
        #expect(HTTPDate.text(seconds) == text)
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(
        "What is no date is none",
        arguments: ["", "now", "Sun, 99 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"])
    func noDates(text: String) { #expect(HTTPDate.seconds(text) == nil) }
}
