/// Splits what a program writes into lines, ended by LF, CR (progress bars draw over themselves so), or both. Lines without
/// a character are left out. A line longer than `limit` bytes is cut there; memory is bounded by that.
struct OutputLines {
    /// A line, without its end.
    struct Line: Equatable {
        var bytes: [UInt8]
        var isCut: Bool
    }

    private let limit: Int
    private var partial: [UInt8] = []
    private var isCut = false

    init(limit: Int) { self.limit = limit }

    /// The lines that are whole with these bytes.
    mutating func append(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            keep(rest[..<end])
            if let line = finish() { lines.append(line) }
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// The last line, if it has not been ended.
    mutating func finish() -> Line? {
        guard !partial.isEmpty else { return nil }
        defer { (partial, isCut) = ([], false) }
        return Line(bytes: partial, isCut: isCut)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let room = limit - partial.count
        if bytes.count > room { isCut = true }
        partial += bytes.prefix(room)
    }
}
