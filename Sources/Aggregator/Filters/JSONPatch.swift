import Expressions

/// Sets one field in a JSON text without taking it apart: the other fields keep their order, and their numbers and strings
/// the bytes with which they came. The result is compact, on one line.
///
/// The text is valid JSON by `EventData.json`'s promise; what is not is an error.
enum JSONPatch {
    /// - Parameters:
    ///   - path: the names of the field and of the objects around it, outermost first; at least one.
    ///   - value: a JSON text.
    /// - Throws: `SetProblem` when the text, or what one of the names but the last stands for, is no object.
    static func set(_ path: [String], to value: [UInt8], in text: [UInt8]) throws(SetProblem) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + value.count + 16)
        var place = text.indices
        var kept = 0
        for depth in path.indices {
            guard let object = try? JSONObject(text, in: place) else {
                let place = (["data"] + path.prefix(depth)).joined(separator: ".")
                throw SetProblem(
                    description: "data.\(path.joined(separator: ".")) cannot be set: \(place) is no JSON object")
            }
            guard let member = object.range(of: path[depth]) else {
                // A new member, as the object's last.
                let end = object.range.upperBound - 1
                copy(text[kept..<end], to: &result)
                if !object.isEmpty { result.append(UInt8(ascii: ",")) }
                append(path[depth...], value, to: &result)
                kept = end
                break
            }
            copy(text[kept..<member.lowerBound], to: &result)
            kept = member.lowerBound
            place = member
            if depth == path.count - 1 {
                result += value
                kept = member.upperBound
            }
        }
        copy(text[kept...], to: &result)
        return result
    }

    /// `"a":{"b":VALUE}`
    private static func append(_ path: ArraySlice<String>, _ value: [UInt8], to result: inout [UInt8]) {
        for (index, name) in path.enumerated() {
            if index > 0 { result.append(UInt8(ascii: "{")) }
            JSON.append(string: name, to: &result)
            result.append(UInt8(ascii: ":"))
        }
        result += value
        for _ in path.dropFirst() { result.append(UInt8(ascii: "}")) }
    }

    /// Copies without the white space between tokens.
    static func copy(_ text: ArraySlice<UInt8>, to result: inout [UInt8]) {
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
            } else if JSON.isBlank(byte) {
                continue
            }
            result.append(byte)
        }
    }
}
