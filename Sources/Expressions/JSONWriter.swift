extension Value {
    /// Appends the value as JSON (RFC 8259), compact and in UTF-8.
    ///
    /// Bytes become base64 (RFC 4648, section 4), timestamps RFC 3339, durations text such as `"1.5s"`, types their name,
    /// optional values what they hold or `null`; a double keeps its point (`1.0`), and one that is not finite becomes `null`,
    /// as JSON has no such number. A key that is not a text becomes one.
    ///
    /// - Returns: false when a number in it was not finite, so that the text does not say what the value is.
    @discardableResult
    public func json(into bytes: inout [UInt8]) -> Bool {
        var isExact = true
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
                isExact = false
            }
        case .string(let text): JSON.append(string: text, to: &bytes)
        case .bytes(let content): JSON.append(base64: content, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                isExact = element.json(into: &bytes) && isExact
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let map): return map.json(into: &bytes)
        case .timestamp(let moment): JSON.append(string: moment.rfc3339, to: &bytes)
        case .duration(let duration): JSON.append(string: duration.description, to: &bytes)
        case .type(let kind): JSON.append(string: kind.rawValue, to: &bytes)
        case .optional(let value): return (value ?? .null).json(into: &bytes)
        case .object(let source): return source.value().json(into: &bytes)
        }
        return isExact
    }

    /// The value as JSON text.
    public var json: String { String(decoding: jsonBytes, as: UTF8.self) }

    /// The bytes of the value's JSON text.
    public var jsonBytes: [UInt8] {
        var bytes: [UInt8] = []
        json(into: &bytes)
        return bytes
    }
}

extension ValueMap {
    fileprivate func json(into bytes: inout [UInt8]) -> Bool {
        var isExact = true
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
            isExact = entry.value.json(into: &bytes) && isExact
        }
        bytes.append(UInt8(ascii: "}"))
        return isExact
    }
}

extension JSON {
    /// Appends a text as a JSON string, with quotes; escapes what RFC 8259, section 7 demands and nothing else.
    public static func append(string text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { text in
            let text = UnsafeRawBufferPointer(text)
            var start = 0
            while true {
                let end = firstSpecial(in: text, from: start)
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<end]))
                guard end < text.count else { break }
                appendEscape(of: text[end], to: &bytes)
                start = end + 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The place of the first byte that has to be escaped; the end if none has.
    private static func firstSpecial(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at + 8 <= text.count {
            let hits = JSONWord.specials(JSONWord.load(text, at: at))
            if hits != 0 { return at + hits.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < text.count, text[at] >= 0x20, text[at] != 0x22, text[at] != 0x5C { at += 1 }
        return at
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
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
        bytes.append(UInt8(ascii: "\""))
        bytes += Base64.text(content)
        bytes.append(UInt8(ascii: "\""))
    }
}
