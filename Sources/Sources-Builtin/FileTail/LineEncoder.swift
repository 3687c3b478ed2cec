import Aggregator

/// Makes an event's data of a line, byte by byte: this is the path of every line there is.
struct LineEncoder: Sendable {
    let format: LineFormat
    let oversize: LineOversize

    /// What became of a line.
    enum Result: Equatable {
        case data(EventData)
        /// It was cut here, for want of room.
        case cut(EventData)
        /// There is no room for it, and it is to be dropped.
        case tooLong
        /// A blank line where JSON is expected, which says nothing.
        case blank
    }

    /// The data, of at most `room` bytes: escapes make a line several times longer than it is in its file.
    func data(_ line: LineSplitter.Line, within room: Int) -> Result {
        guard let whole = data(line) else { return .blank }
        if whole.count <= room { return .data(.json(whole)) }
        guard oversize == .cut else { return .tooLong }
        var length = line.bytes.count
        var cut = whole
        while cut.count > room {
            guard length > 0 else { return .tooLong }
            // In proportion, which is too little for a line whose escapes are at its beginning: then once more.
            length = max(0, length * room / cut.count)
            while length > 0, line.bytes[length] & 0xC0 == 0x80 { length -= 1 }
            cut = Self.message(UnsafeRawBufferPointer(rebasing: line.bytes[..<length]), then: Self.truncated)
        }
        return .cut(.json(cut))
    }

    private static let truncated: StaticString = #","truncated":true}"#

    private func data(_ line: LineSplitter.Line) -> [UInt8]? {
        let end: StaticString = line.isCut ? Self.truncated : "}"
        switch format {
        case .text: return Self.message(line.bytes, then: end)
        case .json:
            guard let problem = JSON.validate(line.bytes) else { return Array(line.bytes) }
            if !line.isCut, JSON.trimmed(line.bytes).isEmpty { return nil }
            var text = Self.message(line.bytes, then: #","error":"#)
            JSON.append(string: problem.description, to: &text)
            end.withUTF8Buffer { text += $0 }
            return text
        }
    }

    /// `{"message":"…"` and what comes after it. What is no UTF-8 becomes U+FFFD.
    static func message(_ line: UnsafeRawBufferPointer, then tail: StaticString) -> [UInt8] {
        let head: StaticString = #"{"message":"#
        var json: [UInt8] = []
        // Room for some escapes, so that a line rarely grows it.
        json.reserveCapacity(head.utf8CodeUnitCount + line.count + line.count / 8 + 8 + tail.utf8CodeUnitCount)
        head.withUTF8Buffer { json += $0 }
        JSON.append(string: String(decoding: line, as: UTF8.self), to: &json)
        tail.withUTF8Buffer { json += $0 }
        return json
    }
}
