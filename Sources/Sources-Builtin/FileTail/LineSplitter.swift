import Glibc

/// Cuts what is read into lines. What has no end yet is kept, at most `limit` bytes of it.
struct LineSplitter {
    /// A line, without its end: valid for the time of one call.
    struct Line {
        var bytes: UnsafeRawBufferPointer
        /// There was more of it.
        var isCut: Bool
        /// Where it begins in its file.
        var start = 0
    }

    let limit: Int
    let longLines: LongLines
    /// Lines that were too long, so far.
    private(set) var oversized = 0
    /// Where the next byte to be taken lies in the file.
    private(set) var position = 0
    /// Where the line under way begins.
    private var lineStart = 0
    private var partial: [UInt8] = []
    /// The line under way is too long: the rest of it is skipped.
    private(set) var isSkipping = false
    /// A file that was cut off under a writer that keeps its place begins with a hole.
    private(set) var isAfterHole = false

    init(limit: Int, longLines: LongLines) {
        self.limit = limit
        self.longLines = longLines
    }

    /// The beginning of a line is there, but not its end.
    var hasPartial: Bool { !partial.isEmpty }

    /// Where somebody has to go on who knows nothing of what is kept here but `isSkipping` and `isAfterHole`.
    var resume: Int { isSkipping || isAfterHole ? position : lineStart }

    /// Forgets what is under way, and skips zeros until something else comes.
    mutating func restart() {
        go(to: 0)
        isSkipping = false
        isAfterHole = true
    }

    /// Goes on at that place, as somebody stopped there.
    mutating func resume(at place: Int, _ state: LineState) {
        go(to: place)
        isSkipping = state.isSkippingLine
        isAfterHole = state.isAfterHole
    }

    /// Passes over what lies before that place, in which no line is.
    mutating func go(to place: Int) {
        partial.removeAll()
        (position, lineStart) = (place, place)
    }

    /// Takes what was read, until it has given out `most` lines.
    /// - Returns: how many bytes it has taken.
    mutating func feed(_ block: UnsafeRawBufferPointer, atMost most: Int = .max, _ take: (Line) -> Void) -> Int {
        guard let base = block.baseAddress else { return 0 }
        let first = position
        var at = 0
        if isAfterHole {
            at = block.firstIndex { $0 != 0 } ?? block.count
            lineStart = first + at
            if at < block.count { isAfterHole = false }
        }
        var lines = 0
        while at < block.count, lines < most {
            guard let newline = memchr(base + at, 0x0A, block.count - at) else {
                keep(UnsafeRawBufferPointer(rebasing: block[at...]), take)
                at = block.count
                break
            }
            let length = UnsafeRawPointer(newline) - (base + at)
            end(UnsafeRawBufferPointer(start: base + at, count: length), take)
            at += length + 1
            lineStart = first + at
            lines += 1
        }
        position = first + at
        return at
    }

    /// Gives out what is under way, because no more of it will come; what comes all the same is a line of its own.
    mutating func flush(_ take: (Line) -> Void) {
        guard hasPartial else { return }
        let line = partial
        partial.removeAll()
        line.withUnsafeBytes { give($0, take) }
        lineStart = position
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
            let bytes = UnsafeRawBufferPointer(rebasing: line[..<end])
            return take(Line(bytes: bytes, isCut: false, start: lineStart))
        }
        oversized += 1
        guard longLines == .cut else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: line[..<Self.cut(line, at: limit)])
        take(Line(bytes: bytes, isCut: true, start: lineStart))
    }

    /// The limit, or before it where that would be in the middle of a character: back over continuation bytes, at most
    /// three.
    static func cut(_ line: UnsafeRawBufferPointer, at limit: Int) -> Int {
        var cut = limit
        while cut > max(0, limit - 3), line[cut] & 0xC0 == 0x80 { cut -= 1 }
        return line[cut] & 0xC0 == 0x80 ? limit : cut
    }
}
