import CEventLoop

// Bytes on their way between Swift and C: borrowed for the time of one call.

extension el_slice {
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(
            bytes: bytes.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) },
            length: bytes.count)
    }

    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: length) }
}

extension String {
    /// Bytes that are no UTF-8 become U+FFFD.
    init(_ slice: el_slice) { self.init(decoding: slice.buffer, as: UTF8.self) }
}

extension [UInt8] {
    init(_ slice: el_slice) { self.init(slice.buffer) }
}

/// A frame, for the time of one call.
struct FrameView: ~Copyable {
    let pointer: OpaquePointer

    var type: String { String(el_frame_type(pointer)) }
    var subject: String? {
        let subject = el_frame_subject(pointer)
        return subject.bytes == nil ? nil : String(subject)
    }
    /// What the encoder put beside it; nil if it was no encoder of ours.
    var parsedMeta: FrameMeta? { FrameMeta(el_frame_meta(pointer)) }
    /// The event's data, put together again from its `data:` lines.
    var data: [UInt8] {
        let lines = el_frame_data_lines(pointer).buffer
        var data: [UInt8] = []
        data.reserveCapacity(lines.count)
        var start = 0
        while start < lines.count {
            let end = lines[start...].firstIndex(of: 0x0A) ?? lines.count
            if start > 0 { data.append(0x0A) }
            data.append(contentsOf: lines[min(start + 6, end)..<end])
            start = end + 1
        }
        return data
    }
}
