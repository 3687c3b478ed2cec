/// Comma-separated values (RFC 4180): quotes, doubled quotes in them, line breaks in quotes, CRLF or LF. A byte order mark is
/// passed over; an empty line is none.
enum CSV {
    struct Row: Equatable {
        /// Where it begins, from 1.
        let line: Int
        let fields: [String]
    }

    /// What is wrong, and where.
    struct Problem: Error, Equatable, CustomStringConvertible {
        let line: Int
        let message: String
        var description: String { "line \(line): \(message)" }
    }

    /// All rows.
    static func rows(of bytes: [UInt8]) throws(Problem) -> [Row] {
        var reader = Reader(bytes: bytes)
        var rows: [Row] = []
        while let row = try reader.row() { rows.append(row) }
        return rows
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        var line = 1

        init(bytes: [UInt8]) {
            self.bytes = bytes
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        }

        private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

        mutating func row() throws(Problem) -> Row? {
            while skipLineBreak() {}
            guard next != nil else { return nil }
            let start = line
            var fields = [try field()]
            while next == UInt8(ascii: ",") {
                at += 1
                fields.append(try field())
            }
            _ = skipLineBreak()
            return Row(line: start, fields: fields)
        }

        private mutating func skipLineBreak() -> Bool {
            if next == UInt8(ascii: "\r"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\n") { at += 1 }
            guard next == UInt8(ascii: "\n") else { return false }
            at += 1
            line += 1
            return true
        }

        private var isAtEndOfLine: Bool {
            switch next {
            case nil, UInt8(ascii: "\n"): true
            case UInt8(ascii: "\r"): at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "\n")
            default: false
            }
        }

        private mutating func field() throws(Problem) -> String {
            guard next == UInt8(ascii: "\"") else {
                let start = at
                while !isAtEndOfLine, next != UInt8(ascii: ",") {
                    if next == UInt8(ascii: "\"") {
                        throw Problem(
                            line: line,
                            message: "a quote within a field; put the whole field in quotes, and double this one")
                    }
                    at += 1
                }
                return try text(bytes[start..<at])
            }
            return try quoted()
        }

        private mutating func quoted() throws(Problem) -> String {
            let start = line
            var content: [UInt8] = []
            at += 1
            while let byte = next {
                at += 1
                if byte == UInt8(ascii: "\n") { line += 1 }
                guard byte == UInt8(ascii: "\"") else {
                    content.append(byte)
                    continue
                }
                if next == UInt8(ascii: "\"") {
                    content.append(byte)
                    at += 1
                } else if isAtEndOfLine || next == UInt8(ascii: ",") {
                    return try text(content[...])
                } else {
                    throw Problem(
                        line: line, message: "something behind a closing quote; expected a comma or the end of the line"
                    )
                }
            }
            throw Problem(line: start, message: "a quote that is not closed")
        }

        private func text(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Problem(line: line, message: "not UTF-8")
            }
            return text
        }
    }
}
