import CEventLoop
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

/// A hub on loopback with one handler for all tests, which answers by the target's path.
///
/// `@unchecked Sendable`: `hub` and `channel` are only handed to functions of C that any thread may call; the rest is
/// behind a lock.
final class TestHub: @unchecked Sendable {
    let hub: OpaquePointer
    private(set) var channel: OpaquePointer?
    private(set) var port: UInt16 = 0
    private let held = Mutex<[Held]>([])
    private let messages = Mutex<[String]>([])
    private let released = Mutex(0)
    private let counted = Mutex(0)
    private let gate = DispatchSemaphore(value: 0)

    /// An answer that waits for the test. `@unchecked Sendable`: el_deferred_respond may be called from any thread.
    struct Held: @unchecked Sendable {
        var deferred: OpaquePointer
    }

    struct StartFailed: Error, CustomStringConvertible {
        var description: String
    }

    private init(_ settings: el_hub_settings) throws {
        var settings = settings
        var handler = el_handler()
        let box = Box()
        handler.context = Unmanaged.passRetained(box).toOpaque()
        handler.on_head = { context, request in TestHub.from(context)?.answer(request) }
        handler.on_body = { context, request in TestHub.from(context)?.answerBody(request) }
        handler.on_piece = { context, request, isLast in TestHub.from(context)?.answerPiece(request, isLast) }
        handler.on_room = { _ in }
        handler.render = { _, _, _ in 0 }
        handler.on_log = { context, _, message in
            guard let message else { return }
            TestHub.from(context)?.note(String(cString: message))
        }
        var error = [CChar](repeating: 0, count: Int(EL_ERROR_SIZE))
        guard let hub = el_hub_new(&settings, &handler, &error) else {
            throw StartFailed(description: TestHub.text(error))
        }
        self.hub = hub
        self.box = box
        box.hub = self
    }

    /// What C's context points to: the hub is released before its context.
    private final class Box: @unchecked Sendable { weak var hub: TestHub? }
    private let box: Box

    private static func from(_ context: UnsafeMutableRawPointer?) -> TestHub? {
        context.flatMap { Unmanaged<Box>.fromOpaque($0).takeUnretainedValue().hub }
    }

    static func text(_ error: [CChar]) -> String {
        String(decoding: error.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Settings that let a test pass at once, or not at all.
    static func settings(_ change: (inout el_hub_settings) -> Void = { _ in }) -> el_hub_settings {
        var settings = el_hub_settings()
        settings.loops = 2
        withUnsafeMutableBytes(of: &settings.epoch) { $0.copyBytes(from: Array("testtest".utf8)) }
        settings.connections = 1000
        settings.header_limit = 16384
        settings.head_time = 60000
        settings.body_time = 60000
        settings.idle_time = 60000
        settings.stall_time = 60000
        settings.send_buffer = 65536
        settings.pinned_limit = 1 << 24
        settings.heartbeat = 0
        settings.mailbox_events = 10000
        settings.mailbox_bytes = 1 << 24
        change(&settings)
        return settings
    }

    /// A hub that listens on a free port of loopback while `body` runs.
    static func run<Value: Sendable>(
        _ settings: el_hub_settings = settings(), _ body: @Sendable (TestHub) async throws -> Value
    ) async throws -> Value {
        let hub = try make(settings)
        hub.port = try hub.listen()
        try hub.start()
        do {
            let value = try await body(hub)
            await hub.stop()
            return value
        } catch {
            await hub.stop()
            throw error
        }
    }

    /// One that listens nowhere and has not been started.
    static func make(_ settings: el_hub_settings = settings()) throws -> TestHub {
        let hub = try TestHub(settings)
        var kept = el_channel_settings()
        kept.keep_events = 1000
        kept.keep_bytes = 1 << 24
        hub.channel = el_channel_open(hub.hub, &kept)
        return hub
    }

    func listen(on host: String = "127.0.0.1", port: UInt16 = 0) throws -> UInt16 {
        var error = [CChar](repeating: 0, count: Int(EL_ERROR_SIZE))
        let bound = el_hub_listen_tcp(hub, host, port, &error)
        guard bound != 0 else { throw StartFailed(description: Self.text(error)) }
        return bound
    }

    func listen(unix path: String) throws {
        var error = [CChar](repeating: 0, count: Int(EL_ERROR_SIZE))
        guard el_hub_listen_unix(hub, path, &error) else { throw StartFailed(description: Self.text(error)) }
    }

    func start() throws {
        var error = [CChar](repeating: 0, count: Int(EL_ERROR_SIZE))
        guard el_hub_start(hub, &error) else { throw StartFailed(description: Self.text(error)) }
    }

    /// Finishes within so many milliseconds; how long it took.
    func finish(within limit: UInt32) async -> Duration {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let clock = ContinuousClock()
                continuation.resume(returning: clock.measure { el_hub_finish(self.hub, limit) })
            }
        }
    }

    func stop() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                el_hub_finish(self.hub, 0)
                el_hub_free(self.hub)
                Unmanaged.passUnretained(self.box).release()
                continuation.resume()
            }
        }
    }

    func connect(receiveBuffer: Int32? = nil, sending first: String = "") async throws -> RawConnection {
        try await .connect(to: .tcp(host: "127.0.0.1", port: port), receiveBuffer: receiveBuffer, sending: first)
    }

    /// One request on a connection of its own.
    func get(_ target: String) async throws -> RawResponse {
        let connection = try await connect()
        try await connection.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return try await connection.readResponse()
    }

    var counters: el_counters {
        var counters = el_counters()
        el_hub_counters(hub, &counters)
        return counters
    }

    var log: [String] { messages.withLock { $0 } }
    /// Of bodies, that were handed over.
    var pieces: Int { counted.withLock { $0 } }
    var releasedContexts: Int { released.withLock { $0 } }

    /// Waits until it is so; the test fails if that takes very long.
    func wait(for what: String, until isSo: (TestHub) -> Bool) async throws {
        try #require(await eventually { isSo(self) }, "\(what)")
    }

    /// Appends an event with this data.
    @discardableResult
    func append(_ data: String, subject: String? = nil, ends: Bool = false) -> Bool {
        guard let frame = Self.frame(data, subject: subject, ends: ends) else { return false }
        var item = el_appendix(channel: channel, frame: frame, truths: 0, version: 0)
        return el_append(hub, &item, 1) == EL_APPENDED
    }

    private static func frame(_ data: String, subject: String?, ends: Bool) -> OpaquePointer? {
        data.withSlice { data in
            (subject ?? "").withSlice { name in
                "t".withSlice { type in
                    var parts = el_frame_parts()
                    parts.type = type
                    parts.subject = subject == nil ? el_slice() : name
                    parts.data = data
                    parts.ends = ends
                    return el_frame_new(&parts)
                }
            }
        }
    }

    private func note(_ message: String) { messages.withLock { $0.append(message) } }
    func hold(_ deferred: OpaquePointer) { held.withLock { $0.append(Held(deferred: deferred)) } }
    func countPiece() { counted.withLock { $0 += 1 } }
    func countRelease() { released.withLock { $0 += 1 } }
    var heldCount: Int { held.withLock { $0.count } }

    /// Holds up a loop's thread, as no handler may, until ``unblock()``.
    func waitForUnblock() { _ = gate.wait(timeout: .now() + 60) }
    func unblock() { gate.signal() }

    /// Answers what has been deferred, from this thread.
    func answerHeld(_ text: String) {
        let all = held.withLock { held in
            defer { held = [] }
            return held
        }
        for one in all {
            Response(body: text).use { response in
                var response = response
                el_deferred_respond(one.deferred, &response)
            }
        }
    }
}

/// A response to be, with what its slices point to.
struct Response {
    var status: UInt16 = 200
    var headers = "Content-Type: text/plain\r\n"
    var body = ""
    var file: Int32 = -1
    var fileLength: UInt64 = 0
    var close = false
    var whenRoom = false

    func use(_ body: (el_response) -> Void) {
        headers.withSlice { headers in
            self.body.withSlice { text in
                body(
                    el_response(
                        status: status, headers: headers, body: text, file: file, file_length: fileLength,
                        close: close, when_room: whenRoom))
            }
        }
    }
}

extension String {
    func withSlice<Result>(_ body: (el_slice) -> Result) -> Result {
        var copy = self
        return copy.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { body(el_slice(bytes: $0.baseAddress, length: $0.count)) }
        }
    }

    init(_ slice: el_slice) {
        guard let bytes = slice.bytes else {
            self = ""
            return
        }
        let raw = UnsafeRawBufferPointer(start: bytes, count: slice.length)
        self = String(decoding: raw, as: UTF8.self)
    }
}
