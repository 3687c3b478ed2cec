import Foundation

/// The little of sockets that starting servers needs.
enum Sockets {
    /// A port of 127.0.0.1 that is free now.
    static func freePort() throws -> UInt16 {
        let socket = try open()
        defer { close(socket) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw VoidRun("no free port: \(String(cString: strerror(errno)))") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Does somebody answer requests there? That a connection is accepted says less: nginx's parent listens before its
    /// worker is there.
    static func answers(_ port: UInt16) -> Bool {
        guard let socket = try? open() else { return false }
        defer { close(socket) }
        let request = "GET /ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        var byte: UInt8 = 0
        return connects(socket, port)
            && send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count
            && recv(socket, &byte, 1, 0) == 1
    }

    private static func connects(_ socket: Int32, _ port: UInt16) -> Bool {
        var address = loopback(port: port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// The whole answer to a GET, head and body.
    static func get(_ path: String, port: UInt16) throws -> String {
        let socket = try open()
        defer { close(socket) }
        let request = "GET \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        guard connects(socket, port), send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0
        else { throw VoidRun("no answer to GET \(path)") }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count >= 0, answer.count < 1 << 24 else { throw VoidRun("no whole answer to GET \(path)") }
            if count == 0 { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }

    private static func open() throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw VoidRun("no socket: \(String(cString: strerror(errno)))") }
        // A server that hangs makes the run void, not the benchmark endless.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return socket
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return address
    }
}
