/// Makes of a file's bytes what events are made of: lines, or, with `multiline`, those that belong together.
struct LineCutter {
    private var splitter: LineSplitter
    private var grouper: LineGrouper?

    init(_ splitter: LineSplitter, _ grouper: LineGrouper? = nil) {
        self.splitter = splitter
        self.grouper = grouper
    }

    /// Where the next byte to be taken lies in the file.
    var position: Int { splitter.position }
    /// Where to go on, for whoever knows nothing of what was begun.
    var resume: Int { grouper?.start ?? splitter.resume }
    /// The beginning of a line or of a group of lines is there, but not its end.
    var hasPartial: Bool { splitter.hasPartial || grouper?.hasPartial == true }
    /// Zeros are skipped: the hole of a file that was cut off.
    var isAfterHole: Bool { splitter.isAfterHole }
    /// Lines and groups that were too long, so far.
    var oversized: Int { splitter.oversized + (grouper?.oversized ?? 0) }

    /// What is to be done with the first bytes after `resume`.
    var state: LineState {
        LineState(
            isSkippingLine: splitter.isSkipping, isSkippingGroup: grouper?.isSkipping == true,
            isAfterHole: splitter.isAfterHole)
    }

    /// Goes on at that place, as somebody stopped there.
    mutating func resume(at place: Int, _ state: LineState) {
        splitter.resume(at: place, state)
        grouper?.resume(state)
    }

    /// Forgets what is under way, and begins at the file's beginning again.
    mutating func restart() {
        splitter.restart()
        grouper?.restart()
    }

    /// Passes over what lies before that place, in which no line is.
    mutating func go(to place: Int) { splitter.go(to: place) }

    /// Takes what was read, until there were `most` lines.
    /// - Returns: how many bytes it has taken.
    mutating func feed(
        _ block: UnsafeRawBufferPointer, atMost most: Int, _ take: (LineSplitter.Line) -> Void
    ) -> Int {
        guard var groups = grouper.take() else { return splitter.feed(block, atMost: most, take) }
        defer { grouper = groups }
        return splitter.feed(block, atMost: most) { groups.feed($0, take) }
    }

    /// Gives out a last line without end, and a group of lines that no other line may join any more.
    mutating func flush(_ take: (LineSplitter.Line) -> Void) {
        flushLine(take)
        grouper?.flush(take)
    }

    /// Gives out a last line that has had no end for a while.
    mutating func flushLine(_ take: (LineSplitter.Line) -> Void) {
        guard var groups = grouper.take() else { return splitter.flush(take) }
        defer { grouper = groups }
        splitter.flush { groups.feed($0, take) }
    }

    /// Gives out a group of lines that no line has joined for a while.
    mutating func flushGroup(_ take: (LineSplitter.Line) -> Void) { grouper?.flush(take) }
}
