import Glibc

/// A swarm's connection: a socket that never waits, and the response's bytes taken apart into blocks.
final class SwarmSocket {
    let descriptor: Int32
    /// The response's status, once its head is there.
    private(set) var status: Int?
    /// The last chunk has come.
    private(set) var hasEnded = false
    private var raw: [UInt8] = []
    private var text: [UInt8] = []
    private var textStart = 0
    private var isHeadRead = false

    /// Connects, from 127.0.0.(1 + source) if the server is on IPv4's loopback: one address has ports for some 28,000
    /// connections only.
    init?(to address: RawConnection.Address, source: Int) {
        guard case .tcp(let host, let port) = address, host == "127.0.0.1" else { return nil }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // The port is chosen by connect, which knows which are free for this peer; bind does not.
        var later: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &later, 4)
        let connected =
            Self.with("127.0.0.\(1 + source)", 0) { bind(descriptor, $0, $1) } == 0
            && Self.with(host, port) { Glibc.connect(descriptor, $0, $1) } == 0
        guard connected, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            Glibc.close(descriptor)
            return nil
        }
    }

    private static func with(_ host: String, _ port: UInt16, _ use: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A request's head: small enough to fit an empty socket buffer always.
    func send(_ text: String) {
        var text = text
        _ = text.withUTF8 { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    func close(abruptly: Bool) {
        if abruptly {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
        Glibc.close(descriptor)
    }

    /// Reads what is there; false when the peer has closed.
    func receive() -> Bool {
        var isOpen = true
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
            while true {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count > 0 {
                    raw.append(contentsOf: buffer[..<count])
                    if count < buffer.count { return }
                } else {
                    isOpen = count < 0 && errno == EAGAIN
                    return
                }
            }
        }
        dechunk()
        return isOpen
    }

    private func dechunk() {
        var start = 0
        if !isHeadRead {
            guard let end = find([13, 10, 13, 10], in: raw, from: 0) else { return }
            isHeadRead = true
            let line = String(decoding: raw.prefix(32), as: UTF8.self).split(separator: " ")
            status = line.count > 1 ? Int(line[1]) : nil
            start = end + 4
            if status != 200 { hasEnded = true }
        }
        while !hasEnded, let end = find([13, 10], in: raw, from: start),
            let size = Int(String(decoding: raw[start..<end], as: UTF8.self), radix: 16)
        {
            if size == 0 {
                hasEnded = true
                break
            }
            guard raw.count >= end + 2 + size + 2 else { break }
            text.append(contentsOf: raw[(end + 2)..<(end + 2 + size)])
            start = end + 2 + size + 2
        }
        raw.removeFirst(start)
    }

    /// The next block of the stream. `data` is nil where the block has none.
    func nextBlock() -> (id: String, event: String, data: String?)? {
        guard let end = find([10, 10], in: text, from: textStart) else {
            text.removeFirst(textStart)
            textStart = 0
            return nil
        }
        var block: (id: String, event: String, data: String?) = ("", "", nil)
        for line in text[textStart..<end].split(separator: 10) {
            let line = String(decoding: line, as: UTF8.self)
            if line.hasPrefix("id: ") { block.id = String(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { block.event = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") {
                block.data = (block.data.map { $0 + "\n" } ?? "") + line.dropFirst(6)
            }
        }
        textStart = end + 2
        return block
    }

    private func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var at = start
            while at + pattern.count <= bytes.count, let base = bytes.baseAddress {
                guard let hit = memchr(base + at, Int32(pattern[0]), bytes.count - at - pattern.count + 1) else {
                    return nil
                }
                at = UnsafeRawPointer(hit) - base
                if bytes[at..<(at + pattern.count)].elementsEqual(pattern) { return at }
                at += 1
            }
            return nil
        }
    }
}
