/// A table that reads well in a terminal and, the very same text, as Markdown.
struct Table: Sendable {
    var header: [String]
    /// Of the columns whose numbers stand below each other.
    var rightAligned: Set<Int> = []
    private(set) var rows: [[String]] = []

    init(_ header: [String], rightAligned: Set<Int> = []) {
        self.header = header
        self.rightAligned = rightAligned
    }

    /// Adds a row; what it lacks is empty, what it has beyond the header is left out.
    mutating func add(_ row: [String]) {
        let cells = row.prefix(header.count).map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }
        rows.append(cells + Array(repeating: "", count: header.count - cells.count))
    }

    /// The lines, each with its end.
    var text: String {
        let widths = header.indices.map { column in max(3, ([header] + rows).map { $0[column].count }.max() ?? 3) }
        let rule = widths.enumerated().map { column, width in
            rightAligned.contains(column)
                ? String(repeating: "-", count: width - 1) + ":" : String(repeating: "-", count: width)
        }
        return ([header, rule] + rows).map { line($0, widths) }.joined()
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { column, cell in
            let space = String(repeating: " ", count: widths[column] - cell.count)
            return rightAligned.contains(column) ? space + cell : cell + space
        }
        return "| " + padded.joined(separator: " | ") + " |\n"
    }
}
