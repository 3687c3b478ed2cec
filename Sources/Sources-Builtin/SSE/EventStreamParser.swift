/// Reads an event stream as it comes (WHATWG HTML, section "Interpreting an event stream"). Bytes may be cut anywhere.
///
/// Beside the standard it bounds what a block may be: the rest of one that is too large is left out, and the block is told as
/// such.
struct EventStreamParser {
    /// A block with data.
    struct Block: Equatable {
        /// The `event:` field; `message` where there is none.
        var type: String
        var data: [UInt8]
        /// The `id:` field of this block; nil: it had none.
        var id: String?
    }

    /// What came out of some bytes.
    enum Result: Equatable {
        case block(Block)
        /// A block with more than `limit` bytes in its lines was left out.
        case tooLarge(id: String?)
        /// `retry:`, in milliseconds.
        case retry(Int)
    }

    /// What a block may be, in bytes.
    let limit: Int
    /// The last `id:` of a block that was ended: what is sent as `Last-Event-ID`.
    private(set) var lastEventID = ""

    private var line: [UInt8] = []
    private var isAtStart = true
    private var lastWasCR = false

    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var id: String?
    private var size = 0
    private var isTooLarge = false

    /// - Parameter lastEventID: where the stream goes on from.
    init(limit: Int, lastEventID: String = "") {
        self.limit = limit
        self.lastEventID = lastEventID
    }

    /// Forgets a block that was not ended, as a connection that breaks off leaves one.
    mutating func reset() { self = EventStreamParser(limit: limit, lastEventID: lastEventID) }

    /// Takes the next bytes.
    mutating func read(_ bytes: some Sequence<UInt8>) -> [Result] {
        var results: [Result] = []
        for byte in bytes {
            defer { lastWasCR = byte == UInt8(ascii: "\r") }
            switch byte {
            case UInt8(ascii: "\n") where lastWasCR: continue
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                endLine(&results)
            default: append(byte)
            }
        }
        return results
    }

    private mutating func append(_ byte: UInt8) {
        size += 1
        if size > limit {
            // What is not kept can still be told apart from a blank line, which ends the block.
            isTooLarge = true
            if line.isEmpty { line.append(UInt8(ascii: ":")) }
        } else {
            line.append(byte)
        }
    }

    private mutating func endLine(_ results: inout [Result]) {
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { endBlock(&results) } else { field(&results) }
        line.removeAll(keepingCapacity: true)
    }

    private mutating func field(_ results: inout [Result]) {
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let name = line[..<(colon ?? line.endIndex)]
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: name, as: UTF8.self) {
        case "data":
            hasData = true
            data += value
            data.append(UInt8(ascii: "\n"))
        case "event": type = String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }:
            if let time = Int(String(decoding: value, as: UTF8.self)) { results.append(.retry(time)) }
        default: break
        }
    }

    private mutating func endBlock(_ results: inout [Result]) {
        if let id { lastEventID = id }
        if isTooLarge {
            results.append(.tooLarge(id: id))
        } else if hasData {
            results.append(.block(Block(type: type.isEmpty ? "message" : type, data: data.dropLast(), id: id)))
        }
        type = ""
        data.removeAll(keepingCapacity: data.capacity <= 65_536)
        hasData = false
        id = nil
        size = 0
        isTooLarge = false
    }
}

extension EventStreamParser.Block {
    fileprivate init(type: String, data: ArraySlice<UInt8>, id: String?) {
        self.init(type: type, data: Array(data), id: id)
    }
}
