/// Shows mistakes as people want to read them: place, words, and the line with a caret.
///
///     pipeline.yaml:12:7: unknown option 'intervall' of ticker; did you mean 'interval'?
///       12 |       intervall: 1s
///          |       ^~~~~~~~~
struct Report {
    /// The file's path as the user wrote it.
    let path: String
    let problems: Problems
    /// The file could not be read to its end, so that nobody knows which of its texts are secret.
    let hidesSuspects: Bool

    /// Characters of a line that are shown; longer ones are cut around the caret.
    static let width = 100

    /// All of it, sorted by place, without a line break at the end.
    var text: String {
        let sorted = problems.all.sorted { ($0.place, $0.isWarning ? 1 : 0) < ($1.place, $1.isWarning ? 1 : 0) }
        let rest = problems.omitted > 0 ? ["… and \(problems.omitted) more"] : []
        return (sorted.map(text(of:)) + rest).joined(separator: "\n")
    }

    /// One problem, with its line.
    func text(of problem: Problems.Problem) -> String {
        let severity = problem.isWarning ? "warning: " : ""
        let place = problem.place
        let head = "\(path):\(place.line):\(place.column): \(severity)\(Self.printable(problem.message))"
        guard problems.source.lines.indices.contains(place.line - 1) else { return head }

        let (line, before, marked) = excerpt(problem)
        let number = "\(place.line)"
        let margin = String(repeating: " ", count: max(0, 4 - number.count))
        let blank = String(repeating: " ", count: max(4, number.count))
        let caret = String(repeating: " ", count: before) + "^" + String(repeating: "~", count: max(0, marked - 1))
        return head + "\n" + Self.trimmed("\(margin)\(number) | \(line)") + "\n\(blank) | \(caret)"
    }

    /// The part of the line around the caret, the columns before the caret, and those it marks.
    private func excerpt(_ problem: Problems.Problem) -> (line: String, before: Int, marked: Int) {
        let count = problems.source.line(problem.place.line).count
        let start = min(problem.place.column - 1, count)
        let end = min(start + max(1, problem.length), count)
        var first = 0
        var last = count
        if count > Self.width {
            first = max(0, min(start - Self.width / 3, count - Self.width))
            last = min(count, first + Self.width)
        }
        let cells = cells(ofLine: problem.place.line, first..<last)
        let head = first > 0 ? "…" : ""
        let tail = last < count ? "…" : ""
        let shown = cells.map(\.text).joined()
        let before = cells.prefix(start - first).reduce(head.count) { $0 + $1.width }
        let underlined = cells.dropFirst(start - first).prefix(max(0, min(end, last) - start))
        let marked = underlined.reduce(0) { $0 + $1.width }
        return (head + shown + tail, before, max(1, marked))
    }

    /// The characters of a line as they are shown, with the columns each takes on a terminal. A secret is one mark, however
    /// long it is.
    private func cells(ofLine number: Int, _ range: Range<Int>) -> [(text: String, width: Int)] {
        let suspect = hidesSuspects ? problems.source.suspectColumn(line: number) : nil
        let ranges = problems.concealed.filter { $0.lowerBound.line <= number && number <= $0.upperBound.line }
        var wasHidden = false
        let shown = problems.source.line(number).dropFirst(range.lowerBound).prefix(range.count)
        return zip(range, shown).map { offset, scalar in
            let place = FilePlace(line: number, column: offset + 1)
            let isHidden = suspect.map { offset + 1 >= $0 } ?? false || ranges.contains { $0.contains(place) }
            defer { wasHidden = isHidden }
            if isHidden { return wasHidden ? ("", 0) : ("•••", 3) }
            let text = Self.printable(scalar == "\t" ? "→" : String(scalar))
            return (text, Self.width(of: scalar))
        }
    }

    /// Columns on a terminal: two for most East Asian characters and emoji (Unicode, UAX #11), none for combining ones.
    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// Nothing that a terminal would obey: the ASCII control characters become pictures of themselves.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let picture = scalar.value < 0x20 ? Unicode.Scalar(0x2400 + scalar.value) : nil
            shown.append(isObeyed(scalar) ? picture ?? "\u{FFFD}" : scalar)
        }
        return String(shown)
    }

    /// Control characters, and those that turn the direction of writing.
    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }
}

extension SourceText {
    /// Where something secret may begin on a line of a file that could not be read: after the first colon of a line that
    /// talks of tokens or stands within `auth`. It hides too much rather than too little.
    fileprivate func suspectColumn(line number: Int) -> Int? {
        let text = String(Substring(line(number)))
        let isNamed = ["token", "secret", "password", "jwt"].contains { text.lowercased().contains($0) }
        guard isNamed || isWithinAuth(number) else { return nil }
        let colon = line(number).firstIndex(of: ":").map {
            line(number).distance(from: line(number).startIndex, to: $0)
        }
        return colon.map { $0 + 2 } ?? 1
    }

    private func isWithinAuth(_ number: Int) -> Bool {
        let sections = lines.prefix(number).filter { line in
            guard let first = line.first else { return false }
            return (first.properties.isAlphabetic || first == "\"" || first == "'") && line.contains(":")
        }
        return sections.last.map { String(Substring($0)).contains("auth") } ?? false
    }
}
