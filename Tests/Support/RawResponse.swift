import Glibc

/// A response as it came.
public struct RawResponse: Sendable {
    /// The three digits.
    public var status: Int
    /// The minor version of HTTP/1.
    public var minorVersion: Int
    /// The fields in their order, names in lower case.
    public var fields: [(name: String, value: String)]
    /// Its body, without chunks.
    public var body: [UInt8] = []

    /// The body as UTF-8.
    public var text: String { String(decoding: body, as: UTF8.self) }
    /// Whether it says `Transfer-Encoding: chunked`.
    public var isChunked: Bool { field("transfer-encoding") == "chunked" }
    /// Whether it says that the connection closes after it.
    public var closes: Bool { field("connection") == "close" }

    /// The first value of a field, by its name in lower case.
    public func field(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// Reads a head without its last empty line.
    init?(head: String) {
        // By unicode scalars: to Swift "\r\n" is one character.
        let lines = head.unicodeScalars.split(separator: "\n").map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        guard let first = lines.first, first.hasPrefix("HTTP/1.") else { return nil }
        let words = first.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, let status = Int(words[1]), let minor = words[0].last?.wholeNumberValue else {
            return nil
        }
        self.status = status
        minorVersion = minor
        fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let value = colon == line.endIndex ? "" : String(line[line.index(after: colon)...])
            return (line[..<colon].lowercased(), String(value.drop { $0 == " " }))
        }
    }
}

/// The body of a stream under way: chunks taken off (RFC 9112 section 7.1), and split into blocks.
struct StreamState {
    var isChunked = false
    private(set) var decoded: [UInt8] = []
    private(set) var hasEnded = false

    init(isChunked: Bool = false) {
        self.isChunked = isChunked
    }

    var rest: String { String(decoding: decoded, as: UTF8.self) }

    /// Takes all whole chunks off `bytes`.
    mutating func take(from bytes: inout [UInt8]) throws {
        guard isChunked else {
            decoded += bytes
            bytes = []
            return
        }
        let lineEnd = Array("\r\n".utf8)
        while !hasEnded, let line = bytes.firstRange(of: lineEnd) {
            let digits = String(decoding: bytes[..<line.lowerBound], as: UTF8.self)
            guard let size = Int(digits, radix: 16) else { throw RawConnection.Failure.malformed(digits) }
            guard bytes.count >= line.upperBound + size + 2 else { return }
            decoded += bytes[line.upperBound..<line.upperBound + size]
            guard Array(bytes[(line.upperBound + size)...].prefix(2)) == lineEnd else {
                throw RawConnection.Failure.malformed("no line end after a chunk of \(size) bytes")
            }
            bytes.removeFirst(line.upperBound + size + 2)
            hasEnded = size == 0
        }
    }

    /// The next whole block, without its blank line.
    mutating func nextBlock() -> String? {
        guard let end = decoded.firstRange(of: Array("\n\n".utf8)) else { return nil }
        defer { decoded.removeSubrange(..<end.upperBound) }
        return String(decoding: decoded[..<end.lowerBound], as: UTF8.self)
    }
}

/// The addresses of the system's socket calls.
enum SocketAddress {
    static func make(_ address: RawConnection.Address) throws -> (sockaddr_storage, socklen_t) {
        var storage = sockaddr_storage()
        let length = try withUnsafeMutableBytes(of: &storage) { raw -> Int in
            switch address {
            case .unix(let path):
                var value = sockaddr_un()
                value.sun_family = sa_family_t(AF_UNIX)
                let bytes = Array(path.utf8)
                guard bytes.count < MemoryLayout.size(ofValue: value.sun_path) else {
                    throw RawConnection.Failure.system(call: "connect", errno: ENAMETOOLONG)
                }
                withUnsafeMutableBytes(of: &value.sun_path) { $0.copyBytes(from: bytes) }
                withUnsafeBytes(of: &value) { raw.copyMemory(from: $0) }
                return MemoryLayout<sockaddr_un>.size
            case .tcp(let host, let port) where host.contains(":"):
                var value = sockaddr_in6()
                value.sin6_family = sa_family_t(AF_INET6)
                value.sin6_port = port.bigEndian
                guard inet_pton(AF_INET6, host, &value.sin6_addr) == 1 else {
                    throw RawConnection.Failure.system(call: "inet_pton", errno: EINVAL)
                }
                withUnsafeBytes(of: &value) { raw.copyMemory(from: $0) }
                return MemoryLayout<sockaddr_in6>.size
            case .tcp(let host, let port):
                var value = sockaddr_in()
                value.sin_family = sa_family_t(AF_INET)
                value.sin_port = port.bigEndian
                guard inet_pton(AF_INET, host, &value.sin_addr) == 1 else {
                    throw RawConnection.Failure.system(call: "inet_pton", errno: EINVAL)
                }
                withUnsafeBytes(of: &value) { raw.copyMemory(from: $0) }
                return MemoryLayout<sockaddr_in>.size
            }
        }
        return (storage, socklen_t(length))
    }
}
