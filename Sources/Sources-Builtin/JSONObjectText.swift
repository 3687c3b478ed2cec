import Aggregator

/// A JSON object (RFC 8259, section 4) while it is being written, member after member. The writer sees to it that no name
/// comes twice.
struct JSONObjectText {
    private var bytes = [UInt8(ascii: "{")]

    /// The whole object.
    var finished: [UInt8] { bytes + [UInt8(ascii: "}")] }

    mutating func set(_ name: String, _ text: String) {
        begin(name)
        bytes.appendJSON(text)
    }

    mutating func set(_ name: String, _ number: Int) {
        begin(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    /// A member whose value is JSON text already.
    mutating func set(_ name: String, json: some Sequence<UInt8>) {
        begin(name)
        bytes.append(contentsOf: json)
    }

    /// A member whose name and value are JSON text already.
    mutating func append(member name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: value)
    }

    private mutating func begin(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.appendJSON(name)
        bytes.append(UInt8(ascii: ":"))
    }
}

extension [UInt8] {
    /// Appends a JSON string (RFC 8259, section 7): quoted, with quotes, backslashes and control characters escaped.
    mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                append(contentsOf: (digits.utf8.count == 1 ? "\\u000" : "\\u00").utf8)
                append(contentsOf: digits.utf8)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a JSON array of what `write` writes for each element.
    mutating func appendJSON<Element>(_ elements: some Sequence<Element>, _ write: (Element, inout [UInt8]) -> Void) {
        append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            write(element, &self)
        }
        append(UInt8(ascii: "]"))
    }

    /// Appends what the pipeline file says, as JSON.
    mutating func appendJSON(_ value: PlainValue) {
        switch value {
        case .null: append(contentsOf: "null".utf8)
        case .bool(let value): append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let number): append(contentsOf: String(number).utf8)
        case .double(let number): append(contentsOf: "\(number)".utf8)
        case .string(let text): appendJSON(text)
        case .list(let elements): appendJSON(elements) { $1.appendJSON($0) }
        case .mapping(let members):
            var object = JSONObjectText()
            for member in members {
                var value: [UInt8] = []
                value.appendJSON(member.value)
                object.set(member.name, json: value)
            }
            append(contentsOf: object.finished)
        }
    }
}
