import Foundation
import Synchronization

/// Follows an event stream on a thread of its own, from the moment its server listens: it is never behind, however busy the
/// threads are that run the tests.
public final class StreamRecorder: Sendable {
    private let received = Mutex<[UInt8]>([])
    private let isOver = Mutex(false)

    /// - Parameters:
    ///   - target: What is asked for, such as `/channels/all`.
    ///   - port: Where the server listens, on 127.0.0.1; nil: not yet; an error: it never will. Called on the thread, often.
    public init(of target: String, port: @escaping @Sendable () throws -> UInt16?) {
        Thread.detachNewThread { [self] in
            try? record(target, port)
            isOver.withLock { $0 = true }
        }
    }

    /// The whole blocks that have come so far, without their blank lines.
    public var blocks: [String] {
        // What is behind the last blank line was cut off.
        String(decoding: received.withLock { $0 }, as: UTF8.self).components(separatedBy: "\n\n").dropLast()
    }

    /// Waits until the stream has ended, however it did.
    public func end() async { _ = await eventually { isOver.withLock { $0 } } }

    private func record(_ target: String, _ port: () throws -> UInt16?) throws {
        var found = try port()
        while found == nil {
            usleep(5000)
            found = try port()
        }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var (address, length) = try SocketAddress.make(.tcp(host: "127.0.0.1", port: found ?? 0))
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 }
        }
        guard isConnected else { return }
        // HTTP/1.0: the stream without chunks.
        try TemporaryFolder.write(Array("GET \(target) HTTP/1.0\r\n\r\n".utf8), to: descriptor)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            received.withLock { $0 += buffer[..<count] }
        }
    }
}
