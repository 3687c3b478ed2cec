import Aggregator

/// A JSON object (RFC 8259, section 4) while it is being written, member after member. The writer sees to it that no name
/// comes twice.
struct JSONObjectText {
    private var bytes = [UInt8(ascii: "{")]

    /// The whole object.
    var finished: [UInt8] { bytes + [UInt8(ascii: "}")] }

    mutating func set(_ name: String, _ text: String) {
        begin(name)
        JSON.append(string: text, to: &bytes)
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
        JSON.append(string: name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }
}

extension [UInt8] {
    /// Appends a JSON array of what `write` writes for each element.
    mutating func appendJSON<Item>(_ elements: some Sequence<Item>, _ write: (Item, inout [UInt8]) -> Void) {
        append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            write(element, &self)
        }
        append(UInt8(ascii: "]"))
    }
}
