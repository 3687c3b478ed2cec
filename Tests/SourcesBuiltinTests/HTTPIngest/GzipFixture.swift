import CZlib

@testable import SourcesBuiltin

extension LimitTests {
    /// So many zeros as gzip.
    static func compressed(ofZeros count: Int) throws -> [UInt8] { try gzip([UInt8](repeating: 0, count: count)) }

    /// Bytes as gzip.
    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var bytes = bytes
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            throw Refusal(503, "no memory")
        }
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let length = bytes.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output.prefix(length))
    }
}
