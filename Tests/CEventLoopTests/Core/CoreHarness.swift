import CEventLoop
import CEventLoopInternals
import Testing

/// A core with its loops, all driven by the test's own thread unless the test says otherwise.
/// Sendable in effect: its C functions say themselves which threads may call them.
final class TestCore: @unchecked Sendable {
    static let epoch = "abcdefgh"
    let core: OpaquePointer
    let seen: UnsafeMutablePointer<core_events_seen>
    let loops: Int

    init(
        loops: Int = 1, pinnedLimit: UInt64 = 1 << 30, mailboxEvents: UInt32 = 100_000,
        mailboxBytes: UInt64 = 1 << 30
    ) throws {
        var settings = el_hub_settings()
        settings.loops = UInt32(loops)
        withUnsafeMutableBytes(of: &settings.epoch) { $0.copyBytes(from: Self.epoch.utf8) }
        settings.pinned_limit = pinnedLimit
        settings.mailbox_events = mailboxEvents
        settings.mailbox_bytes = mailboxBytes
        seen = try #require(core_events_seen_new())
        var events = core_events_counting(seen)
        core = try #require(el_core_new(&settings, &events))
        self.loops = loops
    }

    deinit {
        el_core_free(core)
        core_events_seen_free(seen)
    }

    func shelf(_ loop: Int = 0) throws -> OpaquePointer { try #require(el_core_shelf(core, UInt32(loop))) }

    func channel(
        keep: UInt64 = 1000, bytes: UInt64 = 1 << 24, milliseconds: Int64 = 0, latest: UInt32 = 0, ended: UInt32 = 100,
        linger: UInt32 = 0
    ) throws -> OpaquePointer {
        var settings = el_channel_settings(
            keep_events: keep, keep_bytes: bytes, keep_ms: milliseconds, latest_subjects: latest,
            ended_subjects: ended, linger_ms: linger)
        return try #require(el_core_open(core, &settings))
    }

    /// Appends one event and returns whether there was room.
    @discardableResult
    func append(
        _ channel: OpaquePointer, _ data: String, subject: String? = nil, type: String = "t", event: String = "",
        meta: String = "", ends: Bool = false, truths: UInt64 = 0, version: UInt64 = 0
    ) throws -> Bool {
        let frame = try makeFrame(data, subject: subject, type: type, event: event, meta: meta, ends: ends)
        var item = el_appendix(channel: channel, frame: frame, truths: truths, version: version)
        let result = el_core_append(core, &item, 1)
        if result == EL_STALE { el_frame_free(frame) }
        return result == EL_APPENDED
    }

    /// What a loop does in one of its iterations, until nothing is left to do.
    func settle(_ loop: Int = 0) throws {
        let shelf = try shelf(loop)
        el_shelf_drain(shelf)
        while el_shelf_deliver(shelf) {}
    }

    func counters() throws -> el_counters {
        var counters = el_counters()
        for loop in 0..<loops { el_shelf_count(try shelf(loop), &counters) }
        return counters
    }
}

func makeFrame(
    _ data: String, subject: String? = nil, type: String = "t", event: String = "", meta: String = "",
    ends: Bool = false
) throws -> OpaquePointer {
    let frame = withSlice(data) { data in
        withSlice(subject) { subject in
            withSlice(type) { type in
                withSlice(event) { event in
                    withSlice(meta) { meta in
                        var parts = el_frame_parts(
                            type: type, subject: subject, event: event, data: data, meta: meta, ends: ends)
                        return el_frame_new(&parts)
                    }
                }
            }
        }
    }
    return try #require(frame)
}

func withSlice<Result>(_ text: String?, _ body: (el_slice) -> Result) -> Result {
    guard let text else { return body(el_slice(bytes: nil, length: 0)) }
    var copy = text
    return copy.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { chars in
            // An empty string is present all the same: it needs an address.
            guard let base = chars.baseAddress else {
                return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) { scratch in
                    body(el_slice(bytes: UnsafePointer(scratch.baseAddress), length: 0))
                }
            }
            return body(el_slice(bytes: base, length: chars.count))
        }
    }
}

/// Where a part of a subscription starts.
enum Start {
    case now
    case all
    case last(UInt64)
    case latest
    case time(Int64)
    case position(String)
    case number(UInt64)
}

struct Part {
    var channel: OpaquePointer
    var subject: String?
    var start: Start

    init(_ channel: OpaquePointer, _ subject: String? = nil, from start: Start = .now) {
        self.channel = channel
        self.subject = subject
        self.start = start
    }
}

func position(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return TestCore.epoch + "-" + String(repeating: "0", count: 12 - digits.count) + digits
}

/// A subscriber with a sink in memory.
final class Reader {
    let sink: UnsafeMutablePointer<memory_sink>
    private(set) var result = EL_SUBSCRIBED
    private var joined: OpaquePointer?
    private let core: TestCore  // outlives its subscribers

    init(
        _ core: TestCore, _ parts: [Part], loop: Int = 0, types: [String] = [], predicates: [OpaquePointer?] = [],
        envelope: Bool = false, chunked: Bool = true, room: Int = .max, now: Int64 = 0
    ) throws {
        self.core = core
        sink = try #require(memory_sink_new(room))
        let shelf = try core.shelf(loop)
        var joined: OpaquePointer?
        result = withSubscription(parts, types: types, predicates: predicates, envelope: envelope) { subscription in
            withUnsafePointer(to: subscription) { subscription in
                sink.withMemoryRebound(to: el_sink.self, capacity: 1) {
                    el_subscriber_join(shelf, $0, subscription, chunked, now, &joined)
                }
            }
        }
        self.joined = joined
    }

    convenience init(_ core: TestCore, _ channel: OpaquePointer, _ subject: String? = nil, from: Start = .now) throws {
        try self.init(core, [Part(channel, subject, from: from)])
    }

    deinit {
        leave()
        memory_sink_free(sink)
    }

    /// The subscriber as long as its shelf has it.
    var subscriber: OpaquePointer? { hasEnded || wasDropped ? nil : joined }
    var hasEnded: Bool { sink.pointee.ends > 0 }
    var wasDropped: Bool { sink.pointee.drops > 0 }
    var isBlocked: Bool { subscriber != nil && sink.pointee.is_full }
    var bytes: [UInt8] {
        guard let start = sink.pointee.bytes else { return [] }
        return UnsafeRawBufferPointer(start: start, count: sink.pointee.length).map { $0 }
    }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func room(_ bytes: Int) {
        sink.pointee.room = bytes
        if let subscriber { el_subscriber_room(subscriber) }
    }

    func leave() {
        if let subscriber { el_subscriber_leave(subscriber) }
        joined = nil
    }

    /// The blocks that came, without the chunks around them and without the first, which is the greeting.
    func blocks() throws -> [Block] { Array(try Stream.blocks(bytes).dropFirst()) }
    /// Their data, with `gap N` for a gap.
    func seen() throws -> [String] { try blocks().map { $0.event == "gap" ? "gap \($0.missed)" : $0.data } }
}

private func withSubscription<Result>(
    _ parts: [Part], types: [String], predicates: [OpaquePointer?], envelope: Bool,
    _ body: (el_subscription) -> Result
) -> Result {
    withParts(parts[...], made: []) { parts in
        withSlices(types[...], made: []) { types in
            parts.withUnsafeBufferPointer { parts in
                types.withUnsafeBufferPointer { types in
                    predicates.withUnsafeBufferPointer { predicates in
                        body(
                            el_subscription(
                                parts: parts.baseAddress, part_count: parts.count, types: types.baseAddress,
                                type_count: types.count, predicates: predicates.baseAddress,
                                predicate_count: predicates.count, envelope: envelope, headers: el_slice(), retry: 3000)
                        )
                    }
                }
            }
        }
    }
}

private func withSlices<Result>(_ texts: ArraySlice<String>, made: [el_slice], _ body: ([el_slice]) -> Result) -> Result
{
    guard let first = texts.first else { return body(made) }
    return withSlice(first) { withSlices(texts.dropFirst(), made: made + [$0], body) }
}

private func withParts<Result>(_ parts: ArraySlice<Part>, made: [el_part], _ body: ([el_part]) -> Result) -> Result {
    guard let first = parts.first else { return body(made) }
    var start = el_start()
    var text: String?
    switch first.start {
    case .now: start.kind = EL_FROM_NOW
    case .all: start.kind = EL_FROM_ALL
    case .latest: start.kind = EL_FROM_LATEST
    case .last(let count):
        start.kind = EL_FROM_LAST
        start.count = count
    case .time(let time):
        start.kind = EL_FROM_TIME
        start.time = time
    case .position(let position):
        start.kind = EL_FROM_POSITION
        text = position
    case .number(let number):
        start.kind = EL_FROM_POSITION
        text = position(number)
    }
    return withSlice(text) { given in
        start.position = given
        return withSlice(first.subject) { subject in
            let part = el_part(channel: first.channel, subject: subject, start: start)
            return withParts(parts.dropFirst(), made: made + [part], body)
        }
    }
}
