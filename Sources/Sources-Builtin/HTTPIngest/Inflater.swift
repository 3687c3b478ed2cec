import CZlib

/// Takes compressed bytes apart (RFC 1951 in RFC 1952 or RFC 1950), never more at a time than it is asked for.
///
/// Belongs to one body. `@unchecked Sendable`: what zlib keeps is reached only through this object, which one thread at a time uses,
/// as it is handed on with its request.
final class Inflater: @unchecked Sendable {
    /// The codings that are known, as `Content-Encoding` names them.
    static let codings = ["gzip", "x-gzip", "deflate"]
    private static let step = 65_536

    // zlib keeps a pointer to it, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isGzip: Bool
    /// Compressed bytes that have not been looked at.
    private var input: [UInt8] = []
    private var place = 0
    /// What began has ended, so that the input may end here.
    private(set) var isWhole = false
    /// zlib had more to give than there was room for.
    private var isFull = false

    /// One for bodies of this coding.
    ///
    /// - Throws: 415 for one that is not known, 503 when there is no memory.
    init(_ coding: String) throws(Refusal) {
        guard Self.codings.contains(coding) else {
            throw Refusal(
                415, "The Content-Encoding '\(coding)' is not known here; send gzip, deflate or identity.",
                header: ("Accept-Encoding", "gzip, deflate, identity"))
        }
        isGzip = coding != "deflate"
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15: the largest window; 16 more: the header and checksum of gzip.
        let code = inflateInit2_(
            stream, isGzip ? 15 + 16 : 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            isReady = false
            throw Refusal(503, "There is no memory to decompress the body; try again.", header: ("Retry-After", "1"))
        }
    }

    private var isReady = true

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// More compressed bytes.
    func add(_ bytes: [UInt8]) {
        if place == input.count {
            input = bytes
            place = 0
        } else {
            input.removeFirst(place)
            place = 0
            input += bytes
        }
    }

    /// Whether there may be more to take before more is added.
    var hasMore: Bool { isFull || place < input.count }

    /// Appends what comes out, at most so many bytes.
    ///
    /// - Throws: a 400 where the bytes are not what they say they are.
    func take(_ limit: Int, into output: inout [UInt8]) throws(Refusal) {
        var left = limit
        while left > 0, hasMore {
            if isWhole {
                // Compressed files may be put one after the other (RFC 1952, section 2.2).
                guard isGzip, place < input.count, inflateReset(stream) == Z_OK else { throw Self.broken }
                isWhole = false
            }
            let room = min(left, Self.step)
            let (code, taken, made) = step(room, into: &output)
            place += taken
            left -= made
            isFull = made == room && code == Z_OK
            switch code {
            case Z_STREAM_END: isWhole = true
            case Z_OK: break
            case Z_BUF_ERROR where made == 0 && taken == 0: return
            default: throw Self.broken
            }
        }
    }

    private func step(_ room: Int, into output: inout [UInt8]) -> (code: Int32, taken: Int, made: Int) {
        var result: (code: Int32, taken: Int, made: Int) = (Z_OK, 0, 0)
        let made = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            input.withUnsafeMutableBufferPointer { input in
                let available = min(input.count - place, Int(UInt32.max))
                stream.pointee.next_in = input.baseAddress.map { $0 + place }
                stream.pointee.avail_in = UInt32(available)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(room)
                result.code = inflate(stream, Z_NO_FLUSH)
                result.taken = available - Int(stream.pointee.avail_in)
                result.made = room - Int(stream.pointee.avail_out)
                count = result.made
            }
        }
        output += made
        return result
    }

    static var broken: Refusal {
        Refusal(400, "The body is not what its Content-Encoding says, or was damaged on the way.")
    }

    /// A body of which all is there.
    ///
    /// - Throws: 413 when more than `limit` bytes come out: long before all of a bomb is there.
    static func whole(_ body: [UInt8], coding: String, limit: Int) throws(Refusal) -> [UInt8] {
        let inflater = try Inflater(coding)
        inflater.add(body)
        var output: [UInt8] = []
        try inflater.take(limit + 1, into: &output)
        guard output.count <= limit else {
            throw Refusal(
                413,
                "Decompressed, the body is longer than the \(limit) bytes that are accepted here (server.limits.body in the "
                    + "pipeline file): send less at once, or raise that.")
        }
        guard inflater.isWhole else { throw broken }
        return output
    }
}
