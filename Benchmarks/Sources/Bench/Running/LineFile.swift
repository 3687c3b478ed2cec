import Foundation

/// A large file of lines, made once and read by many runs.
struct LineFile: Sendable {
    enum Kind: String, Sendable {
        /// Lines of 100 bytes, their end included.
        case text
        /// JSON objects, 200 bytes with the line's end.
        case json
    }

    var path: String
    var lines: Int

    /// Makes it, unless it is there.
    ///
    /// - Parameter bytes: a multiple of a million.
    static func made(_ kind: Kind, bytes: Int, in folder: URL) throws -> LineFile {
        let block = block(of: kind)
        let lineLength = kind == .text ? 100 : 200
        let file = folder.appending(path: "\(kind.rawValue)-\(bytes / 1_000_000).log")
        let made = LineFile(path: file.path, lines: bytes / lineLength)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        if (attributes?[.size] as? Int) == bytes { return made }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        for _ in 0..<(bytes / block.count) { try handle.write(contentsOf: block) }
        return made
    }

    /// A million bytes of lines that differ.
    private static func block(of kind: Kind) -> Data {
        var text = ""
        text.reserveCapacity(1_000_000)
        let length = kind == .text ? 100 : 200
        for number in 0..<(1_000_000 / length) {
            let head: String
            let tail: String
            switch kind {
            case .text:
                head = "2026-01-01T12:00:00Z host app[\(number)]: request \(number * 7919 % 100_003) took "
                tail = "ms\n"
            case .json:
                head =
                    "{\"time\":\"2026-01-01T12:00:00Z\",\"level\":\"info\",\"status\":\(200 + number % 300),\"path\":\"/"
                    + "orders/\(number)\",\"ms\":\(number % 977).5,\"user\":{\"id\":\(number * 7919 % 100_003)},\"text\":\""
                tail = "\"}\n"
            }
            text += head + String(repeating: "1", count: length - head.utf8.count - tail.utf8.count) + tail
        }
        return Data(text.utf8)
    }
}
