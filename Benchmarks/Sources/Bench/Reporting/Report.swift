import Foundation

/// All that came out of one run of the benchmark, as it is written to a JSON file.
struct Report: Codable, Sendable {
    struct Part: Codable, Sendable {
        var letter: String
        var title: String
        var explanation: String
        var cells: [CellResult]
        /// Why nothing was measured.
        var skipped: String?
    }

    var began: Date
    var ended: Date
    var isQuick: Bool
    var rounds: Int
    var machine: Machine
    var serverCore: Int
    var loadCore: Int
    /// By the names of the contestants; of one that does not take part, why.
    var contestants: [String: String]
    var parts: [Part] = []

    var cells: [CellResult] { parts.flatMap(\.cells) }

    /// Of the bars whose cells were measured.
    var verdicts: [Verdict] {
        let control = cells.first { $0.id == Control.id }
        return BarTable.all.compactMap { bar in
            cells.first { $0.id == bar.cell }.map { Verdict(bar, cell: $0, control: control) }
        }
    }

    /// As JSON, with the verdicts beside what was measured.
    func json() throws -> Data {
        struct Whole: Encodable {
            var report: Report
            var verdicts: [Verdict]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(Whole(report: self, verdicts: verdicts))
    }

    /// The same for people: the machine, a table for each part, the bars.
    var markdown: String {
        var text = "\(heading)\n"
        for part in parts where !part.cells.isEmpty || part.skipped != nil {
            text += "\n### \(part.heading)\n\n\(part.explanation)\n\n"
            text += part.skipped.map { "Not measured: \($0)\n" } ?? part.tables
        }
        return text + "\n### Bars\n\n" + CellTables.table(verdicts).text
    }

    private var duration: String {
        let seconds = ended.timeIntervalSince(began)
        return seconds < 1 ? "" : ", in \((seconds / 60).text(places: 1)) minutes"
    }

    /// On what, with whom.
    var heading: String {
        let day = began.ISO8601Format().prefix(10)
        let names = contestants.sorted { $0.key < $1.key }.map { "- \($0.key): \($0.value)" }
        return """
            \(day), \(rounds) rounds\(isQuick ? " of the quick selection" : "") (bars need \(Bar.pairsNeeded))\(duration). \
            \(machine.text); the server on core \(serverCore), the load on core \(loadCore).

            \(names.joined(separator: "\n"))

            """
    }
}

extension Report.Part {
    /// `(a) Saturated fan-out`.
    var heading: String { letter.count == 1 ? "(\(letter)) \(title)" : title }

    /// One table for the cells that have the same columns.
    var tables: String {
        var groups: [[CellResult]] = []
        for cell in cells {
            if let last = groups.last?.last, last.metrics == cell.metrics, last.compares == cell.compares {
                groups[groups.count - 1].append(cell)
            } else {
                groups.append([cell])
            }
        }
        return groups.map { CellTables.table($0).text }.joined(separator: "\n") + voids
    }

    /// What was repeated, and why; each reason once.
    private var voids: String {
        let reasons = cells.flatMap { cell in
            cell.variants.flatMap { variant in Set(variant.voids).sorted().map { "\(variant.name): \($0)" } }
        }
        return Set(reasons).sorted().map { "\nVoid: \($0)\n" }.joined()
    }
}
