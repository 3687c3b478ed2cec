import Aggregator

/// `application/x-www-form-urlencoded` (WHATWG URL, section 5), and what is made of its names and values.
enum FormText {
    /// Names and values, decoded.
    static func pairs(_ body: [UInt8]) throws(Refusal) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for (index, pair) in PercentCoding.pairs(body).enumerated() {
            guard let name = pair.name.text, let value = pair.value.text else {
                throw Refusal(400, "Field \(index + 1) of the form is not UTF-8.")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    /// A JSON object of texts, in the order of the first mentions; a name that comes several times has a list.
    ///
    /// - Parameter type: what the object is declared to be: texts become what their fields have to be.
    static func object(of pairs: [(name: String, value: String)], as type: DataType? = nil) -> [UInt8] {
        if let type { return type.object(ofForm: pairs) }
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
}
