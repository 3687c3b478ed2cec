import Expressions

/// Sets one field in a JSON text without taking it apart: the other fields keep their order, and their numbers and strings
/// the bytes with which they came. The result is compact, on one line.
///
/// The text is valid JSON by `EventData.json`'s promise. What is not is noticed as an error or goes through; it is never
/// read beyond its end.
enum JSONPatch {
    /// - Parameters:
    ///   - path: the names of the field and of the objects around it, outermost first; at least one.
    ///   - value: a JSON text.
    /// - Throws: `SetProblem` when the text, or what one of the names but the last stands for, is no object.
    static func set(_ path: [String], to value: [UInt8], in text: [UInt8]) throws(SetProblem) -> [UInt8] {
        var scanner = JSONScanner(text)
        var result: [UInt8] = []
        result.reserveCapacity(text.count + value.count + 16)
        var depth = 0
        var kept = 0
        while true {
            guard let object = scanner.object() else {
                let place = (["data"] + path.prefix(depth)).joined(separator: ".")
                throw SetProblem(
                    description: "data.\(path.joined(separator: ".")) cannot be set: \(place) is no JSON object")
            }
            guard let member = object.last(named: path[depth], in: text) else {
                // A new member, as the object's last.
                copy(text[kept..<object.end], to: &result)
                if !object.members.isEmpty { result.append(UInt8(ascii: ",")) }
                append(path[depth...], value, to: &result)
                kept = object.end
                break
            }
            copy(text[kept..<member.value.lowerBound], to: &result)
            depth += 1
            if depth == path.count {
                result += value
                kept = member.value.upperBound
                break
            }
            kept = member.value.lowerBound
            scanner.place = kept
        }
        copy(text[kept...], to: &result)
        return result
    }

    /// `"a":{"b":VALUE}`
    private static func append(_ path: ArraySlice<String>, _ value: [UInt8], to result: inout [UInt8]) {
        for (index, name) in path.enumerated() {
            if index > 0 { result.append(UInt8(ascii: "{")) }
            Value.string(name).json(into: &result)
            result.append(UInt8(ascii: ":"))
        }
        result += value
        for _ in path.dropFirst() { result.append(UInt8(ascii: "}")) }
    }

    /// Copies without the white space between tokens.
    private static func copy(_ text: ArraySlice<UInt8>, to result: inout [UInt8]) {
        var isInString = false
        var isEscaped = false
        for byte in text {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == 0x20 || (0x09...0x0D).contains(byte) {
                continue
            }
            result.append(byte)
        }
    }
}

/// Finds an object's members, without asking what they mean.
private struct JSONScanner {
    struct Member {
        /// Between the quotes.
        let name: Range<Int>
        let value: Range<Int>
    }

    struct Object {
        var members: [Member] = []
        /// Of its closing brace.
        var end = 0

        /// Of several with one name the last, as readers of JSON have it.
        func last(named name: String, in text: [UInt8]) -> Member? {
            members.last { member in
                let written = text[member.name]
                if !written.contains(UInt8(ascii: "\\")) { return written.elementsEqual(name.utf8) }
                guard case .string(let read)? = try? Value(json: [UInt8(ascii: "\"")] + written + [UInt8(ascii: "\"")])
                else { return false }
                return read.utf8.elementsEqual(name.utf8)
            }
        }
    }

    private let text: [UInt8]
    var place = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The object that begins here; nil if none does.
    mutating func object() -> Object? {
        var object = Object()
        guard take("{") else { return nil }
        skipSpace()
        while byte != UInt8(ascii: "}") {
            if !object.members.isEmpty { guard take(",") else { return nil } }
            skipSpace()
            let quote = place
            guard skipString() else { return nil }
            let name = quote + 1..<place - 1
            guard take(":") else { return nil }
            skipSpace()
            let start = place
            guard skipValue() else { return nil }
            object.members.append(Member(name: name, value: start..<place))
            skipSpace()
        }
        object.end = place
        return object
    }

    private var byte: UInt8? { place < text.count ? text[place] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || (0x09...0x0D).contains(byte) { place += 1 }
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        skipSpace()
        guard byte == UInt8(ascii: wanted) else { return false }
        place += 1
        return true
    }

    /// From the opening quote to behind the closing one.
    private mutating func skipString() -> Bool {
        guard take("\"") else { return false }
        while let byte {
            place += 1
            if byte == UInt8(ascii: "\\") { place += 1 } else if byte == UInt8(ascii: "\"") { return true }
        }
        place = min(place, text.count)
        return false
    }

    /// Objects and lists by counting brackets, the rest up to what can follow a value.
    private mutating func skipValue() -> Bool {
        let start = place
        var depth = 0
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return place > start }
                depth -= 1
                place += 1
            case UInt8(ascii: ",") where depth == 0: return place > start
            default: place += 1
            }
            if depth == 0, self.byte == UInt8(ascii: ",") || self.byte == UInt8(ascii: "}") { return place > start }
        }
        return false
    }
}
