/// What is to be done about a file that was written to, cut off, renamed or removed: decided from what the system says of
/// it, by functions that touch nothing.
enum Rotation {
    /// What is to be done with an open file.
    enum Verdict: Equatable {
        /// Nothing new.
        case rest
        /// There is more after the offset, if the bytes before it are still those that were read.
        case read
        /// No larger, but written to: the bytes before the offset tell whether it was cut off and has grown to just this
        /// size.
        case verify
        /// Cut off: begin again.
        case restart
    }

    /// - Parameters:
    ///   - look: what fstat(2) says.
    ///   - offset: up to where it was read.
    ///   - modified: when it had last been changed, as of that reading; nil if it was not read yet.
    static func verdict(_ look: FileLook, offset: Int, modified: Int64?) -> Verdict {
        if look.size < offset { return .restart }
        if look.size > offset { return .read }
        return modified == look.modified || offset == 0 ? .rest : .verify
    }

    /// Whether a file that is at none of its paths any more is let go. A writer may still have it open: it is kept until
    /// its successor is there, or its last name is gone, and then as long as it is written to.
    ///
    /// - Parameters:
    ///   - hasSuccessor: another file is at the path where it was.
    ///   - links: names it has.
    ///   - quiet: since when nothing came.
    ///   - grace: how long a writer may be silent.
    static func isOver(hasSuccessor: Bool, links: Int, quiet: Duration, grace: Duration) -> Bool {
        switch (hasSuccessor, links) {
        case (true, _): quiet >= grace
        // Removed, and nothing came in its place: whoever wrote it may be about to make a new one.
        case (false, 0): quiet >= grace * 12
        case (false, _): false
        }
    }

    /// What a path that was followed has become.
    enum PathVerdict: Equatable {
        /// The same file.
        case same
        /// Another file has taken its place (or the path leads elsewhere now).
        case replaced
        /// There is no file any more.
        case gone
    }

    static func verdict(_ look: FileLook?, followed: FileIdentity) -> PathVerdict {
        guard let look, look.kind == .file else { return .gone }
        return look.identity == followed ? .same : .replaced
    }
}
