import CEventLoop

/// Frames on their way to one append, in the order in which they will be read.
struct FrameBatch: ~Copyable {
    private var items: [el_appendix] = []

    /// Encodes an event for a channel. False: out of memory; the rest of the batch is as it was.
    ///
    /// - Parameter ends: the streams of its subject end with it (`el_frame_parts.ends`).
    mutating func add(_ event: Event, to channel: borrowing FrameEncoder, ends: Bool) -> Bool {
        guard let frame = channel.frame(of: event, ends: ends) else { return false }
        items.append(el_appendix(channel: channel.channel.pointer, frame: frame))
        return true
    }

    /// Appends all, with nothing of others between them. The batch is empty then.
    mutating func append(to hub: Hub) {
        guard !items.isEmpty else { return }
        // Whether there is room is asked by who can wait for it (`RoomWaiters`), after the walk.
        _ = hub.append(items)
        items = []
    }

    deinit {
        for item in items { el_frame_free(item.frame) }
    }
}
