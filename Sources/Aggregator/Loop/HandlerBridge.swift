import CEventLoop
import Glibc
import Logging

/// Carries the C hub's calls to a `HubHandler`. Owned by the `Hub`, which outlives every call.
final class HandlerBridge: Sendable {
    // Written once more after `init`: by `forget`, when no loop is left that could read it.
    nonisolated(unsafe) private var handler: (any HubHandler)?
    private let log: Logger

    init(_ handler: any HubHandler, _ log: Logger) {
        self.handler = handler
        self.log = log
    }

    /// Lets go of the handler, which may own what owns the hub. Only after the loops have ended, or before they start.
    func forget() { handler = nil }

    var callbacks: el_handler {
        el_handler(
            context: Unmanaged.passUnretained(self).toOpaque(),
            on_head: { context, request in
                guard let request, let bridge = HandlerBridge.of(context) else { return }
                bridge.handler?.head(IncomingRequest(pointer: request))
            },
            on_body: { context, request in
                guard let request, let bridge = HandlerBridge.of(context) else { return }
                bridge.handler?.body(IncomingRequest(pointer: request))
            },
            on_piece: { context, request, isLast in
                guard let request, let bridge = HandlerBridge.of(context) else { return }
                bridge.handler?.piece(IncomingRequest(pointer: request), isLast: isLast)
            },
            on_room: { HandlerBridge.of($0)?.handler?.room() },
            render: { context, frame, text in
                guard let frame, let text, let bridge = HandlerBridge.of(context),
                    let bytes = bridge.handler?.envelope(FrameView(pointer: frame)), !bytes.isEmpty,
                    let copy = malloc(bytes.count)
                else { return 0 }
                bytes.withUnsafeBytes {
                    copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
                }
                text.pointee = copy.assumingMemoryBound(to: CChar.self)
                return bytes.count
            },
            on_log: { context, level, message in
                guard let message, let bridge = HandlerBridge.of(context) else { return }
                bridge.log.log(level: Logger.Level(level), "\(String(cString: message))")
            })
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> HandlerBridge? {
        context.map { Unmanaged<HandlerBridge>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension Logger.Level {
    fileprivate init(_ level: el_log_level) {
        switch level {
        case EL_LOG_ERROR: self = .error
        case EL_LOG_WARNING: self = .warning
        case EL_LOG_INFO: self = .info
        default: self = .debug
        }
    }
}
