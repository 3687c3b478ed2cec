import Expressions
import Foundation

/// When the last event was due, across restarts. A file that cannot be read or written costs a catch-up, nothing else.
struct DueMemory {
    private let file: URL

    init(folder: String) { file = URL(filePath: folder).appending(path: "last-due") }

    func read() -> Timestamp? {
        (try? String(contentsOf: file, encoding: .utf8)).flatMap {
            Timestamp(rfc3339: $0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    func write(_ time: Timestamp) {
        try? Data("\(time)\n".utf8).write(to: file, options: .atomic)
    }
}
