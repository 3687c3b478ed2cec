import CEventLoop
import Expressions

extension FrameView {
    /// The event as it was when its frame was made, so that an expression says of it what it would have said then; nil: the
    /// frame is none of ours.
    var event: Event? {
        guard let meta = parsedMeta, let time = Timestamp(seconds: meta.seconds, nanoseconds: meta.nanoseconds) else {
            return nil
        }
        var event = Event(id: meta.id, type: type, subject: subject, time: time, data: data(meta))
        event.source = meta.source
        return event
    }

    private func data(_ meta: FrameMeta) -> EventData {
        switch meta.kind {
        case .none: .none
        // Line breaks in JSON stand between two tokens, so that it does not matter which they were.
        case .json: .json(data)
        case .text: .text(String(decoding: data, as: UTF8.self))
        case .originalText: .text(meta.originalText)
        case .bytes: .bytes(Base64.bytes(data) ?? [])
        }
    }
}
