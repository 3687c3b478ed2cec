import CEventLoop

/// What somebody wants to follow, from where, and how: the Swift face of `CEventLoop/include/subscription.h`.
struct StreamRequest {
    /// 1 to 64.
    var parts: [Part]
    /// Only events of these types; empty: all.
    var types: [String] = []
    /// Only events for which the one of their channel is true; at most one a channel.
    var predicates: [HubPredicate] = []
    var envelope = false
    /// Of the response: complete lines.
    var headers: String
    /// Milliseconds, jitter and all.
    var retry: UInt32 = 0

    /// A channel, or one subject of it.
    struct Part {
        var channel: HubChannel
        var subject: String?
        var start: Start
    }

    /// Where a stream begins.
    enum Start: Equatable {
        case now
        case all
        case last(Int)
        case latest
        /// Milliseconds since 1970.
        case since(Int64)
        /// As the client gave it.
        case position(String)
    }

    enum Outcome {
        case subscribed
        /// It has ended, and the client has had it all: 204.
        case ended
        /// One of its predicates is not ready on this loop (`HubPredicate.collect`), or has ended.
        case unready
        case outOfMemory
    }
}

extension IncomingRequest {
    /// Makes the request a reader. After `.subscribed` the request is gone; else nothing has been written.
    func subscribe(_ stream: StreamRequest) -> StreamRequest.Outcome {
        // C borrows all texts for the time of the call: they lie in one buffer, behind the headers.
        var texts = StreamTexts(stream.headers)
        let parts = stream.parts.map { (subject: $0.subject.map { texts.add($0) }, position: texts.add($0.start)) }
        let types = stream.types.map { texts.add($0) }
        let predicates = stream.predicates.map { OpaquePointer?($0.pointer) }
        return texts.bytes.withUnsafeBufferPointer { bytes in
            func slice(_ range: Range<Int>) -> el_slice { el_slice(UnsafeBufferPointer(rebasing: bytes[range])) }
            let rawParts = zip(stream.parts, parts).map { part, texts in
                el_part(
                    channel: part.channel.pointer, subject: texts.subject.map(slice) ?? el_slice(),
                    start: part.start.raw(position: texts.position.map(slice) ?? el_slice()))
            }
            let rawTypes = types.map(slice)
            return rawParts.withUnsafeBufferPointer { parts in
                rawTypes.withUnsafeBufferPointer { types in
                    predicates.withUnsafeBufferPointer { predicates in
                        var subscription = el_subscription(
                            parts: parts.baseAddress, part_count: parts.count, types: types.baseAddress,
                            type_count: types.count, predicates: predicates.baseAddress,
                            predicate_count: predicates.count, envelope: stream.envelope,
                            headers: slice(0..<stream.headers.utf8.count), retry: stream.retry)
                        return StreamRequest.Outcome(el_subscribe(pointer, &subscription))
                    }
                }
            }
        }
    }
}

extension StreamRequest.Outcome {
    fileprivate init(_ result: el_subscribe_result) {
        switch result {
        case EL_SUBSCRIBED: self = .subscribed
        case EL_ENDED: self = .ended
        case EL_UNREADY: self = .unready
        default: self = .outOfMemory
        }
    }
}

extension StreamRequest.Start {
    fileprivate func raw(position: el_slice) -> el_start {
        var raw = el_start()
        switch self {
        case .now: raw.kind = EL_FROM_NOW
        case .all: raw.kind = EL_FROM_ALL
        case .last(let count):
            raw.kind = EL_FROM_LAST
            raw.count = UInt64(max(0, count))
        case .latest: raw.kind = EL_FROM_LATEST
        case .since(let time):
            raw.kind = EL_FROM_TIME
            raw.time = time
        case .position:
            raw.kind = EL_FROM_POSITION
            raw.position = position
        }
        return raw
    }
}

/// The texts of one subscription, one behind the other.
private struct StreamTexts {
    private(set) var bytes: [UInt8]

    init(_ headers: String) { bytes = Array(headers.utf8) }

    mutating func add(_ text: String) -> Range<Int> {
        let start = bytes.count
        bytes += text.utf8
        return start..<bytes.count
    }

    mutating func add(_ start: StreamRequest.Start) -> Range<Int>? {
        guard case .position(let text) = start else { return nil }
        return add(text)
    }
}
