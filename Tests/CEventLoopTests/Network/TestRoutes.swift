import CEventLoop
import Dispatch
import Glibc

/// What the hub of the tests answers.
extension TestHub {
    func answer(_ request: OpaquePointer?) {
        let target = String(el_request_target(request))
        let path = String(target.prefix { $0 != "?" })
        switch path {
        case "/echo": el_request_want_body(request, 1 << 20, nil)
        case "/pieces": wantPieces(request)
        case "/ten": el_request_want_body(request, 10, nil)
        case "/describe": respond(request, Response(body: describe(request)))
        case "/empty": respond(request, Response(status: 204, headers: ""))
        case "/big": respond(request, Response(body: String(repeating: "0123456789abcdef", count: 1 << 20)))
        case "/close": respond(request, Response(body: "bye", close: true))
        case "/nothing": break
        case "/twice":
            respond(request, Response(body: "first"))
            respond(request, Response(body: "second"))
        case "/room": respond(request, Response(body: "room", whenRoom: true))
        case "/block":
            waitForUnblock()
            respond(request, Response(body: "unblocked"))
        case "/file": respond(request, file())
        case "/context":
            guard el_request_context(request) == nil else { return respond(request, Response(body: "known")) }
            el_request_set_context(request, Unmanaged.passUnretained(self).toOpaque()) { context in
                guard let context else { return }
                Unmanaged<TestHub>.fromOpaque(context).takeUnretainedValue().countRelease()
            }
            respond(request, Response(body: "new"))
        case "/held":
            if let deferred = el_request_defer(request) { hold(deferred) }
        case "/thread": deferToThread(request)
        case "/stream": subscribe(request)
        default: respond(request, Response(body: path))
        }
    }

    func answerBody(_ request: OpaquePointer?) {
        respond(request, Response(body: String(el_request_body(request))))
    }

    /// What came of a body in pieces: bytes, pieces, the longest.
    final class Pieces {
        weak var hub: TestHub?
        var bytes = 0
        var count = 0
        var longest = 0
        var holds = 0

        init(_ hub: TestHub) { self.hub = hub }
    }

    private func wantPieces(_ request: OpaquePointer?) {
        let pieces = Unmanaged.passRetained(Pieces(self)).toOpaque()
        el_request_set_context(request, pieces) { context in
            guard let context else { return }
            let pieces = Unmanaged<Pieces>.fromOpaque(context)
            pieces.takeUnretainedValue().hub?.countRelease()
            pieces.release()
        }
        el_request_want_pieces(request)
    }

    /// "stop" is answered at once, "hold" wants to be asked a hundred times.
    func answerPiece(_ request: OpaquePointer?, _ isLast: Bool) {
        guard let context = el_request_context(request) else { return }
        let pieces = Unmanaged<Pieces>.fromOpaque(context).takeUnretainedValue()
        let piece = String(el_request_body(request))
        pieces.bytes += piece.utf8.count
        pieces.count += 1
        pieces.longest = max(pieces.longest, piece.utf8.count)
        countPiece()
        if piece == "hold" { pieces.holds = 100 }
        if piece == "stop" {
            respond(request, Response(status: 422, body: "stopped"))
        } else if pieces.holds > 0 {
            pieces.holds -= 1
            el_request_hold(request)
        } else if isLast {
            respond(request, Response(body: "\(pieces.bytes) \(pieces.count) \(pieces.longest)"))
        }
    }

    private func respond(_ request: OpaquePointer?, _ response: Response) {
        response.use { response in
            var response = response
            el_respond(request, &response)
        }
    }

    /// What the handler can see of the request, a line each.
    private func describe(_ request: OpaquePointer?) -> String {
        var lines = [
            String(el_request_method(request)), String(el_request_target(request)),
            "last: \(el_request_is_last(request))", "loopback: \(el_request_is_loopback(request))",
        ]
        var peer = [CChar](repeating: 0, count: 46)
        el_request_peer(request, &peer)
        lines.append("peer: " + TestHub.text(peer))
        for name in ["HOST", "x-list", "cookie"] {
            let value = name.withSlice { el_request_header(request, $0) }
            if value.bytes != nil { lines.append("\(name): \(String(value))") }
        }
        return lines.joined(separator: "\n")
    }

    /// Four mebibytes, of a file that has no name any more.
    private func file() -> Response {
        let length = 4 << 20
        var path = Array("/tmp/aggregator-answer-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        unlink(&path)
        let bytes = [UInt8](repeating: 0x66, count: length)
        guard descriptor >= 0, write(descriptor, bytes, length) == length else { return Response(status: 500) }
        return Response(file: descriptor, fileLength: UInt64(length))
    }

    private func deferToThread(_ request: OpaquePointer?) {
        guard let deferred = el_request_defer(request) else { return }
        let held = Held(deferred: deferred)
        DispatchQueue.global().async {
            Response(body: "from a thread").use { response in
                var response = response
                el_deferred_respond(held.deferred, &response)
            }
        }
    }

    /// `?s=NAME` follows one subject, `?all` starts with all that is kept.
    private func subscribe(_ request: OpaquePointer?) {
        let target = String(el_request_target(request))
        let subject = target.split(separator: "s=").dropFirst().first.map(String.init) ?? ""
        let headers = "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
        let result = subject.withSlice { name in
            headers.withSlice { headers in
                var part = el_part()
                part.channel = channel
                part.subject = target.contains("?s=") ? name : el_slice()
                part.start.kind = target.hasSuffix("?all") ? EL_FROM_ALL : EL_FROM_NOW
                return withUnsafePointer(to: &part) { part in
                    var subscription = el_subscription()
                    subscription.parts = part
                    subscription.part_count = 1
                    subscription.headers = headers
                    subscription.retry = 3000
                    return el_subscribe(request, &subscription)
                }
            }
        }
        if result != EL_SUBSCRIBED { respond(request, Response(status: 204, headers: "")) }
    }
}
