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
            if !line.isCut, line.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
            var text = Self.message(line.bytes, then: #","error":"#)
            Value.string(problem.description).json(into: &text)
            end.withUTF8Buffer { text += $0 }
            return text
        }
    }

    /// `{"message":"…"` and what comes after it. What is no UTF-8 becomes U+FFFD.
    static func message(_ line: UnsafeRawBufferPointer, then tail: StaticString) -> [UInt8] {
        guard JSONBytes.isASCII(line) else {
            var text = String(decoding: line, as: UTF8.self)
            return text.withUTF8 { compose(UnsafeRawBufferPointer($0), tail) }
        }
        return compose(line, tail)
    }

    private static func compose(_ line: UnsafeRawBufferPointer, _ tail: StaticString) -> [UInt8] {
        let head: StaticString = #"{"message":""#
        let size = head.utf8CodeUnitCount + line.count + JSONBytes.extra(line) + 1 + tail.utf8CodeUnitCount
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            guard var to = buffer.baseAddress else { return }
            to.update(from: head.utf8Start, count: head.utf8CodeUnitCount)
            to = JSONBytes.escape(line, to: to + head.utf8CodeUnitCount)
            to.pointee = UInt8(ascii: "\"")
            (to + 1).update(from: tail.utf8Start, count: tail.utf8CodeUnitCount)
            count = size
        }
    }
}

/// Text on its way into a JSON string (RFC 8259, section 7), eight bytes at a time where nothing has to be done.
enum JSONBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while at + 8 <= text.count {
            if text.loadUnaligned(fromByteOffset: at, as: UInt64.self) & highs != 0 { return false }
            at += 8
        }
        return text[at...].allSatisfy { $0 < 0x80 }
    }

    /// Whether none of the eight bytes is a control character, a quote or a backslash.
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let found =
            (word &- ones &* 0x20) & ~word | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
        return found & highs == 0
    }

    /// How many bytes the text grows by.
    static func extra(_ text: UnsafeRawBufferPointer) -> Int {
        var extra = 0
        var at = 0
        while at < text.count {
            if at + 8 <= text.count, isPlain(text.loadUnaligned(fromByteOffset: at, as: UInt64.self)) {
                at += 8
                continue
            }
            for byte in text[at..<min(at + 8, text.count)] {
                switch byte {
                case 0x22, 0x5C, 0x08, 0x09, 0x0A, 0x0C, 0x0D: extra += 1
                case ..<0x20: extra += 5
                default: break
                }
            }
            at += 8
        }
        return extra
    }

    /// Writes it; returns where it ends.
    static func escape(_ text: UnsafeRawBufferPointer, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<
        UInt8
    > {
        var to = start
        var at = 0
        while at < text.count {
            if at + 8 <= text.count {
                let word = text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                if isPlain(word) {
                    UnsafeMutableRawPointer(to).storeBytes(of: word, as: UInt64.self)
                    to += 8
                    at += 8
                    continue
                }
            }
            for byte in text[at..<min(at + 8, text.count)] { to = escape(byte, to: to) }
            at += 8
        }
        return to
    }

    private static func escape(_ byte: UInt8, to: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let letter: UInt8
        switch byte {
        case 0x22, 0x5C: letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        case ..<0x20:
            let prefix: StaticString = "\\u00"
            to.update(from: prefix.utf8Start, count: 4)
            to[4] = UInt8(ascii: "0") + byte >> 4
            to[5] = byte & 15 < 10 ? UInt8(ascii: "0") + byte & 15 : UInt8(ascii: "a") + byte & 15 - 10
            return to + 6
        default:
            to.pointee = byte
            return to + 1
        }
        to[0] = UInt8(ascii: "\\")
        to[1] = letter
        return to + 2
    }
}
