import Foundation

/// The position in a stream, across restarts. Belongs to an address: with another one it means nothing.
struct StreamMemory {
    private let file: URL
    private let url: String

    init(folder: String, url: String) {
        file = URL(filePath: folder).appending(path: "position")
        self.url = url
    }

    func read() -> String? {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0] == url else { return nil }
        return String(lines[1])
    }

    /// Failing costs events a second time after a restart, and nothing else.
    func write(_ position: String) {
        guard !position.isEmpty, !position.contains("\n") else { return }
        try? Data("\(url)\n\(position)\n".utf8).write(to: file, options: .atomic)
    }
}
