import Expressions

/// JSON that we write ourselves: short, in a fixed order.
indirect enum JSONText {
    case null
    case bool(Bool)
    case int(Int)
    case string(String)
    case list([JSONText])
    case object([(String, JSONText)])

    static func count(_ number: UInt64) -> JSONText { .int(Int(clamping: number)) }

    /// Compact, with a line end, as `curl` users like it.
    var bytes: [UInt8] {
        var text: [UInt8] = []
        write(into: &text)
        return text + [UInt8(ascii: "\n")]
    }

    private func write(into text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let value): text += String(value).utf8
        case .int(let number): text += String(number).utf8
        case .string(let string): Value.string(string).json(into: &text)
        case .list(let items):
            Self.write(items, "[", "]", into: &text) { $0.write(into: &$1) }
        case .object(let fields):
            Self.write(fields, "{", "}", into: &text) { field, text in
                Value.string(field.0).json(into: &text)
                text.append(UInt8(ascii: ":"))
                field.1.write(into: &text)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], _ open: Unicode.Scalar, _ close: Unicode.Scalar, into text: inout [UInt8],
        _ each: (Item, inout [UInt8]) -> Void
    ) {
        text.append(UInt8(ascii: open))
        for (index, item) in items.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            each(item, &text)
        }
        text.append(UInt8(ascii: close))
    }
}
