import Glibc

/// One file that is followed: how far it was read, and what tells that it is still the same.
///
/// Used by one task. The handle is closed at the end.
final class TailedFile {
    let identity: FileIdentity
    /// What its lines are about: the path under which it was found first, also when it was renamed since.
    let subject: String
    /// Where it was last.
    var path: String
    /// It is at none of the paths that are followed any more.
    var isOrphan = false
    /// When its last bytes came, or it became an orphan.
    var lastActive: Duration
    /// Waits to be read.
    var isQueued = false
    /// It could not be opened; told once.
    var isDenied = false
    /// A notice of it came: its modification time may be too coarse to tell.
    var isDoubtful = false
    private(set) var splitter: LineSplitter

    private var handle: Int32 = -1
    private(set) var offset: Int
    private var modified: Int64?
    /// The bytes before `offset`: they are other ones when the file was cut off and has grown again.
    private var fingerprint: [UInt8] = []

    static let fingerprintSize = 256
    static let blockSize = 64 << 10
    /// A turn makes no more events than this.
    static let linesPerTurn = 4096

    init(_ look: FileLook, path: String, subject: String, offset: Int, splitter: LineSplitter, now: Duration) {
        identity = look.identity
        self.path = path
        self.subject = subject
        self.offset = offset
        self.splitter = splitter
        lastActive = now
    }

    deinit { shut() }

    var isOpen: Bool { handle >= 0 }

    /// Nothing is to be read of it, as far as this look tells.
    func isAsRead(_ look: FileLook) -> Bool { look.size == offset && look.modified == modified }

    /// What the open file is now.
    var look: FileLook? { isOpen ? FileLook(descriptor: handle) : nil }

    enum Opening { case opened, denied, missing, otherFile }

    /// Opens it, if it is not open. At a path where it has not been before it must begin as it was read (`isMoved`): while
    /// it was closed it may have been removed, and its inode number given to another file.
    func open(at path: String, isMoved: Bool = false) -> Opening {
        if isOpen { return .opened }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return errno == ENOENT || errno == ENOTDIR ? .missing : .denied }
        guard FileLook(descriptor: descriptor)?.identity == identity else {
            close(descriptor)
            return .otherFile
        }
        handle = descriptor
        if isMoved, !isAsItWas {
            shut()
            return .otherFile
        }
        if modified == nil, offset > 0 { rememberBeginning() }
        return .opened
    }

    /// Closes it; where it was stays known.
    func shut() {
        guard isOpen else { return }
        close(handle)
        handle = -1
    }

    /// The bytes before the offset are those that were read.
    private var isAsItWas: Bool {
        fingerprint.isEmpty || fingerprint == bytes(before: offset, count: fingerprint.count)
    }

    private func bytes(before offset: Int, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
            read = max(0, pread(handle, buffer.baseAddress, count, off_t(offset - count)))
        }
    }

    /// A file that is followed from its end has bytes before that.
    private func rememberBeginning() {
        let size = min(offset, Self.fingerprintSize)
        fingerprint = bytes(before: offset, count: size)
        if fingerprint.count < size { fingerprint = [] }
    }

    enum Turn { case done, more }

    /// Reads one block and cuts it into lines; `buffer` has `fingerprintSize + blockSize` bytes. Only when it is open.
    func turn(_ buffer: UnsafeMutableRawBufferPointer, _ take: (LineSplitter.Line) -> Void) -> Turn {
        guard let look else { return .done }
        let known = isDoubtful ? nil : modified
        isDoubtful = false
        switch Rotation.verdict(look, offset: offset, modified: known) {
        case .rest:
            modified = look.modified
            return .done
        case .restart:
            restart(take)
            return .more
        case .read, .verify: break
        }
        if splitter.isAfterHole { skipHole() }
        let before = fingerprint.count
        let count = pread(handle, buffer.baseAddress, before + Self.blockSize, off_t(offset - before))
        guard count >= 0 else { return .done }
        guard count >= before, buffer[..<before].elementsEqual(fingerprint) else {
            restart(take)
            return .more
        }
        modified = look.modified
        let block = UnsafeRawBufferPointer(rebasing: buffer[before..<count])
        let taken = splitter.feed(block, atMost: Self.linesPerTurn, take)
        offset += taken
        let end = before + taken
        fingerprint = Array(buffer[max(0, end - Self.fingerprintSize)..<end])
        return block.count == Self.blockSize || taken < block.count ? .more : .done
    }

    /// Gives out a last line without end.
    func flush(_ take: (LineSplitter.Line) -> Void) { splitter.flush(take) }

    /// It was cut off: what was begun is all there will be of that line.
    private func restart(_ take: (LineSplitter.Line) -> Void) {
        splitter.flush(take)
        splitter.restart()
        offset = 0
        fingerprint = []
        modified = nil
    }

    /// A writer that keeps its place in a file that was cut off leaves a hole, which may be as large as the file was.
    private func skipHole() {
        let seekData: Int32 = 3  // SEEK_DATA of lseek(2)
        let start = lseek(handle, off_t(offset), seekData)
        guard start > offset else { return }
        offset = Int(start)
        fingerprint = []
    }
}
