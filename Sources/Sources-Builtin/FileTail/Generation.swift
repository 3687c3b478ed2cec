/// What is remembered of a file's content as far as it was read, to know a copy of it, or of its beginning.
///
/// The evidence is its first bytes, its last ones, and those at some places between: so files that only begin alike are told
/// apart as soon as they differ where somebody looks, and a copy is known when its original has other content by now.
struct Generation {
    /// Where it was, up to where it was read, and the prints of its first and last bytes.
    var trace: FileTrace
    /// The first bytes themselves, as far as they are known: a copy may have fewer.
    var head: [UInt8]
    var waymarks: Waymarks

    /// What an open file is beside this content.
    enum Likeness {
        /// Another.
        case other
        /// A beginning of what was read.
        case beginning
        /// All that was read, and perhaps more.
        case whole
    }

    /// - Parameter isLong: its lines will be passed over, so that it takes more than a few bytes to be a beginning.
    func likeness(of descriptor: Int32, _ size: Int, isLong: Bool = false) -> Likeness {
        guard trace.offset > 0, size > 0, hasHead(descriptor, size, isLong) else { return .other }
        guard waymarks.areContent(of: descriptor, upTo: size) else { return .other }
        if size < trace.offset { return isLong && size < FileTrace.tellingSize ? .other : .beginning }
        return trace.isContent(of: descriptor) ? .whole : .other
    }

    /// Whether it begins as this does, as far as it goes.
    private func hasHead(_ descriptor: Int32, _ size: Int, _ isLong: Bool) -> Bool {
        if size >= trace.head.count {
            return Print(FileTrace.bytes(of: descriptor, at: 0, count: trace.head.count)) == trace.head
        }
        // After a restart only prints are known, of more bytes than there are.
        guard !head.isEmpty else { return !isLong }
        let count = min(size, head.count)
        return FileTrace.bytes(of: descriptor, at: 0, count: count).elementsEqual(head.prefix(count))
    }
}

/// Prints of what a file has at some places, spread over all that was read of it: at most sixteen.
struct Waymarks {
    private struct Mark {
        var place: Int
        /// Of the bytes before the place.
        var print: Print
    }

    private var marks: [Mark] = []
    private var next = 512
    private var distance = 512

    private static let limit = 16

    /// So far it was read, and these are the bytes before that.
    mutating func pass(_ place: Int, _ bytes: [UInt8]) {
        guard place >= next else { return }
        if marks.count == Self.limit {
            marks = marks.indices.filter { $0 % 2 == 1 }.map { marks[$0] }
            distance *= 2
        }
        marks.append(Mark(place: place, print: Print(bytes)))
        next = place + distance
    }

    /// An open file of that size has the same at all of these places that it has at all.
    func areContent(of descriptor: Int32, upTo size: Int) -> Bool {
        marks.allSatisfy { mark in
            mark.place > size
                || Print(
                    FileTrace.bytes(of: descriptor, at: mark.place - mark.print.count, count: mark.print.count))
                    == mark.print
        }
    }
}
