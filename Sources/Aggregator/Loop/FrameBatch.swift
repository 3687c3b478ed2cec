import CEventLoop

/// Frames on their way to one append, in the order in which they will be read.
struct FrameBatch: ~Copyable {
    /// The first has a place of its own: most batches are one frame, and need no array then.
    private var first: el_appendix?
    private var others: [el_appendix] = []

    /// Encodes an event for a channel. False: out of memory; the rest of the batch is as it was.
    ///
    /// - Parameters:
    ///   - event: not changed; `inout`, because a closure then refers to it and does not copy it.
    ///   - ends: the streams of its subject end with it (`el_frame_parts.ends`).
    mutating func add(_ event: inout Event, to channel: borrowing FrameEncoder, ends: Bool) -> Bool {
        guard let frame = channel.frame(of: &event, ends: ends) else { return false }
        let item = el_appendix(channel: channel.channel.pointer, frame: frame)
        if first == nil { first = item } else { others.append(item) }
        return true
    }

    /// Appends all, with nothing of others between them. The batch is empty then.
    mutating func append(to hub: Hub) {
        guard let first = first.take() else { return }
        // Whether there is room is asked by who can wait for it (`RoomWaiters`), after the walk.
        if others.isEmpty {
            _ = withUnsafePointer(to: first) { hub.append(UnsafeBufferPointer(start: $0, count: 1)) }
        } else {
            others.insert(first, at: 0)
            _ = others.withUnsafeBufferPointer(hub.append)
            others = []
        }
    }

    deinit {
        if let first { el_frame_free(first.frame) }
        for item in others { el_frame_free(item.frame) }
    }
}
