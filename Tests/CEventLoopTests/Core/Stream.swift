import Testing

/// One block of an event stream, as a client reads it.
struct Block: Equatable {
    var id = ""
    var event = ""
    var data = ""
    var retry = ""
    var comment = ""

    var number: UInt64? { UInt64(id.suffix(12), radix: 16) }
    var missed: String { String(data.dropFirst(#"{"missed": "#.count).dropLast()) }
}

/// A strict reader of chunked event streams: what it does not understand is an error, not skipped.
enum Stream {
    struct Malformed: Error {
        var reason: String
        var at: Int
    }

    static func blocks(_ bytes: [UInt8]) throws -> [Block] {
        try bytes.first == UInt8(ascii: "r") || bytes.first == UInt8(ascii: "i")
            ? parse(bytes) : chunks(bytes).map { try parseOne($0) }
    }

    /// The chunks of RFC 9112 section 7.1: each of ours has exactly one block.
    static func chunks(_ bytes: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var at = 0
        var chunks: [ArraySlice<UInt8>] = []
        while at < bytes.count {
            guard let lineEnd = bytes[at...].firstIndex(of: 13), lineEnd + 1 < bytes.count, bytes[lineEnd + 1] == 10,
                let size = Int(String(decoding: bytes[at..<lineEnd], as: UTF8.self), radix: 16), size > 0
            else { throw Malformed(reason: "no size of a chunk", at: at) }
            let start = lineEnd + 2
            guard start + size + 2 <= bytes.count, bytes[start + size] == 13, bytes[start + size + 1] == 10
            else { throw Malformed(reason: "a chunk that does not end", at: at) }
            chunks.append(bytes[start..<start + size])
            at = start + size + 2
        }
        return chunks
    }

    static func parse(_ bytes: [UInt8]) throws -> [Block] {
        var blocks: [Block] = []
        var start = 0
        for at in bytes.indices.dropFirst() where bytes[at] == 10 && bytes[at - 1] == 10 {
            guard at >= start + 1 else { continue }
            blocks.append(try parseOne(bytes[start...at]))
            start = at + 1
        }
        guard start == bytes.count else { throw Malformed(reason: "a block that does not end", at: start) }
        return blocks
    }

    static func parseOne(_ bytes: ArraySlice<UInt8>) throws -> Block {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.unicodeScalars.suffix(2).elementsEqual("\n\n".unicodeScalars)
        else { throw Malformed(reason: "a block without its blank line", at: bytes.startIndex) }
        var block = Block()
        var lines: [String] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix(": ") {
                block.comment = String(line.dropFirst(2))
            } else if line.hasPrefix("id: ") {
                block.id = String(line.dropFirst(4))
            } else if line.hasPrefix("event: ") {
                block.event = String(line.dropFirst(7))
            } else if line.hasPrefix("retry: ") {
                block.retry = String(line.dropFirst(7))
            } else if line.hasPrefix("data: ") {
                lines.append(String(line.dropFirst(6)))
            } else {
                throw Malformed(reason: "an unknown line: \(line)", at: bytes.startIndex)
            }
        }
        block.data = lines.joined(separator: "\n")
        return block
    }
}
