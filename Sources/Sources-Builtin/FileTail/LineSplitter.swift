import Glibc

/// Cuts what is read into lines. What has no end yet is kept, at most `limit` bytes of it.
struct LineSplitter {
    /// A line, without its end: valid for the time of one call.
    struct Line {
        var bytes: UnsafeRawBufferPointer
        /// There was more of it.
        var isCut: Bool
    }

    let limit: Int
    let oversize: LineOversize
    /// Lines that were too long, so far.
    private(set) var oversized = 0
    private var partial: [UInt8] = []
    /// The line under way is too long: the rest of it is skipped.
    private var isSkipping = false
    /// A file that was cut off under a writer that keeps its place begins with a hole.
    private(set) var isAfterHole = false

    init(limit: Int, oversize: LineOversize) {
        self.limit = limit
        self.oversize = oversize
    }

    /// The beginning of a line is there, but not its end.
    var hasPartial: Bool { !partial.isEmpty }

    /// Forgets what is under way, and skips zeros until something else comes.
    mutating func restart() {
        partial.removeAll()
        isSkipping = false
        isAfterHole = true
    }

    /// Takes what was read, until it has given out `most` lines.
    /// - Returns: how many bytes it has taken.
    mutating func feed(_ block: UnsafeRawBufferPointer, atMost most: Int = .max, _ take: (Line) -> Void) -> Int {
        guard let base = block.baseAddress else { return 0 }
        var at = 0
        if isAfterHole {
            at = block.firstIndex { $0 != 0 } ?? block.count
            if at < block.count { isAfterHole = false }
        }
        var lines = 0
        while at < block.count, lines < most {
            guard let newline = memchr(base + at, 0x0A, block.count - at) else {
                keep(UnsafeRawBufferPointer(rebasing: block[at...]), take)
                return block.count
            }
            let length = UnsafeRawPointer(newline) - (base + at)
            end(UnsafeRawBufferPointer(start: base + at, count: length), take)
            at += length + 1
            lines += 1
        }
        return at
    }

    /// Gives out what is under way, because no more of it will come.
    mutating func flush(_ take: (Line) -> Void) {
        guard hasPartial else { return }
        let line = partial
        partial.removeAll()
        line.withUnsafeBytes { give($0, take) }
    }

    private mutating func end(_ piece: UnsafeRawBufferPointer, _ take: (Line) -> Void) {
        if isSkipping {
            isSkipping = false
        } else if partial.isEmpty {
            give(piece, take)
        } else {
            let room = limit + 2 - partial.count
            partial.append(contentsOf: piece.prefix(room))
            flush(take)
        }
    }

    /// The first half of a line. One byte more than the limit is kept, for a CR that is no part of it; when even that is
    /// passed, the line is given out, and the rest will be skipped.
    private mutating func keep(_ piece: UnsafeRawBufferPointer, _ take: (Line) -> Void) {
        guard !isSkipping else { return }
        if partial.isEmpty { partial.reserveCapacity(min(piece.count, limit + 2)) }
        partial.append(contentsOf: piece.prefix(limit + 2 - partial.count))
        guard partial.count > limit + 1 else { return }
        flush(take)
        isSkipping = true
    }

    private mutating func give(_ line: UnsafeRawBufferPointer, _ take: (Line) -> Void) {
        let end = line.last == 0x0D ? line.count - 1 : line.count
        guard end > limit else {
            return take(Line(bytes: UnsafeRawBufferPointer(rebasing: line[..<end]), isCut: false))
        }
        oversized += 1
        guard oversize == .cut else { return }
        // Not in the middle of a character: back over continuation bytes, at most three.
        var cut = limit
        while cut > max(0, limit - 3), line[cut] & 0xC0 == 0x80 { cut -= 1 }
        if line[cut] & 0xC0 == 0x80 { cut = limit }
        take(Line(bytes: UnsafeRawBufferPointer(rebasing: line[..<cut]), isCut: true))
    }
}
