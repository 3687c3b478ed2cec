import CEventLoop

/// What a frame knows of its event beside what it sends: enough to write the whole event (`EventEnvelope`).
///
///     kind 1 · id's kind 1 · nanoseconds 4 · seconds 8 · lengths of channel 4, source 4, id 4, extensions 4 · number 8 ·
///     those texts · the text of the data where its lines have lost something
///
/// Numbers in this machine's byte order: a frame never leaves the process by this way.
struct FrameMeta {
    enum Kind: UInt8 {
        case none, json, text, bytes
        /// Text with CR in it: in an event stream CR, LF and CR LF are all one line end, so the original stands here.
        case originalText
    }

    private static let headLength = 38

    var kind: Kind
    var seconds: Int64
    var nanoseconds: Int32
    var channel: String
    var source: String
    var id: EventID
    /// `ExtensionText`.
    var extensions: String
    var originalText: String

    /// Writes the meta of an event, for the time of the call. The event is not changed.
    static func withBytes<R>(of event: inout Event, channel: [UInt8], _ body: (el_slice) -> R) -> R {
        let (idNumber, idText) = event.id.parts
        let (kind, original) = event.data.kind
        let extensions = event.extensions.isEmpty ? [] : ExtensionText.members(of: event)
        let length =
            headLength + channel.count + event.source.utf8.count + idText.utf8.count + extensions.count
            + original.utf8.count
        return withUnsafeTemporaryAllocation(byteCount: length, alignment: 8) { buffer in
            var writer = MetaWriter(buffer)
            writer.number(kind.rawValue)
            writer.number(UInt8(idText.isEmpty ? 0 : 1))
            writer.number(event.time.nanoseconds)
            writer.number(event.time.seconds)
            writer.number(UInt32(truncatingIfNeeded: channel.count))
            writer.number(UInt32(truncatingIfNeeded: event.source.utf8.count))
            writer.number(UInt32(truncatingIfNeeded: idText.utf8.count))
            writer.number(UInt32(truncatingIfNeeded: extensions.count))
            writer.number(idNumber)
            writer.bytes(channel)
            writer.text(event.source)
            writer.text(idText)
            writer.bytes(extensions)
            writer.text(original)
            return body(
                el_slice(
                    bytes: buffer.baseAddress.map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) },
                    length: length))
        }
    }

    /// Reads what `withBytes` wrote; nil if it is anything else.
    init?(_ slice: el_slice) {
        var reader = MetaReader(slice.buffer)
        guard let kind = reader.number(UInt8.self).flatMap(Kind.init), let idKind = reader.number(UInt8.self),
            let nanoseconds = reader.number(Int32.self), let seconds = reader.number(Int64.self),
            let channelLength = reader.number(UInt32.self), let sourceLength = reader.number(UInt32.self),
            let idLength = reader.number(UInt32.self), let extensionsLength = reader.number(UInt32.self),
            let idNumber = reader.number(UInt64.self),
            let channel = reader.text(Int(channelLength)), let source = reader.text(Int(sourceLength)),
            let idText = reader.text(Int(idLength)),
            let extensions = reader.text(Int(extensionsLength)), let original = reader.text(reader.left)
        else { return nil }
        self.kind = kind
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.channel = channel
        self.source = source
        id = idKind == 0 ? .numbered(idNumber) : .given(idText)
        self.extensions = extensions
        originalText = original
    }
}

extension EventID {
    fileprivate var parts: (number: UInt64, text: String) {
        switch self {
        case .numbered(let number): (number, "")
        case .given(let text): (0, text)
        }
    }
}

extension EventData {
    /// With the text where it has to be kept as it was.
    fileprivate var kind: (FrameMeta.Kind, original: String) {
        switch self {
        case .none: (.none, "")
        case .json: (.json, "")
        case .bytes: (.bytes, "")
        case .text(let text): text.utf8.contains(0x0D) ? (.originalText, text) : (.text, "")
        }
    }
}

/// Writes into a buffer that is exactly large enough.
private struct MetaWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private var place = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    mutating func number<N: FixedWidthInteger & BitwiseCopyable>(_ number: N) {
        buffer.storeBytes(of: number, toByteOffset: place, as: N.self)
        place += MemoryLayout<N>.size
    }

    mutating func bytes(_ bytes: [UInt8]) {
        UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyBytes(from: bytes)
        place += bytes.count
    }

    mutating func text(_ text: String) {
        UnsafeMutableRawBufferPointer(rebasing: buffer[place...]).copyBytes(from: text.utf8)
        place += text.utf8.count
    }
}

private struct MetaReader {
    private let buffer: UnsafeRawBufferPointer
    private var place = 0

    init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    var left: Int { buffer.count - place }

    mutating func number<N: FixedWidthInteger & BitwiseCopyable>(_ type: N.Type) -> N? {
        guard left >= MemoryLayout<N>.size else { return nil }
        defer { place += MemoryLayout<N>.size }
        return buffer.loadUnaligned(fromByteOffset: place, as: N.self)
    }

    mutating func text(_ length: Int) -> String? {
        guard left >= length else { return nil }
        defer { place += length }
        return String(decoding: UnsafeRawBufferPointer(rebasing: buffer[place..<place + length]), as: UTF8.self)
    }
}
