import Dispatch
import Glibc

/// A client that speaks bytes: what a test sends is what arrives, split where the test splits it.
///
/// Nothing here sleeps: every wait is for the socket, until a condition holds or a generous deadline has passed. All
/// waiting is done on a queue of the connection's own, so that tests never hold up the threads that run Swift tasks.
///
/// `@unchecked Sendable`: all mutable state is touched only on the connection's own serial queue.
public final class RawConnection: @unchecked Sendable {
    /// Where a server listens.
    public enum Address: Sendable, Equatable {
        /// A numeric IPv4 or IPv6 address, and a port.
        case tcp(host: String, port: UInt16)
        /// The path of a unix socket.
        case unix(path: String)
    }

    /// What went wrong, with what had been received until then.
    public enum Failure: Error, CustomStringConvertible {
        /// A system call failed.
        case system(call: String, errno: Int32)
        /// What was waited for did not come in time.
        case deadline(received: String)
        /// The peer closed or reset the connection before what was waited for had come.
        case closed(received: String)
        /// What came is no HTTP.
        case malformed(String)

        /// One line for a test's report.
        public var description: String {
            switch self {
            case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
            case .deadline(let received): "did not come in time; received so far: \(received.debugDescription)"
            case .closed(let received): "the connection was closed; received so far: \(received.debugDescription)"
            case .malformed(let what): "not HTTP: \(what.debugDescription)"
            }
        }
    }

    /// How long anything may take before it counts as not happening: generous, for machines under load.
    public static let patience = Pace.patience(30)

    private let queue = DispatchQueue(label: "raw-connection")
    private let descriptor: Int32
    private var isClosed = false
    /// Received, not yet handed out.
    private var unread: [UInt8] = []
    private var hasEnded = false
    /// Of the stream under way: chunked or not, its bytes without their chunks, and whether the last chunk has come.
    var stream = StreamState()

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        if !isClosed { Glibc.close(descriptor) }
    }

    /// Connects.
    /// - Parameters:
    ///   - receiveBuffer: SO_RCVBUF in bytes, set before connecting: a small one makes a reader that stalls early.
    ///   - first: Sent at once, without a chance for other tasks to come between.
    public static func connect(
        to address: Address, receiveBuffer: Int32? = nil, sending first: String = ""
    ) async throws -> RawConnection {
        let connection = RawConnection(descriptor: try open(address))
        try await connection.onQueue {
            if var size = receiveBuffer {
                setsockopt(
                    connection.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            }
            try connection.connectNow(to: address)
            try connection.sendNow(Array(first.utf8))
        }
        return connection
    }

    /// Sends all of it; waits while the peer takes none.
    public func send(_ bytes: [UInt8]) async throws {
        try await onQueue { try self.sendNow(bytes) }
    }

    /// Sends all of it, as UTF-8.
    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// Waits until `isEnough` says so about all that is unread, and hands that out.
    public func read(
        within patience: Duration = patience, until isEnough: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        try await onQueue {
            try self.receive(within: patience) { isEnough(self.unread) }
            defer { self.unread = [] }
            return self.unread
        }
    }

    /// All that comes until the peer closes. A reset counts as a close: see ``isReset(within:)`` to tell them apart.
    public func readToEnd(within patience: Duration = patience) async throws -> [UInt8] {
        try await onQueue {
            let deadline = ContinuousClock.now + patience
            while !self.hasEnded { try self.receiveSome(before: deadline) }
            defer { self.unread = [] }
            return self.unread
        }
    }

    /// One whole response: its head, and its body by its length, its chunks, or the end of the connection.
    /// - Parameter toHead: The response is to a HEAD request, and has no body whatever its fields say.
    public func readResponse(toHead: Bool = false, within patience: Duration = patience) async throws -> RawResponse {
        try await onQueue {
            let deadline = ContinuousClock.now + patience
            var response = try self.headNow(before: deadline)
            if toHead || response.status == 204 || response.status == 304 || response.status < 200 { return response }
            if response.isChunked {
                response.body = try self.chunkedBody(before: deadline)
            } else if let length = response.field("content-length").flatMap({ Int($0) }) {
                while self.unread.count < length { try self.receiveOrFail(before: deadline) }
                response.body = Array(self.unread.prefix(length))
                self.unread.removeFirst(length)
            } else {
                while !self.hasEnded { try self.receiveSome(before: deadline) }
                response.body = self.unread
                self.unread = []
            }
            return response
        }
    }

    /// The head alone, of an answer whose body is a stream; then comes ``readBlock(within:)``.
    public func readHead(within patience: Duration = patience) async throws -> RawResponse {
        try await onQueue {
            let response = try self.headNow(before: ContinuousClock.now + patience)
            self.stream = StreamState(isChunked: response.isChunked)
            return response
        }
    }

    /// The next block of an event stream, without its blank line; nil at the stream's end (the last chunk, or the end
    /// of a connection that is not chunked).
    public func readBlock(within patience: Duration = patience) async throws -> String? {
        try await onQueue {
            let deadline = ContinuousClock.now + patience
            while true {
                try self.stream.take(from: &self.unread)
                if let block = self.stream.nextBlock() { return block }
                if self.stream.hasEnded { return nil }
                if self.hasEnded {
                    if self.stream.isChunked { throw Failure.closed(received: self.stream.rest) }
                    return nil
                }
                try self.receiveSome(before: deadline)
            }
        }
    }

    /// Waits until the peer has closed, and throws away what comes before; true if it was a reset.
    public func isReset(within patience: Duration = patience) async throws -> Bool {
        try await onQueue {
            let deadline = ContinuousClock.now + patience
            while !self.hasEnded { try self.receiveSome(before: deadline) }
            return self.wasReset
        }
    }

    /// Whether bytes (or the end) have come that have not been handed out; does not wait.
    public func hasReceived() async -> Bool {
        await onQueue {
            var watched = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
            return !self.unread.isEmpty || poll(&watched, 1, 0) > 0
        }
    }

    /// Says that nothing more will be sent (FIN); reading goes on.
    public func finishSending() async {
        await onQueue { _ = shutdown(self.descriptor, Int32(SHUT_WR)) }
    }

    /// Closes; with `abruptly`, by a reset.
    public func close(abruptly: Bool = false) async {
        await onQueue {
            guard !self.isClosed else { return }
            self.isClosed = true
            if abruptly {
                var now = linger(l_onoff: 1, l_linger: 0)
                setsockopt(self.descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
            }
            Glibc.close(self.descriptor)
        }
    }

    private var wasReset = false

    private func onQueue<Value: Sendable, Problem: Error>(
        _ work: @escaping @Sendable () throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let result: Result<Value, Problem> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(Problem) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

// On the queue.
extension RawConnection {
    private static func open(_ address: Address) throws -> Int32 {
        let family =
            switch address {
            case .unix: AF_UNIX
            case .tcp(let host, _): host.contains(":") ? AF_INET6 : AF_INET
            }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.system(call: "socket", errno: errno) }
        return descriptor
    }

    private func connectNow(to address: Address) throws {
        var (storage, length) = try SocketAddress.make(address)
        let result = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) }
        }
        guard result == 0 else { throw Failure.system(call: "connect", errno: errno) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        var yes: Int32 = 1
        if case .tcp = address {  // What a test sends in two pieces shall arrive in two pieces.
            setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private func sendNow(_ bytes: [UInt8]) throws {
        let deadline = ContinuousClock.now + Self.patience
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), before: deadline)
            } else if errno != EINTR {
                throw Failure.system(call: "send", errno: errno)
            }
        }
    }

    private func receive(within patience: Duration, until isEnough: () -> Bool) throws {
        let deadline = ContinuousClock.now + patience
        while !isEnough() { try receiveOrFail(before: deadline) }
    }

    private func receiveOrFail(before deadline: ContinuousClock.Instant) throws {
        guard !hasEnded else { throw Failure.closed(received: text(unread)) }
        try receiveSome(before: deadline)
    }

    private func receiveSome(before deadline: ContinuousClock.Instant) throws {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                unread += buffer[..<count]
                return
            }
            if count == 0 || errno == ECONNRESET || errno == ETIMEDOUT || errno == EPIPE {
                hasEnded = true
                wasReset = count != 0
                return
            }
            if errno == EAGAIN {
                try wait(for: Int16(POLLIN), before: deadline)
            } else if errno != EINTR {
                throw Failure.system(call: "recv", errno: errno)
            }
        }
    }

    private func wait(for events: Int16, before deadline: ContinuousClock.Instant) throws {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw Failure.deadline(received: text(unread)) }
        var watched = pollfd(fd: descriptor, events: events, revents: 0)
        _ = poll(&watched, 1, Int32(clamping: left / .milliseconds(1) + 1))
    }

    private func headNow(before deadline: ContinuousClock.Instant) throws -> RawResponse {
        while true {
            if let end = unread.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = text(Array(unread[..<end.lowerBound]))
                unread.removeSubrange(..<end.upperBound)
                guard let response = RawResponse(head: head) else { throw Failure.malformed(head) }
                return response
            }
            try receiveOrFail(before: deadline)
        }
    }

    private func chunkedBody(before deadline: ContinuousClock.Instant) throws -> [UInt8] {
        var state = StreamState(isChunked: true)
        while true {
            try state.take(from: &unread)
            if state.hasEnded { return state.decoded }
            try receiveOrFail(before: deadline)
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension Duration {
    fileprivate static func / (duration: Duration, unit: Duration) -> Double {
        func seconds(_ value: Duration) -> Double {
            Double(value.components.seconds) + Double(value.components.attoseconds) / 1e18
        }
        return seconds(duration) / seconds(unit)
    }
}

extension Int32 {
    fileprivate init(clamping value: Double) {
        self = value >= Double(Int32.max) ? .max : Int32(Swift.max(0, value))
    }
}
