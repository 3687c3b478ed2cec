/// The text of a pipeline file by its lines: for showing them, and for finding the place of a character of a scalar.
struct SourceText: Sendable {
    /// Without their line breaks. YAML 1.1 breaks lines also at U+0085, U+2028 and U+2029 (section 5.4), and so does the
    /// parser that counts them.
    let lines: [Substring.UnicodeScalarView]

    init(_ text: String) {
        let scalars = text[...].unicodeScalars
        var lines: [Substring.UnicodeScalarView] = []
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            var next = scalars.index(after: index)
            if Self.breaks.contains(scalar) {
                lines.append(scalars[start..<index])
                if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
                start = next
            }
            index = next
        }
        lines.append(scalars[start...])
        self.lines = lines
    }

    private static let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]

    /// A line by its number from 1; empty beyond the end.
    func line(_ number: Int) -> Substring.UnicodeScalarView {
        lines.indices.contains(number - 1) ? lines[number - 1] : Substring().unicodeScalars
    }

    /// How many characters of a scalar stand on its first line; 1 for a list or a mapping, whose end says little.
    func visibleLength(of node: Node) -> Int {
        guard node.style != .collection else { return 1 }
        let end = node.end.line == node.place.line ? node.end.column : line(node.place.line).count + 1
        return max(1, end - node.place.column)
    }

    /// Where the character at an offset of a scalar's text stands in the file; nil where the text was written otherwise than
    /// it reads (escapes, text from the environment) before that character.
    ///
    /// Walks the lines of the scalar beside its text. Folding, indentation and blank lines differ in white space only, so
    /// white space between the lines is skipped on both sides.
    func place(ofOffset offset: Int, in node: Node) -> FilePlace? {
        guard let text = node.text else { return nil }
        let scalars = Array(text.unicodeScalars)
        let offset = min(offset, scalars.count)
        var position = 0
        for (number, piece, column) in pieces(of: node) {
            if number > node.place.line {
                while position < offset, Self.isBlank(scalars[position]) { position += 1 }
            }
            let same = zip(piece, scalars[position...]).prefix { $0 == $1 }.count
            let isTextEnd = scalars[offset...].allSatisfy(Self.isBlank)
            if offset < position + same || (offset == position + same && (isTextEnd || same < piece.count)) {
                return FilePlace(file: node.place.file, line: number, column: column + offset - position)
            }
            guard same == piece.count else { return nil }
            position += same
        }
        return nil
    }

    /// The lines of a scalar without indentation, quotes and trailing white space, each with its number and the column at
    /// which it begins.
    private func pieces(of node: Node) -> [(line: Int, text: [Unicode.Scalar], column: Int)] {
        let isQuoted = node.style == .singleQuoted || node.style == .doubleQuoted
        // The line of a block scalar's header, `|` or `>`, has no text of it; nor, mostly, has the one of its end mark.
        let first = node.style == .block ? node.place.line + 1 : node.place.line
        guard first <= node.end.line else { return [] }
        return (first...node.end.line).map { number in
            var text = Array(line(number))
            if number == node.end.line { text = Array(text.prefix(max(0, node.end.column - 1 - (isQuoted ? 1 : 0)))) }
            var start = number == node.place.line ? node.place.column - 1 + (isQuoted ? 1 : 0) : 0
            start = min(start, text.count)
            if number != node.place.line || !isQuoted {
                start += text[start...].prefix(while: Self.isBlank).count
            }
            var end = text.count
            while end > start, number != node.end.line || !isQuoted, Self.isBlank(text[end - 1]) { end -= 1 }
            return (number, Array(text[start..<end]), start + 1)
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" }
}
