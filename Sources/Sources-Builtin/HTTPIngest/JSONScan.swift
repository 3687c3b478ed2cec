import Aggregator

/// Where things stand in a JSON text that is known to be valid, so that its parts can go out byte for byte.
enum JSONScan {
    /// Without white space (RFC 8259, section 2) before and after.
    static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    /// The elements of an array, each trimmed.
    static func elements(of array: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] { parts(of: array) }

    /// The object with these members; members of the same names are left out. Nil if it is no object.
    static func object(_ text: [UInt8], with fields: [(name: String, value: String)]) -> [UInt8]? {
        let text = trimmed(text[...])
        guard text.first == UInt8(ascii: "{") else { return nil }
        var object = JSONObjectText()
        for member in parts(of: text) {
            let key = member[..<endOfString(in: member, from: member.startIndex)]
            let value = trimmed(member[key.endIndex...]).dropFirst()
            let name = name(of: key)
            if fields.contains(where: { $0.name == name }) { continue }
            object.append(member: key, trimmed(value))
        }
        for (name, value) in fields { object.set(name, value) }
        return object.finished
    }

    /// Where a text that breaks off stands, as a JSON Pointer (RFC 6901); empty for the whole document. The text before may
    /// be anything; of a very deep or long pointer the end is cut off.
    static func pointer(toEndOf text: ArraySlice<UInt8>) -> String {
        var steps: [Step] = []
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "["): steps.append(.element(0))
            case UInt8(ascii: "{"): steps.append(.key(nil))
            case UInt8(ascii: "]"), UInt8(ascii: "}"): _ = steps.popLast()
            case UInt8(ascii: ","):
                switch steps.popLast() {
                case .element(let number): steps.append(.element(number + 1))
                case .key, .value: steps.append(.key(nil))
                case nil: break
                }
            case UInt8(ascii: ":"):
                if case .key(let name?) = steps.last { steps[steps.count - 1] = .value(name) }
            case UInt8(ascii: "\""):
                let end = endOfString(in: text, from: index)
                if case .key = steps.last { steps[steps.count - 1] = .key(name(of: text[index..<end])) }
                index = end
                continue
            default: break
            }
            index += 1
        }
        return steps.prefix(16).map(\.text).joined()
    }

    /// One level of the way down.
    private enum Step {
        case element(Int)
        /// In an object, before the colon.
        case key(String?)
        case value(String)

        var text: String {
            switch self {
            case .element(let number): "/\(number)"
            case .key: ""
            case .value(let name): "/" + name.prefix(64).replacing("~", with: "~0").replacing("/", with: "~1")
            }
        }
    }

    /// What stands between the commas of an array or object, each trimmed.
    private static func parts(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var depth = 0
        var start = text.startIndex + 1
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "\""):
                index = endOfString(in: text, from: index)
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 1:
                parts.append(trimmed(text[start..<index]))
                start = index + 1
            default: break
            }
            index += 1
        }
        let last = trimmed(text[start..<max(start, text.endIndex - 1)])
        return parts.isEmpty && last.isEmpty ? [] : parts + [last]
    }

    /// The index after the closing quote of the string that begins there; the end of the text if it is not closed.
    private static func endOfString(in text: ArraySlice<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""): return index + 1
            default: index += 1
            }
        }
        return text.endIndex
    }

    /// A member's name, its escapes decoded; as it stands where it is no JSON string.
    private static func name(of string: ArraySlice<UInt8>) -> String {
        if !string.contains(UInt8(ascii: "\\")) {
            return String(decoding: string.dropFirst().dropLast(), as: UTF8.self)
        }
        guard case .string(let name)? = try? Value(json: Array(string)) else {
            return String(decoding: string, as: UTF8.self)
        }
        return name
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }
}
