import Foundation

/// Puts results where they are read: a folder of results, and the project's own documentation.
struct Publication {
    var report: Report

    /// `latest.json` and the plots.
    func write(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try report.json().write(to: folder.appending(path: "latest.json"))
        try report.markdown.write(to: folder.appending(path: "latest.md"), atomically: true, encoding: .utf8)
        try writePlots(to: folder.appending(path: "plots"))
    }

    /// docs/performance.json, docs/plots, and the tables between the marks in docs/performance.md.
    ///
    /// - Throws: `PublicationProblem` when the page has no such marks.
    func publish(docs: URL) throws {
        let page = docs.appending(path: "performance.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        guard let replaced = Self.replace(in: text, with: body) else {
            throw PublicationProblem(description: "\(page.path) has no lines '\(Self.begin)' and '\(Self.end)'")
        }
        try replaced.write(to: page, atomically: true, encoding: .utf8)
        try report.json().write(to: docs.appending(path: "performance.json"))
        try writePlots(to: docs.appending(path: "plots"))
    }

    static let begin = "<!-- results: begin, written by make bench -->"
    static let end = "<!-- results: end -->"

    /// The text with what is between the marks replaced; nil if they are not there, in this order.
    static func replace(in text: String, with body: String) -> String? {
        guard let start = text.firstRange(of: begin),
            let stop = text[start.upperBound...].firstRange(of: end)
        else { return nil }
        return text[..<start.upperBound] + "\n\n" + body + "\n" + text[stop.lowerBound...]
    }

    private var body: String {
        let pictures = Plots.all(report.cells).map { "![\($0.title)](plots/\($0.name).svg)\n" }
        return report.markdown + "\n### Pictures\n\n" + pictures.joined(separator: "\n")
    }

    /// Those of an earlier run go: one that measured more left pictures that are not of this one.
    private func writePlots(to folder: URL) throws {
        for old in (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        where old.pathExtension == "svg" {
            try FileManager.default.removeItem(at: old)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for plot in Plots.all(report.cells) {
            try plot.document.write(to: folder.appending(path: "\(plot.name).svg"), atomically: true, encoding: .utf8)
        }
    }
}

/// Why results cannot be published.
struct PublicationProblem: Error, CustomStringConvertible {
    var description: String
}
