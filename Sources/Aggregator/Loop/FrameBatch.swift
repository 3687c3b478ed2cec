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
    ///   - truths: what the channel's predicates say of it.
    mutating func add(_ event: inout Event, to channel: borrowing FrameEncoder, ends: Bool, _ truths: Truths) -> Bool {
        guard let frame = channel.frame(of: &event, ends: ends) else { return false }
        let item = el_appendix(
            channel: channel.channel.pointer, frame: frame, truths: truths.bits, version: truths.version)
        if first == nil { first = item } else { others.append(item) }
        return true
    }

    /// Appends all, with nothing of others between them. The batch is empty then.
    ///
    /// - Parameter evaluate: what the channel's predicates say of the event of that frame: asked anew where they have become
    ///   more since.
    mutating func append(to hub: Hub, evaluate: (HubChannel, borrowing FrameView) -> Truths) {
        guard let first = first.take() else { return }
        // Whether there is room is asked by who can wait for it (`RoomWaiters`), after the walk.
        if others.isEmpty {
            var first = first
            withUnsafeMutablePointer(to: &first) {
                Self.append(UnsafeMutableBufferPointer(start: $0, count: 1), to: hub, evaluate)
            }
        } else {
            others.insert(first, at: 0)
            others.withUnsafeMutableBufferPointer { Self.append($0, to: hub, evaluate) }
            others = []
        }
    }

    /// Each time it has to try again, somebody has made a predicate meanwhile, which takes longer than this.
    private static func append(
        _ items: UnsafeMutableBufferPointer<el_appendix>, to hub: Hub,
        _ evaluate: (HubChannel, borrowing FrameView) -> Truths
    ) {
        while !hub.append(UnsafeBufferPointer(items)) {
            for index in items.indices {
                let truths = evaluate(
                    HubChannel(pointer: items[index].channel), FrameView(pointer: items[index].frame))
                items[index].truths = truths.bits
                items[index].version = truths.version
            }
        }
    }

    deinit {
        if let first { el_frame_free(first.frame) }
        for item in others { el_frame_free(item.frame) }
    }
}

/// What the predicates of a channel say of an event, as of a version of their set (`el_appendix`).
struct Truths: Sendable, Equatable {
    /// By slot.
    var bits: UInt64
    var version: UInt64
}
