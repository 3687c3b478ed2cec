import CEventLoop

/// What somebody wants to follow, from where, and how: the Swift face of `CEventLoop/include/subscription.h`.
struct StreamRequest {
    /// 1 to 64.
    var parts: [Part]
    /// Only events of these types; empty: all.
    var types: [String] = []
    var envelope = false
    /// Of the response: complete lines.
    var headers: String
    /// Milliseconds, jitter and all.
    var retry: UInt32

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
        case outOfMemory
    }
}

extension IncomingRequest {
    /// Makes the request a reader. After `.subscribed` the request is gone; else nothing has been written.
    func subscribe(_ stream: StreamRequest) -> StreamRequest.Outcome {
        // All texts in one buffer that stays where it is while C copies from it.
        var texts = SliceArena()
        let parts = stream.parts.map { part in
            el_part(
                channel: part.channel.pointer, subject: part.subject.map { texts.add($0) } ?? el_slice(),
                start: part.start.raw(&texts))
        }
        let types = stream.types.map { texts.add($0) }
        let headers = texts.add(stream.headers)
        let outcome = parts.withUnsafeBufferPointer { parts in
            types.withUnsafeBufferPointer { types in
                var subscription = el_subscription(
                    parts: parts.baseAddress, part_count: parts.count, types: types.baseAddress,
                    type_count: types.count, envelope: stream.envelope, headers: headers, retry: stream.retry)
                return el_subscribe(pointer, &subscription)
            }
        }
        texts.free()
        switch outcome {
        case EL_SUBSCRIBED: return .subscribed
        case EL_ENDED: return .ended
        default: return .outOfMemory
        }
    }
}

extension StreamRequest.Start {
    fileprivate func raw(_ texts: inout SliceArena) -> el_start {
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
        case .position(let text):
            raw.kind = EL_FROM_POSITION
            raw.position = texts.add(text)
        }
        return raw
    }
}

/// Copies of a few texts, at addresses that hold until `free`.
struct SliceArena {
    private var copies: [UnsafeMutableBufferPointer<UInt8>] = []

    mutating func add(_ text: String) -> el_slice {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, text.utf8.count))
        _ = copy.initialize(from: text.utf8)
        copies.append(copy)
        return el_slice(UnsafeBufferPointer(start: copy.baseAddress, count: text.utf8.count))
    }

    mutating func free() {
        for copy in copies { copy.deallocate() }
        copies = []
    }
}
