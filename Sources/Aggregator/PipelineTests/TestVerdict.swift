import Expressions

/// What was expected of each channel, held against what came: the report of a test.
struct TestVerdict {
    typealias Line = PipelineTestResult.Line

    /// The first thing that is wrong; empty: nothing is.
    private(set) var summary = ""
    private(set) var report: [Line] = []

    /// Rows of matching events on either side of one that differs; others are counted.
    private static let context = 2
    /// Of rows that differ, in one channel.
    private static let shown = 20

    private let test: PipelineTest
    private let explanation: TestExplanation

    init(_ test: PipelineTest, _ record: WalkTrace.Record, _ definition: PipelineDefinition) {
        self.test = test
        explanation = TestExplanation(test, record, definition)
        for expectation in test.expectations {
            let got = record.arrivals.filter { $0.channel == expectation.channel }
            check(expectation, got)
        }
        report += explanation.mishaps(besides: report)
    }

    private mutating func check(_ expectation: ChannelExpectation, _ got: [WalkTrace.Arrival]) {
        let expected = expectation.expected
        if let patterns = expected.events {
            let rows =
                expected.isUnordered
                ? Alignment.inAnyOrder(patterns, got, allowsMore: expected.allowsMore)
                : Alignment.inOrder(patterns, got, allowsMore: expected.allowsMore)
            compare(expectation, rows, got)
        }
        if let count = expected.count, count != got.count, expected.events == nil || expected.allowsMore {
            fail(expectation, "expected \(Self.events(count)), got \(got.count)")
            list(got)
            if got.count < count { report += explanation.endings(before: expectation.channel, like: []) }
        }
        if let condition = expected.each { checkEach(condition, expectation, got) }
    }

    /// A heading; the first one is also the summary of the test.
    private mutating func fail(_ expectation: ChannelExpectation, _ words: String) {
        let text = "channel \(expectation.channel): \(words)"
        if summary.isEmpty { summary = text }
        report.append(Line(.heading, "    \(text)  (\(test.path):\(expectation.line))"))
    }

    // MARK: Events

    private mutating func compare(
        _ expectation: ChannelExpectation, _ rows: [Alignment.Row], _ got: [WalkTrace.Arrival]
    ) {
        let expected = expectation.expected
        let isWrong = rows.map { !$0.isGood(expected) }
        guard isWrong.contains(true) else { return }
        fail(expectation, Self.heading(expected, rows, got.count))
        show(rows, isWrong, expected, got)
        let missing = rows.compactMap { row -> EventPattern? in
            switch row {
            case .missing(let index), .differs(let index, _, _): expected.events?[index]
            case .match, .unexpected: nil
            }
        }
        if !expected.isUnordered, let patterns = expected.events,
            Alignment.inAnyOrder(patterns, got, allowsMore: expected.allowsMore).allSatisfy({ $0.isGood(expected) })
        {
            report.append(Line(.note, "      they came in another order, which 'unordered: true' would let pass"))
            return
        }
        if !missing.isEmpty { report += explanation.endings(before: expectation.channel, like: missing) }
    }

    private static func heading(_ expected: TestExpectation, _ rows: [Alignment.Row], _ got: Int) -> String {
        let count = expected.events?.count ?? 0
        let differing = rows.count { if case .differs = $0 { true } else { false } }
        if count == got, differing > 0, !expected.allowsMore, rows.count == count {
            return count == 1
                ? "the event differs" : "\(differing) of \(count) events \(differing == 1 ? "differs" : "differ")"
        }
        let beside = expected.allowsMore ? " among others" : ""
        return "expected \(count == 0 ? "no event" : events(count))\(beside), got \(got == 0 ? "none" : "\(got)")"
    }

    private static func events(_ count: Int) -> String { count == 1 ? "1 event" : "\(count) events" }

    /// Rows that are wrong, with some of those around them.
    private mutating func show(
        _ rows: [Alignment.Row], _ isWrong: [Bool], _ expected: TestExpectation, _ got: [WalkTrace.Arrival]
    ) {
        var wrong = 0
        var hidden = 0
        func close(_ report: inout [Line]) {
            if hidden > 0 {
                let are = expected.allowsMore || wrong > Self.shown ? "" : " as expected"
                report.append(Line(.same, "          … \(hidden) more\(are)"))
            }
            hidden = 0
        }
        for (index, row) in rows.enumerated() {
            if isWrong[index] { wrong += 1 }
            let near = isWrong[max(0, index - Self.context)..<min(rows.count, index + Self.context + 1)]
            guard near.contains(true), wrong <= Self.shown else {
                hidden += 1
                continue
            }
            close(&report)
            show(row, expected, got)
        }
        close(&report)
    }

    private mutating func show(_ row: Alignment.Row, _ expected: TestExpectation, _ got: [WalkTrace.Arrival]) {
        switch row {
        case .match(_, let index): report.append(Self.line(.same, "=", index, got[index]))
        case .unexpected(let index):
            // Where others may come, this is one of them.
            report.append(
                expected.allowsMore
                    ? Self.line(.same, " ", index, got[index])
                    : Self.line(.got, "+", index, got[index], "   not expected"))
        case .missing(let index):
            let written = expected.written.indices.contains(index) ? expected.written[index] : nil
            let place = written.map { "line \($0.line)" } ?? ""
            let text = written.map { $0.text.isEmpty ? "any event" : $0.text } ?? "an event"
            report.append(Line(.expected, "      -      \(place.padded(9))  \(text)   did not come"))
        case .differs(_, let index, let comparison):
            report.append(Self.line(.differs, "~", index, got[index]))
            let width = comparison.differences.map(\.place.count).max() ?? 0
            for difference in comparison.differences { report += difference.lines(width: width) }
        }
    }

    /// `      = 1  200ms      log: {"level":"warn"}`
    private static func line(
        _ kind: Line.Kind, _ mark: String, _ index: Int, _ arrival: WalkTrace.Arrival, _ remark: String = ""
    ) -> Line {
        let number = String(repeating: " ", count: max(0, 3 - "\(index + 1)".count)) + "\(index + 1)"
        return Line(kind, "      \(mark) \(number)  \(arrival.at.text.padded(9))  \(arrival.event.shown)\(remark)")
    }

    /// The first events of a channel whose number is wrong.
    private mutating func list(_ got: [WalkTrace.Arrival]) {
        for (index, arrival) in got.enumerated().prefix(Self.shown) {
            report.append(Self.line(.same, " ", index, arrival))
        }
        if got.count > Self.shown { report.append(Line(.same, "          … \(got.count - Self.shown) more")) }
    }

    private mutating func checkEach(
        _ condition: Condition, _ expectation: ChannelExpectation, _ got: [WalkTrace.Arrival]
    ) {
        let wrong = got.enumerated().filter { !Comparison(condition, $0.element.event).isMatch }
        guard !wrong.isEmpty else { return }
        fail(
            expectation,
            "\(wrong.count) of \(Self.events(got.count)) \(wrong.count == 1 ? "is" : "are") not as `each` says")
        for (index, arrival) in wrong.prefix(Self.shown) {
            report.append(Self.line(.differs, "~", index, arrival))
            for difference in Comparison(condition, arrival.event).differences { report += difference.lines(width: 5) }
        }
        if wrong.count > Self.shown { report.append(Line(.same, "          … \(wrong.count - Self.shown) more")) }
    }
}

extension Alignment.Row {
    /// Nothing is wrong with it.
    fileprivate func isGood(_ expected: TestExpectation) -> Bool {
        if case .unexpected = self { expected.allowsMore } else { isMatch }
    }
}

extension Difference {
    /// Both values below each other, with a mark where two texts part.
    ///
    /// - Parameter width: of the longest place among those shown together.
    fileprivate func lines(width: Int) -> [PipelineTestResult.Line] {
        let margin = String(repeating: " ", count: 13)
        let blank = String(repeating: " ", count: width)
        let (mine, theirs, mark) = Self.cut(expected, got)
        var lines: [PipelineTestResult.Line] = [
            .init(.expected, "\(margin)\(place.padded(width))  expected  \(mine)"),
            .init(.got, "\(margin)\(blank)  got       \(theirs)\(hint.map { "   (\($0))" } ?? "")"),
        ]
        if let mark {
            lines.append(.init(.note, "\(margin)\(blank)            \(String(repeating: " ", count: mark))^"))
        }
        return lines
    }

    /// Long texts from a little before the place where they part.
    private static func cut(_ mine: String, _ theirs: String) -> (String, String, mark: Int?) {
        let width = 100
        let common = zip(mine, theirs).prefix { $0 == $1 }.count
        let areTexts = mine.hasPrefix("\"") && theirs.hasPrefix("\"")
        guard max(mine.count, theirs.count) > width else {
            return (mine, theirs, areTexts && common > 1 ? common : nil)
        }
        let first = common > width / 2 ? common - width / 4 : 0
        func piece(_ text: String) -> String {
            let rest = text.dropFirst(first)
            return (first > 0 ? "…" : "") + rest.prefix(width) + (rest.count > width ? "…" : "")
        }
        return (piece(mine), piece(theirs), areTexts && common > 1 ? common - first + (first > 0 ? 1 : 0) : nil)
    }
}

extension Event {
    /// On one line, shortened: `log, subject disk: {"level":"warn"}`.
    var shown: String {
        let about = subject.map { ", subject \($0)" } ?? ""
        let content =
            switch data {
            case .none: "no data"
            case .json(let bytes): String(decoding: bytes, as: UTF8.self)
            case .text, .bytes: data.comparable?.json ?? ""
            }
        let text = "\(type)\(about): \(content)"
        return text.count > 160 ? text.prefix(159) + "…" : text
    }
}

extension String {
    /// With blanks behind.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
