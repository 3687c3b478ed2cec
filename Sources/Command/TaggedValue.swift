import Expressions

/// Values of CEL as JSON that keeps their types: each is an object with one member, which names the type.
///
/// `{"null": null}`, `{"bool": true}`, `{"int": "-5"}`, `{"uint": "5"}`, `{"double": "1.5"}` (`NaN`, `Infinity`,
/// `-Infinity`, `-0.0`), `{"string": "a"}`, `{"bytes_b64": "AA=="}`, `{"list": [V, …]}`, `{"map": [[K, V], …]}`,
/// `{"timestamp": "2024-05-01T12:00:00Z"}`, `{"duration": "1.5s"}`, `{"type": "int"}`, `{"optional": V or null}`. Numbers are texts, because JSON's
/// lose digits on their way through other programs.
enum TaggedValue {
    /// What is wrong with a tagged value.
    struct Problem: Error { var message: String }

    /// The value of a tagged one, which was read from JSON.
    static func read(_ tagged: Value) throws(Problem) -> Value {
        guard case .map(let map) = tagged, map.count == 1, let member = map.first, case .string(let tag) = member.key
        else { throw Problem(message: "expected a value such as {\"int\": \"5\"}, not \(tagged.json)") }
        switch (tag, member.value) {
        case ("null", _): return .null
        case ("optional", .null): return .optional(nil)
        case ("optional", _): return .optional(try read(member.value))
        case ("bool", .bool), ("string", .string): return member.value
        case ("list", .list(let elements)):
            var values: [Value] = []
            for element in elements { values.append(try read(element)) }
            return .list(values)
        case ("map", .list(let entries)): return .map(try readEntries(entries))
        case (_, .string(let text)):
            if let value = scalar(tag, text) { return value }
        case (_, .int(let number)):
            if let value = scalar(tag, String(number)) { return value }
        case ("double", .double): return member.value
        default: break
        }
        throw Problem(message: "expected a value such as {\"int\": \"5\"}, not {\"\(tag)\": \(member.value.json)}")
    }

    private static func scalar(_ tag: String, _ text: String) -> Value? {
        switch tag {
        case "int": Int64(text).map { .int($0) }
        case "uint": UInt64(text).map { .uint($0) }
        case "double": Double(text).map { .double($0) }
        case "bytes_b64": Base64.bytes(text.utf8).map { .bytes($0) }
        case "timestamp": Timestamp(rfc3339: text).map { .timestamp($0) }
        case "duration": ValueDuration(text).map { .duration($0) }
        case "type": ValueKind(rawValue: text).map { .type($0) }
        default: nil
        }
    }

    private static func readEntries(_ entries: [Value]) throws(Problem) -> ValueMap {
        var map = ValueMap(capacity: entries.count)
        for entry in entries {
            guard case .list(let pair) = entry, pair.count == 2 else {
                throw Problem(message: "expected [key, value] in a map, not \(entry.json)")
            }
            guard let key = MapKey(try read(pair[0])), map.set(key, try read(pair[1])) else {
                throw Problem(
                    message: "a key is a string, an int, a uint or a bool, and no two are equal: \(pair[0].json)")
            }
        }
        return map
    }

    /// Appends the tagged form of a value.
    static func append(_ value: Value, to json: inout [UInt8]) {
        switch value {
        case .null: json += "{\"null\":null}".utf8
        case .bool(let value): json += "{\"bool\":\(value)}".utf8
        case .int(let number): append("int", "\(number)", to: &json)
        case .uint(let number): append("uint", "\(number)", to: &json)
        case .double(let number): append("double", text(of: number), to: &json)
        case .string(let text): append("string", text, to: &json)
        case .bytes(let bytes): append("bytes_b64", String(decoding: Base64.text(bytes), as: UTF8.self), to: &json)
        case .list(let elements):
            json += "{\"list\":[".utf8
            join(elements, to: &json) { append($0, to: &$1) }
            json += "]}".utf8
        case .map(let map):
            json += "{\"map\":[".utf8
            join(map, to: &json) { entry, json in
                json.append(UInt8(ascii: "["))
                append(entry.key.value, to: &json)
                json.append(UInt8(ascii: ","))
                append(entry.value, to: &json)
                json.append(UInt8(ascii: "]"))
            }
            json += "]}".utf8
        case .timestamp(let moment): append("timestamp", moment.rfc3339, to: &json)
        case .duration(let duration): append("duration", duration.description, to: &json)
        case .type(let kind): append("type", kind.rawValue, to: &json)
        case .optional(let value):
            json += "{\"optional\":".utf8
            if let value { append(value, to: &json) } else { json += "null".utf8 }
            json.append(UInt8(ascii: "}"))
        case .object(let source): append(source.value(), to: &json)
        }
    }

    /// As the tagged form writes a double.
    static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return number.description
    }

    private static func append(_ tag: String, _ text: String, to json: inout [UInt8]) {
        json += "{\"\(tag)\":".utf8
        JSON.append(string: text, to: &json)
        json.append(UInt8(ascii: "}"))
    }

    private static func join<Elements: Sequence>(
        _ elements: Elements, to json: inout [UInt8], _ append: (Elements.Element, inout [UInt8]) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            append(element, &json)
        }
    }
}
