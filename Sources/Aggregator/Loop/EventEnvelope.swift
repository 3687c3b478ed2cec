import CEventLoop
import Expressions

/// The whole event of a frame in CloudEvents 1.0's JSON format (section 3), on one line, with the extension attribute
/// `channel`.
enum EventEnvelope {
    /// A pure function of the frame. Nil: the frame is none of ours.
    static func json(of frame: borrowing FrameView) -> [UInt8]? {
        guard let meta = frame.parsedMeta else { return nil }
        let data = frame.data
        var json: [UInt8] = []
        json.reserveCapacity(256 + data.count + data.count / 8)
        json.append(literal: #"{"specversion":"1.0","id":"#)
        append(meta.id.description, to: &json)
        append("source", meta.source, to: &json)
        append("type", frame.type, to: &json)
        if let subject = frame.subject { append("subject", subject, to: &json) }
        if let time = Timestamp(seconds: meta.seconds, nanoseconds: meta.nanoseconds) {
            append("time", time.description, to: &json)
        }
        append("channel", meta.channel, to: &json)
        json += meta.extensions.utf8
        append(data, meta, to: &json)
        json.append(UInt8(ascii: "}"))
        return json
    }

    private static func append(_ data: [UInt8], _ meta: FrameMeta, to json: inout [UInt8]) {
        if let type = meta.kind.contentType, !meta.extensions.hasPrefix(ExtensionText.contentTypeMark) {
            append("datacontenttype", type, to: &json)
        }
        switch meta.kind {
        case .none: break
        case .json:
            json.append(literal: #","data":"#)
            // A line break in JSON is white space between two tokens: a string cannot have one.
            for byte in data { json.append(byte == 0x0A ? 0x20 : byte) }
        case .text, .originalText:
            let text = meta.kind == .text ? String(decoding: data, as: UTF8.self) : meta.originalText
            append("data", text, to: &json)
        case .bytes:
            json.append(literal: #","data_base64":""#)
            json += data
            json.append(UInt8(ascii: "\""))
        }
    }

    private static func append(_ name: StaticString, _ value: String, to json: inout [UInt8]) {
        json.append(literal: #",""#)
        json.append(literal: name)
        json.append(literal: #"":"#)
        append(value, to: &json)
    }

    private static func append(_ text: String, to json: inout [UInt8]) { JSON.append(string: text, to: &json) }
}

extension FrameMeta.Kind {
    /// `EventData.contentType` of such data.
    fileprivate var contentType: String? {
        switch self {
        case .none: nil
        case .json: "application/json"
        case .text, .originalText: "text/plain"
        case .bytes: "application/octet-stream"
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(literal text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
