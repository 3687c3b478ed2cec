import Aggregator

/// `application/x-www-form-urlencoded` (WHATWG URL, section 5), and what is made of its names and values.
enum FormText {
    /// Names and values, decoded. A `%` that begins no escape stands for itself, as browsers have it.
    static func pairs(_ body: [UInt8]) throws(Refusal) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for (index, pair) in body.split(separator: UInt8(ascii: "&")).enumerated() {
            let split = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = decoded(pair[..<split]), let value = decoded(pair[split...].dropFirst()) else {
                throw Refusal(400, "Field \(index + 1) of the form is not UTF-8.")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    /// A JSON object of texts, in the order of the first mentions; a name that comes several times has a list.
    static func object(of pairs: [(name: String, value: String)]) -> [UInt8] {
        var order: [String] = []
        var values: [String: [String]] = [:]
        for (name, value) in pairs {
            if values[name] == nil { order.append(name) }
            values[name, default: []].append(value)
        }
        var object = ValueMap(capacity: order.count)
        for name in order {
            guard let texts = values[name] else { continue }
            object[name] = texts.count == 1 ? .string(texts[0]) : .list(texts.map { .string($0) })
        }
        return Value.map(object).jsonBytes
    }

    /// Nil where it is not UTF-8.
    private static func decoded(_ text: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.endIndex, let high = hex(text[index + 1]),
                let low = hex(text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
                index += 1
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
