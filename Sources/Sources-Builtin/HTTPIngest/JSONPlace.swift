import Aggregator

/// JSON Pointers (RFC 6901) into texts that are no JSON: to tell where the mistake is.
enum JSONPlace {
    /// Where a text that breaks off stands; empty for the whole document. The text before may be anything; of a very deep or
    /// long pointer the end is cut off.
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
}
