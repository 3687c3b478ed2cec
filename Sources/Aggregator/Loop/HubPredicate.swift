import CEventLoop

/// One reference to a predicate of the hub (`CEventLoop/include/predicate.h`): a condition that subscribers of a channel share,
/// one bit in each of its frames. Given back at the end. Any thread, but where said.
final class HubPredicate: Sendable {
    // Counted by the C target, which says that all of its functions may be called from any thread, but for `collect`.
    nonisolated(unsafe) let pointer: OpaquePointer
    /// Outlives the reference.
    private let hub: Hub

    enum Failure: Error {
        /// There are as many as a channel has bits for.
        case noSlot
        case outOfMemory
    }

    /// Makes a predicate of the channel. `owner` is told when the last reference to it has gone, whoever had it.
    init(_ channel: HubChannel, in hub: Hub, owner: any PredicateOwner) throws(Failure) {
        var made: OpaquePointer?
        let context = Unmanaged.passRetained(PredicateContext(owner))
        let result = el_predicate_new(
            channel.pointer, context.toOpaque(),
            { context in
                guard let context else { return }
                Unmanaged<PredicateContext>.fromOpaque(context).takeRetainedValue().owner.predicateIsGone()
            }, &made)
        guard result == EL_PREDICATE_MADE, let made else {
            context.release()
            throw result == EL_PREDICATE_NO_SLOT ? .noSlot : .outOfMemory
        }
        pointer = made
        self.hub = hub
    }

    /// One more reference to a predicate whose owner has not been told yet that it is gone; nil: it is going.
    init?(another predicate: HubPredicate.Address, in hub: Hub) {
        guard el_predicate_retain(predicate.pointer) else { return nil }
        pointer = predicate.pointer
        self.hub = hub
    }

    deinit { el_predicate_release(pointer) }

    /// Where a predicate lies, without a reference to it.
    struct Address: Sendable {
        // Only handed back to the C target, by who knows that it is still there.
        nonisolated(unsafe) fileprivate let pointer: OpaquePointer
    }

    var address: Address { Address(pointer: pointer) }
    /// Its bit.
    var slot: Int { Int(el_predicate_slot(pointer)) }
    /// Of the channel's set, from which on it belongs to it.
    var version: UInt64 { el_predicate_version(pointer) }

    /// Ends the streams that follow with it, with a word why.
    func end() { el_predicate_end(pointer) }

    /// On the loop's thread: whether it may be followed with there.
    func isReady(onLoop loop: Int) -> Bool { el_predicate_is_ready(pointer, UInt32(clamping: loop)) }

    /// On the loop's thread: the next frames that were kept when it was made, a bounded number of events and of bytes;
    /// nil: there are no more, and it is ready there.
    func collect(onLoop loop: Int, after: inout UInt64) -> FrameSlice? {
        let frames = UnsafeMutableBufferPointer<OpaquePointer?>.allocate(capacity: FrameSlice.capacity)
        let count = el_predicate_collect(
            pointer, UInt32(clamping: loop), &after, frames.baseAddress, frames.count, FrameSlice.bytes)
        guard count > 0 else {
            frames.deallocate()
            return nil
        }
        return FrameSlice(frames: frames, count: count, predicate: self)
    }
}

/// Who has a predicate made.
protocol PredicateOwner: AnyObject, Sendable {
    /// Nobody has a reference any more; its slot may be another's already. On any thread, a loop's included.
    func predicateIsGone()
}

private final class PredicateContext {
    let owner: any PredicateOwner

    init(_ owner: any PredicateOwner) { self.owner = owner }
}

/// Kept frames on their way to be evaluated, each with a reference.
final class FrameSlice: Sendable {
    fileprivate static let capacity = 256
    /// About: slices wait for each other, and what they hold is beyond what channels keep.
    fileprivate static let bytes = 1 << 20

    // Made by one thread, handed over by a queue, used up by another: never in two hands at once.
    nonisolated(unsafe) private let frames: UnsafeMutableBufferPointer<OpaquePointer?>
    // Like `frames`.
    nonisolated(unsafe) private var left: Range<Int>
    private let predicate: HubPredicate

    fileprivate init(frames: UnsafeMutableBufferPointer<OpaquePointer?>, count: Int, predicate: HubPredicate) {
        self.frames = frames
        left = 0..<count
        self.predicate = predicate
    }

    /// Sets the predicate's bit in each of the frames, and lets go of them; until it is told nil, which leaves that one and the
    /// rest for the next time.
    ///
    /// - Returns: all of them are decided.
    @discardableResult
    func decide(_ isTrue: (borrowing FrameView) -> Bool?) -> Bool {
        for index in left {
            guard let frame = frames[index] else { continue }
            guard let isTrue = isTrue(FrameView(pointer: frame)) else {
                left = index..<left.upperBound
                return false
            }
            el_predicate_decide(predicate.pointer, frame, isTrue)
        }
        left = 0..<0
        return true
    }

    deinit {
        // Whoever gave up half-way has no use for the bits, but the frames must go.
        decide { _ in false }
        frames.deallocate()
    }
}
