import Foundation
import Testing

@testable import Bench

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Tables")
struct TableTests {
    @Test("have columns of equal width, and are Markdown")
    func aligns() {
        var table = Table(["who", "how much"], rightAligned: [1])
        table.add(["aggregator", "1.9 M"])
        table.add(["a|b"])
        #expect(
            table.text == """
                | who        | how much |
                | ---------- | -------: |
                | aggregator |    1.9 M |
                | a\\|b       |          |

                """)
    }

    @Test(
        "write values with three digits and the unit that makes them short",
        arguments: [
            (Notation.count, 1_923_000, "1.92 M"), (.count, 999.6, "1.00 k"), (.count, 0, "0"),
            (.bytes, 10_292, "10.1 KiB"),
            (.microseconds, 0.161, "161 ns"), (.microseconds, 4300, "4.30 ms"), (.microseconds, 12.34, "12.3 µs"),
            (.fraction, 0.5, "50.0 %"), (.bytes, -2048, "-2.00 KiB"),
        ])
    func units(unit: Notation, value: Double, text: String) {
        #expect(unit.text(value) == text)
    }

    @Test("write round marks of an axis without decimal places")
    func ticks() {
        #expect(Notation.microseconds.tick(0) == "0")
        #expect(Notation.microseconds.tick(10_000) == "10 ms")
        #expect(Notation.count.tick(1_000_000) == "1 M")
        #expect(Notation.count.tick(2_500_000) == "2.50 M")
    }

    @Test("say with each median where the quartiles are")
    func spreads() {
        let summary = Summary([1000, 2000, 3000, 4000, 5000])
        #expect(CellTables.text(summary, .count) == "3.00 k (2.00 k – 4.00 k)")
        #expect(CellTables.ratio(Summary([1.5])) == "1.50×")
        #expect(CellTables.ratio(nil) == "–")
    }
}

@Suite("Plots")
struct PlotTests {
    @Test("are well-formed XML without scripts, whatever is written on them")
    func wellFormed() throws {
        let value = try #require(Summary([1, 2, 3]))
        let bars = BarChart(
            title: "a < b & \"c\" \u{1}", unit: .microseconds, axis: "time",
            bars: [.init(name: "aggregator", value: value), .init(name: "<raw>", value: value)])
        let lines = LineChart(
            title: "growth", xAxis: "subscribers", yAxis: "deliveries", yUnit: .count,
            lines: [
                .init(name: "aggregator", points: [(1, 10), (1000, 2e6)]),
                .init(name: "raw", points: [(10, 0), (100, 5)]),
                .init(name: "absent", points: []),
            ])
        for document in [bars.document, lines.document] {
            let parser = XMLParser(data: Data(document.utf8))
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
            #expect(!document.contains("<script"))
            #expect(!document.contains("nan") && !document.contains("inf"))
        }
    }

    @Test("have axes that begin and end at round numbers around the values")
    func scales() {
        let linear = Scale(.linear, [3, 17], pixels: 0...100)
        #expect(linear.ticks == [0, 5, 10, 15, 20])
        #expect(linear.place(10) == 50)
        let logarithmic = Scale(.logarithmic, [30, 2000], pixels: 0...300, isFlipped: true)
        #expect(logarithmic.ticks == [10, 100, 1000, 10_000])
        #expect(abs(logarithmic.place(100) - 200) < 1e-9)
    }
}

@Suite("A publication")
struct PublicationTests {
    @Test("replaces what stands between the marks, and nothing else")
    func replaces() {
        let page = "before\n\(Publication.begin)\nold\n\(Publication.end)\nafter\n"
        #expect(
            Publication.replace(in: page, with: "new\n")
                == "before\n\(Publication.begin)\n\nnew\n\n\(Publication.end)\nafter\n")
        #expect(Publication.replace(in: "no marks", with: "new") == nil)
    }
}
