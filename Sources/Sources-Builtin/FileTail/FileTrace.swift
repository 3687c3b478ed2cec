import Glibc

/// So many bytes of a file, remembered by their hash (FNV-1a, 64 bits).
struct Print: Sendable, Hashable {
    var count = 0
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    init(count: Int, hash: UInt64) {
        self.count = count
        self.hash = hash
    }

    init(_ bytes: some Collection<UInt8>) {
        count = bytes.count
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}

/// What is remembered of a file, so that it is found again whatever became of its name, and read on where its last line
/// was emitted.
///
/// A file is the same when its device and inode are, and the time at which it was made, and its content is as it was: its first
/// bytes (`head`) and those before the place up to which it was read (`tail`). The numbers alone would take another file for
/// it, to which the system gave a removed one's inode; the content alone a second file that begins alike.
struct FileTrace: Sendable, Equatable {
    var identity: FileIdentity
    /// When it was made; nil until it was open, or where the file system does not say.
    var birth: Int64?
    /// Where it was last.
    var path: String
    /// What its lines are about.
    var subject: String
    /// Up to where it was read.
    var offset: Int
    /// Where to go on: not after `offset`, for what lies between is the beginning of a line that was not emitted yet.
    var resume: Int
    /// How large it was then; not less than `offset`.
    var size: Int
    /// What is to be done with the first bytes after `resume`.
    var state = LineState()
    var head = Print()
    /// The bytes before `offset`.
    var tail = Print()
    /// When it was last seen at its path.
    var seen: StampTime
    /// Another file has taken its place, or none.
    var isOrphan = false
    /// It was not found at the last restart, which has been told.
    var isAbsent = false

    /// Bytes of which nothing was emitted, as far as is known.
    var unread: Int { size - resume }

    /// How many bytes a head and a tail have, at most.
    static let printSize = 256
    /// So many bytes are hardly the same in two files by chance.
    static let tellingSize = 64

    /// What is open there has the content that was read.
    func isContent(of descriptor: Int32) -> Bool {
        guard let look = FileLook(descriptor: descriptor), look.kind == .file, look.size >= offset else { return false }
        return Self.print(of: descriptor, at: 0, count: head.count) == head
            && Self.print(of: descriptor, at: offset - tail.count, count: tail.count) == tail
    }

    /// What can be said of the file at a path.
    enum Answer { case same, other, denied }

    /// Whether a file with its numbers may be this one, as far as the time tells at which that was made.
    func mayBe(madeAt birth: Int64?) -> Bool {
        guard let birth else { return true }
        return self.birth.map { $0 == birth } ?? seen.mayHaveSeen(birth: birth)
    }

    /// Whether the file at that path, which has its numbers, is this one.
    func isFile(at path: String) -> Bool { mayBe(madeAt: FileLook.birth(ofFileAt: path)) && ask(path) != .other }

    /// Whether the file at that path has the content that was read.
    func ask(_ path: String) -> Answer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return errno == EACCES || errno == EPERM ? .denied : .other }
        defer { close(descriptor) }
        return isContent(of: descriptor) ? .same : .other
    }

    private static func print(of descriptor: Int32, at start: Int, count: Int) -> Print? {
        guard start >= 0 else { return nil }
        return Print(bytes(of: descriptor, at: start, count: count))
    }

    /// Bytes of an open file; fewer, or none, where it has no more or cannot be read.
    static func bytes(of descriptor: Int32, at start: Int, count: Int) -> [UInt8] {
        guard count > 0, start >= 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
            read = max(0, pread(descriptor, buffer.baseAddress, count, off_t(start)))
        }
    }
}

/// In the middle of what a file is to be read on.
struct LineState: Sendable, Hashable {
    /// A line that was too long: its rest is skipped.
    var isSkippingLine = false
    /// A group of lines that was too long: its other lines are skipped.
    var isSkippingGroup = false
    /// The hole that a writer leaves who keeps its place in a file that was cut off: zeros are skipped.
    var isAfterHole = false
}
