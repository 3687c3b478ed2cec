import CEventLoop
import CEventLoopInternals
import Testing

/// A predicate that is true for frames whose data begins with its prefix.
final class TestPredicate: Sendable {
    struct NoSlot: Error {}

    // Valid until `deinit`; its functions may be called as the header says.
    nonisolated(unsafe) let pointer: OpaquePointer
    let prefix: String
    private let core: TestCore  // outlives it

    init(_ core: TestCore, _ channel: OpaquePointer, _ prefix: String) throws {
        var made: OpaquePointer?
        guard el_predicate_new(channel, nil, nil, &made) == EL_PREDICATE_MADE else { throw NoSlot() }
        pointer = try #require(made)
        self.prefix = prefix
        self.core = core
    }

    deinit { el_predicate_release(pointer) }

    var slot: UInt32 { el_predicate_slot(pointer) }
    var version: UInt64 { el_predicate_version(pointer) }

    func isTrue(of data: String) -> Bool { data.hasPrefix(prefix) }

    /// Evaluates all that the loop keeps; returns in how many slices.
    @discardableResult
    func prepare(_ loop: Int = 0) -> Int {
        var after: UInt64 = 0
        var slices = 0
        while step(loop, &after) { slices += 1 }
        return slices
    }

    /// One slice; false: there is none left.
    func step(_ loop: Int, _ after: inout UInt64) -> Bool {
        withUnsafeTemporaryAllocation(of: OpaquePointer?.self, capacity: 256) { frames in
            let count = el_predicate_collect(pointer, UInt32(loop), &after, frames.baseAddress, frames.count, 1 << 20)
            for case let frame? in frames.prefix(count) {
                let lines = el_frame_data_lines(frame)
                let text = String(
                    decoding: UnsafeRawBufferPointer(start: lines.bytes, count: lines.length), as: UTF8.self)
                el_predicate_decide(pointer, frame, isTrue(of: String(text.dropFirst(6))))
            }
            return count > 0
        }
    }
}

extension TestCore {
    /// Appends events one by one, each evaluated with these predicates, which must be all that the channel has.
    func append(_ channel: OpaquePointer, _ predicates: [TestPredicate], type: String = "t", _ data: String...) throws {
        for data in data {
            let truths = predicates.reduce(UInt64(0)) { $0 | ($1.isTrue(of: data) ? 1 << UInt64($1.slot) : 0) }
            try append(
                channel, data, subject: "s", type: type, truths: truths, version: predicates.map(\.version).max() ?? 0)
        }
    }
}
