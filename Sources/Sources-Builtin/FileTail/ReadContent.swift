/// What is known of a file's content, of as much of it as was read.
struct ReadContent {
    /// Its first bytes: `FileTrace.printSize` of them, or as many as were read.
    private(set) var head: [UInt8] = []
    /// The bytes before the place up to which it was read: they are other ones when it was cut off and has grown again.
    private(set) var tail: [UInt8] = []
    private(set) var waymarks = Waymarks()

    init() {}

    /// Of an open file, as if it had been read up to that place; nil: it has not so many bytes.
    init?(of descriptor: Int32, upTo offset: Int) {
        let size = min(offset, FileTrace.printSize)
        head = FileTrace.bytes(of: descriptor, at: 0, count: size)
        tail = FileTrace.bytes(of: descriptor, at: offset - size, count: size)
        guard head.count == size, tail.count == size else { return nil }
    }

    /// It was read up to `offset`, and these are the bytes before that: the tail, and what is new.
    mutating func pass(_ offset: Int, _ bytes: UnsafeRawBufferPointer) {
        let fresh = bytes[tail.count...]
        if head.count == offset - fresh.count, head.count < FileTrace.printSize {
            head += fresh.prefix(FileTrace.printSize - head.count)
        }
        tail = Array(bytes.suffix(FileTrace.printSize))
        waymarks.pass(offset, tail)
    }

    /// It was read on at some other place.
    mutating func skip() { tail = [] }

    /// An open file has the same before that place.
    func isTail(of descriptor: Int32, before offset: Int) -> Bool {
        tail == FileTrace.bytes(of: descriptor, at: offset - tail.count, count: tail.count)
    }
}
