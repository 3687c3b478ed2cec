extension Value {
    /// Appends the value as JSON (RFC 8259), compact and in UTF-8.
    ///
    /// Bytes become base64 (RFC 4648, section 4), timestamps RFC 3339, durations text such as `"1.5s"`, types their name; a
    /// double keeps its point (`1.0`), and one that is not finite becomes `null`, as JSON has no such number. A key that is
    /// not a text becomes one.
    public func json(into bytes: inout [UInt8]) {
        switch self {
        case .null: JSON.append("null" as StaticString, to: &bytes)
        case .bool(let value): JSON.append(value ? "true" : "false" as StaticString, to: &bytes)
        case .int(let number): JSON.append(number, to: &bytes)
        case .uint(let number): bytes.append(contentsOf: String(number).utf8)
        case .double(let number):
            if number.isFinite {
                bytes.append(contentsOf: number.description.utf8)
            } else {
                JSON.append("null" as StaticString, to: &bytes)
            }
        case .string(let text): JSON.append(string: text, to: &bytes)
        case .bytes(let content): JSON.append(base64: content, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.json(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let map): map.json(into: &bytes)
        case .timestamp(let moment): JSON.append(string: moment.rfc3339, to: &bytes)
        case .duration(let duration): JSON.append(string: duration.description, to: &bytes)
        case .type(let kind): JSON.append(string: kind.rawValue, to: &bytes)
        case .object(let source): source.value().json(into: &bytes)
        }
    }

    /// The value as JSON text.
    public var json: String {
        var bytes: [UInt8] = []
        json(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ValueMap {
    fileprivate func json(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, entry) in self.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch entry.key {
            case .string(let key): JSON.append(string: key, to: &bytes)
            case .int(let key): JSON.append(string: String(key), to: &bytes)
            case .uint(let key): JSON.append(string: String(key), to: &bytes)
            case .bool(let key): JSON.append(string: String(key), to: &bytes)
            }
            bytes.append(UInt8(ascii: ":"))
            entry.value.json(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

extension JSON {
    /// Appends a text as a JSON string, with quotes; escapes what RFC 8259, section 7 demands and nothing else.
    public static func append(string text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { text in
            var start = 0
            for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
                appendEscape(of: byte, to: &bytes)
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            append("u00" as StaticString, to: &bytes)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 0x0F)])
        }
    }

    static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends an integer in decimal.
    static func append(_ number: Int64, to bytes: inout [UInt8]) {
        var magnitude = number.magnitude
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        bytes[start...].reverse()
    }

    /// Appends bytes as a string of base64 with padding.
    static func append(base64 content: [UInt8], to bytes: inout [UInt8]) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        bytes.append(UInt8(ascii: "\""))
        for start in stride(from: 0, to: content.count, by: 3) {
            let group = content[start..<min(start + 3, content.count)]
            var bits: UInt32 = 0
            for index in 0..<3 { bits = bits << 8 | (index < group.count ? UInt32(group[start + index]) : 0) }
            for index in 0..<4 {
                let isPadding = index > group.count
                bytes.append(isPadding ? UInt8(ascii: "=") : digits[Int(bits >> (18 - 6 * UInt32(index)) & 63)])
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
