/// Where an encoder writes: the text of one value as it grows, and which objects and arrays are open.
///
///     {"at":"…","city":"Paris"          output
///      ↑        ↑                       marks: where the members of all open objects begin
///     level 0: an object, 2 members     levels: what is being encoded, outermost first
///
/// A value is written where it belongs at once. Only what asks for a container of its own, to be filled later
/// (`nestedContainer`, `superEncoder`), gets a sink of its own, and a placeholder here until the end.
///
/// Used by one thread at a time, for one value after the other: its memory is kept from one to the next. Containers refer
/// to it, so its parts lie behind a pointer: a class's own properties would be checked for overlapping access again and
/// again. Who comes with a container that is not the innermost open one is known by its turn, and refused: a container
/// that outlives its time can spoil nothing.
final class JSONSink {
    enum Kind: UInt8 {
        case nothing, value, object, array
    }

    /// Something that is being encoded.
    struct Level {
        var kind = Kind.nothing
        /// The keys so far stand in ascending order, and none twice.
        var isSorted = true
        /// Whoever writes into it has this number.
        var turn: UInt64
        /// Its first mark.
        var firstMark: Int
        /// How many elements or members it has.
        var count = 0
    }

    /// Where a member of an object begins.
    struct Mark {
        /// The first eight bytes of the key, the first in the highest bits: by them most keys have their order.
        var head: UInt64
        /// The place of the quote before the key.
        var start: Int
        /// The key's length, as it stands in the text.
        var length: Int
        /// Where the member ends; known when the object is closed.
        var end = 0
    }

    struct State {
        var output = JSONOutput()
        var level = Level(turn: 0, firstMark: 0)
        var outer: [Level] = []
        var marks: [Mark] = []
        var turn: UInt64 = 0
        var deferred: [JSONSink] = []
        /// What a function that cannot throw has found wrong.
        var problem: EncodingError?
    }

    let state: UnsafeMutablePointer<State>

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
        state.pointee.marks.reserveCapacity(32)
    }

    deinit {
        state.pointee.output.free()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Forgets everything but its memory. Turns go on, so that old containers are not mistaken for new ones.
    func reset() {
        state.pointee.output.reset()
        state.pointee.level = Level(turn: 0, firstMark: 0)
        state.pointee.outer.removeAll(keepingCapacity: true)
        state.pointee.marks.removeAll(keepingCapacity: state.pointee.marks.count < 1024)
        if !state.pointee.deferred.isEmpty { state.pointee.deferred = [] }
        if state.pointee.problem != nil { state.pointee.problem = nil }
    }

    // MARK: Levels

    /// Begins something, and gives the number with which its containers write.
    func open() -> UInt64 {
        state.pointee.outer.append(state.pointee.level)
        state.pointee.turn += 1
        state.pointee.level = Level(turn: state.pointee.turn, firstMark: state.pointee.marks.count)
        return state.pointee.turn
    }

    /// Ends it. What has written nothing is an empty object, as it is for other encoders.
    func close() {
        let level = state.pointee.level
        switch level.kind {
        case .value: break
        case .array: state.pointee.output.append(UInt8(ascii: "]"))
        case .nothing: state.pointee.output.append("{}")
        case .object:
            if !level.isSorted { sort(from: level.firstMark) }
            state.pointee.output.append(UInt8(ascii: "}"))
            state.pointee.marks.removeSubrange(level.firstMark...)
        }
        if let outer = state.pointee.outer.popLast() { state.pointee.level = outer }
    }

    /// The level becomes this, or is it already: a subclass and its superclass ask for the same container.
    func begin(_ kind: Kind, turn: UInt64) {
        guard state.pointee.level.turn == turn else { return note(outOfTurn()) }
        let before = state.pointee.level.kind
        guard before == .nothing else {
            if before != kind { note(problem("a value cannot be both an object and an array")) }
            return
        }
        state.pointee.level.kind = kind
        state.pointee.output.append(kind == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    /// The level becomes a single value, which comes next.
    func single(turn: UInt64) throws {
        guard state.pointee.level.turn == turn else { throw outOfTurn() }
        guard state.pointee.level.kind == .nothing else {
            throw problem("a single value cannot be encoded where there is something already")
        }
        state.pointee.level.kind = .value
    }

    // MARK: Members and elements

    /// Writes a key; its value comes next.
    @inline(__always)
    func key(_ key: String, turn: UInt64) throws {
        guard state.pointee.level.turn == turn else { throw outOfTurn() }
        if state.pointee.level.count > 0 { state.pointee.output.append(UInt8(ascii: ",")) }
        let start = state.pointee.output.count
        state.pointee.output.append(string: key)
        let length = state.pointee.output.count - start - 2
        let mark = Mark(head: state.pointee.output.head(at: start + 1, count: length), start: start, length: length)
        if state.pointee.level.count > 0, let before = state.pointee.marks.last, order(before, mark) >= 0 {
            state.pointee.level.isSorted = false
        }
        state.pointee.marks.append(mark)
        state.pointee.level.count += 1
        state.pointee.output.append(UInt8(ascii: ":"))
    }

    /// The next element comes next.
    @inline(__always)
    func element(turn: UInt64) throws {
        guard state.pointee.level.turn == turn else { throw outOfTurn() }
        if state.pointee.level.count > 0 { state.pointee.output.append(UInt8(ascii: ",")) }
        state.pointee.level.count += 1
    }

    /// Below 0: the first key comes first; 0: they are the same.
    @inline(__always)
    private func order(_ a: Mark, _ b: Mark) -> Int {
        if a.head != b.head { return a.head < b.head ? -1 : 1 }
        return a.length <= 8 && b.length <= 8 ? a.length - b.length : orderBytewise(a, b)
    }

    private func orderBytewise(_ a: Mark, _ b: Mark) -> Int {
        let text = state.pointee.output.bytes
        let first = text[a.start + 1..<a.start + 1 + a.length]
        let second = text[b.start + 1..<b.start + 1 + b.length]
        return first.lexicographicallyPrecedes(second) ? -1 : first.elementsEqual(second) ? 0 : 1
    }

    /// Puts the innermost object's members into the order of their keys. Of two with the same key the later stays.
    private func sort(from first: Int) {
        let start = state.pointee.marks[first].start
        let end = state.pointee.output.count
        let last = state.pointee.marks.count - 1
        // A comma stands before the next member.
        for index in first..<last { state.pointee.marks[index].end = state.pointee.marks[index + 1].start - 1 }
        state.pointee.marks[last].end = end
        if last - first < 24 {
            insertionSort(from: first)
        } else {
            state.pointee.marks[first...].sort { isBefore($0, $1) }
        }
        // All once more, in order, and then to their place.
        for index in first...last {
            let mark = state.pointee.marks[index]
            if index < last, order(mark, state.pointee.marks[index + 1]) == 0 { continue }
            if state.pointee.output.count > end { state.pointee.output.append(UInt8(ascii: ",")) }
            state.pointee.output.repeat(mark.start..<mark.end)
        }
        state.pointee.output.remove(start..<end)
    }

    /// For the few members of most objects: without the memory that the library's sort takes.
    private func insertionSort(from first: Int) {
        for index in first + 1..<state.pointee.marks.count {
            let mark = state.pointee.marks[index]
            var place = index
            while place > first, isBefore(mark, state.pointee.marks[place - 1]) {
                state.pointee.marks[place] = state.pointee.marks[place - 1]
                place -= 1
            }
            state.pointee.marks[place] = mark
        }
    }

    /// Of two with the same key the earlier comes first.
    @inline(__always)
    private func isBefore(_ a: Mark, _ b: Mark) -> Bool {
        let order = order(a, b)
        return order == 0 ? a.start < b.start : order < 0
    }

    // MARK: Deferred parts

    /// A part that is filled in until the end: what is written to the sink stands here then.
    func deferredPart() -> JSONSink {
        let sink = JSONSink()
        let index = state.pointee.deferred.count
        state.pointee.deferred.append(sink)
        // No JSON text has a byte 0 in it; the number's bytes all have their highest bit set.
        state.pointee.output.append(UInt8(0))
        for shift in [21, 14, 7, 0] { state.pointee.output.append(UInt8(index >> shift & 0x7F) | 0x80) }
        return sink
    }

    /// The finished text.
    func finish() throws -> [UInt8] {
        if let problem = state.pointee.problem { throw problem }
        let text = state.pointee.output.bytes
        guard !state.pointee.deferred.isEmpty else { return [UInt8](text) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count * 2)
        var place = 0
        while place < text.count {
            guard text[place] == 0 else {
                result.append(text[place])
                place += 1
                continue
            }
            let index = text[place + 1..<place + 5].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
            let part = state.pointee.deferred[index]
            part.close()
            result += try part.finish()
            place += 5
        }
        return result
    }

    // MARK: Mistakes

    func note(_ problem: EncodingError) {
        if state.pointee.problem == nil { state.pointee.problem = problem }
    }

    func problem(_ message: String) -> EncodingError {
        .invalidValue((), .init(codingPath: path, debugDescription: message))
    }

    func outOfTurn() -> EncodingError {
        problem("a container was written to when another one that was made later, or its end, had been reached")
    }

    /// The keys to what is being encoded, read back from the text: nothing is kept for it beside.
    var path: [any CodingKey] {
        let levels = state.pointee.outer.dropFirst() + [state.pointee.level]
        let text = state.pointee.output.bytes
        return levels.enumerated().compactMap { index, level -> (any CodingKey)? in
            switch level.kind {
            case .object:
                let next = index + 1 < levels.count ? levels[levels.startIndex + index + 1].firstMark : nil
                let last = (next ?? state.pointee.marks.count) - 1
                guard last >= level.firstMark else { return nil }
                let mark = state.pointee.marks[last]
                let key = text[mark.start + 1..<mark.start + 1 + mark.length]
                return PathKey(stringValue: String(decoding: UnsafeRawBufferPointer(rebasing: key), as: UTF8.self))
            case .array: return level.count > 0 ? PathKey(index: level.count - 1) : nil
            case .nothing, .value: return nil
            }
        }
    }
}

/// A key of a path in a message.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }

    init?(intValue: Int) { self.init(index: intValue) }
}
