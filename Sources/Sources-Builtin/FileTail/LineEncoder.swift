import Aggregator

/// Makes an event's data of a line, byte by byte: this is the path of every line there is.
struct LineEncoder: Sendable {
    let format: LineFormat

    /// The data; nil for a blank line where JSON is expected, which says nothing.
    func data(_ line: LineSplitter.Line) -> EventData? {
        let cut: StaticString = line.isCut ? #","truncated":true}"# : "}"
        switch format {
        case .text: return .json(Self.message(line.bytes, then: cut))
        case .json:
            guard let problem = JSON.validate(line.bytes) else { return .json(Array(line.bytes)) }
            if !line.isCut, JSON.trimmed(line.bytes).isEmpty { return nil }
            var text = Self.message(line.bytes, then: #","error":"#)
            JSON.append(string: problem.description, to: &text)
            cut.withUTF8Buffer { text += $0 }
            return .json(text)
        }
    }

    /// `{"message":"…"` and what comes after it. What is no UTF-8 becomes U+FFFD.
    static func message(_ line: UnsafeRawBufferPointer, then tail: StaticString) -> [UInt8] {
        let head: StaticString = #"{"message":"#
        var json: [UInt8] = []
        // Room for some escapes, so that a line rarely grows it.
        json.reserveCapacity(head.utf8CodeUnitCount + line.count + line.count / 8 + 8 + tail.utf8CodeUnitCount)
        head.withUTF8Buffer { json += $0 }
        JSON.append(string: String(decoding: line, as: UTF8.self), to: &json)
        tail.withUTF8Buffer { json += $0 }
        return json
    }
}
