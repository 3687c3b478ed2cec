import Foundation
import Synchronization

/// A server that does not what it should but what it is told: each connection gets the next answer of a list, byte for byte.
public final class ScriptedServer: Sendable {
    /// What one connection gets, once its request's head is there.
    public struct Answer: Sendable {
        let bytes: [UInt8]
        let staysOpen: Bool

        /// These bytes; then the connection is closed, or left open and silent.
        public init(_ text: String, staysOpen: Bool = false) {
            bytes = Array(text.utf8)
            self.staysOpen = staysOpen
        }

        /// An event stream with these blocks, in chunks as they are.
        public static func stream(_ body: String, staysOpen: Bool = false) -> Answer {
            Answer(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body,
                staysOpen: staysOpen)
        }

        /// No stream but this status.
        public static func status(_ status: Int, _ fields: String = "") -> Answer {
            Answer("HTTP/1.1 \(status) Status\r\n\(fields)Content-Length: 0\r\nConnection: close\r\n\r\n")
        }
    }

    private struct State {
        var answers: [Answer]
        var requests: [String] = []
        var open: [Int32] = []
        var isClosed = false
    }

    /// Where it listens, on 127.0.0.1.
    public let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>

    /// Why there is no server.
    public struct Failure: Error { let code: Int32 }

    /// With these answers, one a connection; connections beyond them are closed at once.
    ///
    /// - Parameter port: 0 for any that is free.
    public init(port: UInt16 = 0, _ answers: [Answer]) throws {
        state = Mutex(State(answers: answers))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        guard isBound else { throw Failure(code: errno) }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let self else { return _ = Foundation.close(connection) }
                self.serve(connection)
            }
        }
    }

    deinit { close() }

    /// The heads of all requests so far.
    public var requests: [String] { state.withLock { $0.requests } }

    /// Listens no longer, and closes what it has left open.
    public func close() {
        let open = state.withLock { state in
            defer { state.open = [] }
            guard !state.isClosed else { return [Int32]() }
            state.isClosed = true
            return state.open
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in open { Foundation.close(connection) }
    }

    private func serve(_ connection: Int32) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return _ = Foundation.close(connection) }
            head += buffer[..<count]
        }
        let answer = state.withLock { state in
            state.requests.append(String(decoding: head, as: UTF8.self))
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        var rest = (answer?.bytes ?? [])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        let staysOpen = state.withLock { state in
            guard answer?.staysOpen == true, !state.isClosed else { return false }
            state.open.append(connection)
            return true
        }
        if !staysOpen {
            shutdown(connection, Int32(SHUT_WR))
            // Unread input would turn the end into a reset.
            while recv(connection, &buffer, buffer.count, 0) > 0 {}
            Foundation.close(connection)
        }
    }
}
