import CEventLoop
import Glibc

/// A request, valid while the handler's function runs and it is not answered. Exactly one of its answering functions is to
/// be called: `respond`, `wantBody` or `wantPieces` (from `head` only), `defer`, `subscribe`; from `piece` also none, or `hold`.
struct IncomingRequest: ~Copyable {
    let pointer: OpaquePointer

    var method: String { String(el_request_method(pointer)) }
    /// As it came: path and query.
    var target: String { String(el_request_target(pointer)) }
    /// A field's value; several of one name joined.
    func header(_ name: StaticString) -> String? {
        let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        let value = el_request_header(pointer, el_slice(bytes: name, length: strlen(name)))
        return value.bytes == nil ? nil : String(value)
    }
    /// All fields, in their order and as they were written.
    var headers: [(name: String, value: String)] {
        (0..<el_request_header_count(pointer)).map { index in
            var name = el_slice()
            var value = el_slice()
            el_request_header_at(pointer, index, &name, &value)
            return (String(name), String(value))
        }
    }
    /// In `body`: the whole of it. In `piece`: that piece.
    var bodyBytes: [UInt8] { [UInt8](el_request_body(pointer)) }
    var hasBody: Bool { el_request_has_body(pointer) }
    /// How many bytes of body were announced; of a chunked one as many as there can be.
    var announcedBytes: UInt64 { el_request_body_announced(pointer) }
    /// The peer's address; empty on a unix socket.
    var peer: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            buffer.initialize(repeating: 0)
            el_request_peer(pointer, base)
            return String(cString: base)
        }
    }
    /// On which loop's thread this is.
    var loop: Int { Int(el_request_loop(pointer)) }
    /// It came in through a listener on a loopback address.
    var isLoopback: Bool { el_request_is_loopback(pointer) }
    /// Nothing more is wanted of this connection: too many of them, or the end is near.
    var isLast: Bool { el_request_is_last(pointer) }

    /// What the handler wants to find again in `body`, and in `head` of a later request with the very same head but for the
    /// number in Content-Length: so it has to follow from nothing but that, `isLoopback`, and what is checked each time.
    var context: AnyObject? {
        el_request_context(pointer).map { Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue() }
    }

    func setContext(_ object: AnyObject) {
        el_request_set_context(pointer, Unmanaged.passRetained(object).toOpaque()) { context in
            if let context { Unmanaged<AnyObject>.fromOpaque(context).release() }
        }
    }

    /// Reads the body, at most `limit` bytes, and calls `HubHandler.body`.
    ///
    /// - Parameter name: what whoever runs the server knows the limit by; nil: nothing can be done about it.
    func wantBody(limit: Int, named name: StaticString?) {
        let text = name.map { UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) }
        el_request_want_body(pointer, UInt64(max(0, limit)), text)
    }

    /// Reads a body of any length, and calls `HubHandler.piece` with each piece of it.
    func wantPieces() { el_request_want_pieces(pointer) }

    /// From `piece`: calls it once more, with nothing new, when others have had their turn and there is room.
    func hold() { el_request_hold(pointer) }

    func respond(_ response: HubResponse) {
        response.withRaw { raw in withUnsafePointer(to: raw) { el_respond(pointer, $0) } }
    }

    /// The request will be answered later, from wherever. Nil: out of memory, answer now.
    func `defer`() -> DeferredRequest? { el_request_defer(pointer).map(DeferredRequest.init) }
}

/// A request that is still to be answered: once, from any thread; the peer may have gone meanwhile.
final class DeferredRequest: Sendable {
    // Consumed by the one call of `respond` or `resume`; the C function may be called from any thread.
    nonisolated(unsafe) private let pointer: OpaquePointer

    fileprivate init(_ pointer: OpaquePointer) { self.pointer = pointer }

    /// Answers. Exactly one of this and `resume` must be called, once.
    func respond(_ response: HubResponse) {
        response.withRaw { raw in withUnsafePointer(to: raw) { el_deferred_respond(pointer, $0) } }
    }

    /// Goes on with the request on its loop's thread, if the peer is still there: `body` answers it in one of the ways that
    /// `HubHandler.head` has. Instead of `respond`.
    func resume(_ body: @escaping @Sendable (borrowing IncomingRequest) -> Void) {
        let box = Unmanaged.passRetained(ResumeBox(body: body))
        el_deferred_resume(
            pointer,
            { context, request in
                guard let context else { return }
                let box = Unmanaged<ResumeBox>.fromOpaque(context).takeRetainedValue()
                if let request { box.body(IncomingRequest(pointer: request)) }
            }, box.toOpaque())
    }

    /// On the loop's thread: the peer has gone.
    var isAlone: Bool { el_deferred_is_alone(pointer) }
}

private final class ResumeBox {
    let body: @Sendable (borrowing IncomingRequest) -> Void

    init(body: @escaping @Sendable (borrowing IncomingRequest) -> Void) { self.body = body }
}

/// An answer, as the loop takes it.
struct HubResponse: Sendable {
    var status: Int
    /// Complete lines, each with CR LF.
    var headers: String = ""
    var body: [UInt8] = []
    /// A file whose first `length` bytes are the body instead; taken over and closed.
    var file: (descriptor: Int32, length: UInt64)?
    var close = false
    /// Held back while the pipeline is full.
    var whenRoom = false

    fileprivate func withRaw(_ use: (el_response) -> Void) {
        var headers = headers
        headers.withUTF8 { headers in
            body.withUnsafeBufferPointer { body in
                use(
                    el_response(
                        status: UInt16(clamping: status), headers: el_slice(headers), body: el_slice(body),
                        file: file?.descriptor ?? -1, file_length: file?.length ?? 0, close: close,
                        when_room: whenRoom))
            }
        }
    }
}
