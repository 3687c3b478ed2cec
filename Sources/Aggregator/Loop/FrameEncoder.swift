import CEventLoop
import Glibc

/// Makes frames of one channel out of events: what is the same for all of them, worked out once. Any thread.
struct FrameEncoder: Sendable {
    let channel: HubChannel
    private let field: EventField
    private let name: [UInt8]

    init(channel: HubChannel, name: String, field: EventField) {
        self.channel = channel
        self.name = Array(name.utf8)
        self.field = field
    }

    /// The frame, with one reference; nil: out of memory. The event has passed `EventRules`, so that its type and subject
    /// cannot break a line.
    func frame(of event: inout Event, ends: Bool) -> OpaquePointer? {
        event.type.withSlice { type in
            event.subject.withSlice { subject in
                withField(type) { field in
                    event.data.withSlice { data in
                        FrameMeta.withBytes(of: &event, channel: name) { meta in
                            var parts = el_frame_parts(
                                type: type, subject: subject, event: field, data: data, meta: meta, ends: ends)
                            return el_frame_new(&parts)
                        }
                    }
                }
            }
        }
    }

    /// `message` is what a reader assumes where there is no `event:` field.
    private func withField<R>(_ type: el_slice, _ body: (el_slice) -> R) -> R {
        switch field {
        case .fixed("message"): body(el_slice())
        case .fixed(let name): name.withSlice(body)
        case .type: body(type.isMessage ? el_slice() : type)
        }
    }
}

extension el_slice {
    fileprivate var isMessage: Bool {
        let word: StaticString = "message"
        return length == word.utf8CodeUnitCount && memcmp(bytes, word.utf8Start, length) == 0
    }
}

extension String {
    /// The bytes, for the time of the call.
    func withSlice<R>(_ body: (el_slice) -> R) -> R {
        if let result = utf8.withContiguousStorageIfAvailable({ body(el_slice($0)) }) { return result }
        return Array(utf8).withUnsafeBufferPointer { body(el_slice($0)) }
    }
}

extension String? {
    /// The same; absent where it is nil.
    func withSlice<R>(_ body: (el_slice) -> R) -> R {
        if let self { self.withSlice(body) } else { body(el_slice()) }
    }
}

extension EventData {
    /// What stands in the `data:` lines: JSON as it came, text bare, bytes as base64 (RFC 4648, section 4).
    func withSlice<R>(_ body: (el_slice) -> R) -> R {
        switch self {
        case .none: body(el_slice())
        case .json(let bytes): bytes.withUnsafeBufferPointer { body(el_slice($0)) }
        case .text(let text): text.withSlice(body)
        case .bytes(let bytes): Base64.text(bytes).withUnsafeBufferPointer { body(el_slice($0)) }
        }
    }
}
