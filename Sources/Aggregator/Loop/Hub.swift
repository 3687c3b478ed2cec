import CEventLoop
import Logging
import Synchronization

/// The C hub (`CEventLoop/include/hub.h`), as Swift sees it: loops, listeners, and the one order.
///
/// Made, started and finished from one task; everything else from any thread. `handler` is called on the loops' threads.
final class Hub: Sendable {
    // Immutable, valid until `deinit`, and every function called on it is documented in the C headers as safe from any
    // thread, or is called by the one owner in the documented order.
    nonisolated(unsafe) let pointer: OpaquePointer
    private let bridge: HandlerBridge
    /// There is nobody left to read: what is appended now would only pile up.
    private let isFinished = Atomic(false)

    /// - Throws: `HubError` when the hub cannot be made.
    init(_ settings: HubSettings, handler: any HubHandler, log: Logger) throws(HubError) {
        let bridge = HandlerBridge(handler, log)
        var settings = settings.raw
        var callbacks = bridge.callbacks
        var made: OpaquePointer?
        try HubError.check { error in
            made = el_hub_new(&settings, &callbacks, error)
            return made != nil
        }
        guard let made else { throw HubError(message: "out of memory") }
        self.bridge = bridge
        pointer = made
    }

    deinit { el_hub_free(pointer) }

    /// Binds and listens; before `start`. Returns the address with the port that was taken.
    func listen(on address: ListenAddress) throws(HubError) -> ListenAddress {
        switch address {
        case .tcp(let host, let port):
            var bound: UInt16 = 0
            try HubError.check { error in
                bound = el_hub_listen_tcp(pointer, host, UInt16(clamping: port), error)
                return bound != 0
            }
            return .tcp(host: host, port: Int(bound))
        case .unix(let path):
            try HubError.check { error in el_hub_listen_unix(pointer, path, error) }
            return address
        }
    }

    /// What the answers have that the loops give by themselves, to what never gets to the handler; before `start`.
    ///
    /// - Parameter lines: complete, each with CR LF.
    func setRefusalHeaders(_ lines: String) throws(HubError) {
        guard lines.withSlice({ el_hub_set_refusal_headers(pointer, $0) }) else {
            throw HubError(message: "out of memory")
        }
    }

    /// Starts the loops' threads.
    func start() throws(HubError) {
        try HubError.check { error in el_hub_start(pointer, error) }
    }

    /// Nobody new comes in from now on; requests on open connections are the last of theirs.
    func closeListeners() { el_hub_close_listeners(pointer) }

    /// The orderly end; blocks until all connections are gone, at most `within`. Not on a loop's thread, nor on the
    /// cooperative pool's.
    func finish(within: Duration) {
        el_hub_finish(pointer, within.clampedMilliseconds)
        isFinished.store(true, ordering: .releasing)
        bridge.forget()
    }

    /// Opens a channel; also while serving.
    func open(_ channel: ChannelDefinition) throws(HubError) -> HubChannel {
        var settings = el_channel_settings(channel)
        guard let channel = el_channel_open(pointer, &settings) else { throw HubError(message: "out of memory") }
        return HubChannel(pointer: channel)
    }

    /// Appends all frames, in this order, with nothing else between them, and takes them over; whether there still is room is
    /// another question (`hasRoom`). False: none of them, as a channel has predicates that they were not evaluated with.
    /// After `finish` frames are given up.
    func append(_ frames: UnsafeBufferPointer<el_appendix>) -> Bool {
        guard !isFinished.load(ordering: .acquiring) else {
            for item in frames { el_frame_free(item.frame) }
            return true
        }
        return el_append(pointer, frames.baseAddress, frames.count) != EL_STALE
    }

    /// Calls `work` on the loop's thread, soon; or `otherwise`, if need be here and now, when that loop is ending.
    func call(onLoop loop: Int, _ work: @escaping @Sendable () -> Void, otherwise: @escaping @Sendable () -> Void) {
        let call = Unmanaged.passRetained(LoopCall(work: work, otherwise: otherwise))
        el_hub_call(
            pointer, UInt32(clamping: loop),
            { context, runs in
                guard let context else { return }
                let call = Unmanaged<LoopCall>.fromOpaque(context).takeRetainedValue()
                if runs { call.work() } else { call.otherwise() }
            }, call.toOpaque())
    }

    /// Is there room?
    var hasRoom: Bool { el_has_room(pointer) }

    /// The counters of all loops.
    var counters: HubCounters {
        var raw = el_counters()
        el_hub_counters(pointer, &raw)
        return HubCounters(raw)
    }
}

private final class LoopCall {
    let work: @Sendable () -> Void
    let otherwise: @Sendable () -> Void

    init(work: @escaping @Sendable () -> Void, otherwise: @escaping @Sendable () -> Void) {
        self.work = work
        self.otherwise = otherwise
    }
}

/// A channel of the hub. Lives as long as the hub.
struct HubChannel: Sendable, Equatable {
    // An address that is only handed back to the C target, whose functions on it may be called from any thread.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// What the channel has had and keeps.
    var counters: ChannelCounters {
        var raw = el_channel_counters()
        el_channel_read_counters(pointer, &raw)
        return ChannelCounters(raw)
    }
}

/// What the hub asks of Swift. Called on the loops' threads, several at once; nothing in it may block.
protocol HubHandler: AnyObject, Sendable {
    /// A request's head is complete: answer, subscribe, defer, or ask for the body.
    func head(_ request: borrowing IncomingRequest)
    /// The body that was asked for is there: answer or defer.
    func body(_ request: borrowing IncomingRequest)
    /// The next piece of the body that was asked for in pieces: answer, hold, or go on.
    func piece(_ request: borrowing IncomingRequest, isLast: Bool)
    /// Mailboxes that were full have room again.
    func room()
    /// The whole event of a frame, as CloudEvents JSON; nil leaves the frame out of the stream.
    func envelope(_ frame: borrowing FrameView) -> [UInt8]?
}

/// Why the hub could not do something: one sentence that names what failed and on what.
struct HubError: Error, CustomStringConvertible {
    var message: String
    var description: String { message }

    static func check(_ body: (UnsafeMutablePointer<CChar>) -> Bool) throws(HubError) {
        var message = ""
        let ok = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(EL_ERROR_SIZE)) { buffer in
            buffer.initialize(repeating: 0)
            guard let base = buffer.baseAddress else { return false }
            let ok = body(base)
            if !ok { message = String(cString: base) }
            return ok
        }
        if !ok { throw HubError(message: message) }
    }
}

extension Duration {
    /// Whole milliseconds, at most what the C target's fields hold.
    var clampedMilliseconds: UInt32 {
        let (seconds, attoseconds) = components
        guard seconds < Int64(UInt32.max) / 1000 else { return UInt32.max }
        return UInt32(max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
