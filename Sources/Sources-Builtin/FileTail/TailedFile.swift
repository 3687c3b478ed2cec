import Glibc

/// One file that is followed: how far it was read, and what tells that it is still the same.
///
/// Used by one task. The handle is closed at the end.
final class TailedFile {
    let identity: FileIdentity
    /// What the paths of its copies have in common with its own: the folder, and the name up to the first dot or dash.
    var family: String { RotatedName.family(of: path) }
    /// What its lines are about: the path under which it was found first, also when it was renamed since.
    let subject: String
    /// Where it was last.
    var path: String
    /// It is at none of the paths that are followed any more.
    var isOrphan = false
    /// When its last bytes came, or it became an orphan.
    var lastActive: Duration
    /// When it was last seen at its path: `FileTrace.seen`.
    var seen = StampTime()
    /// The names of its fields, if its first line says them and was read.
    var columns: [String]?
    /// Waits to be read.
    var isQueued = false
    /// It could not be opened; told once.
    var isDenied = false
    /// A notice of it came: its modification time may be too coarse to tell.
    var isDoubtful = false
    /// Nothing was left to read when it was last looked at.
    var isDrained = false
    /// The path that it was found at first; a log is all the files that come one after another at one.
    var origin: String
    /// The file whose place it has taken: that one is read to its end first.
    var predecessor: TailedFile?
    /// Nobody has looked yet whether what is in it was read from another file before.
    private(set) var isFresh = true
    /// What it began with when that was decided.
    private var accepted: [UInt8] = []
    /// It is not read yet, because it may be a copy that is being made of another file; with how large it was then.
    var heldSize: Int?
    /// It is the copy of a file that was cut off: nothing more will come.
    var isCopy = false
    /// What was known of it when it was cut off, of which nobody has looked for copies yet.
    private(set) var cutContents: [Generation] = []
    /// Those before, whose copies may still turn up.
    var formers = Formers()
    /// How large it was when its content was seen to be still the same.
    private var knownSize = 0
    /// What was begun before it was cut off last.
    private var rest: LineCutter?
    /// Where it was to go on, until it is read: nobody knows yet whether it has that content.
    private var resumed: FileTrace?
    /// What makes lines of its bytes, and how far it has got.
    var cutter: LineCutter

    /// Open for reading, or -1.
    private(set) var handle: Int32 = -1
    /// When it was made; nil until it was open, or where the file system does not say.
    private(set) var birth: Int64?
    private var modified: Int64?
    private var content = ReadContent()

    static let blockSize = 64 << 10
    /// What `turn` reads into.
    static let bufferSize = FileTrace.printSize + blockSize
    /// A turn makes no more events than this.
    static let linesPerTurn = 4096
    private static let cutLimit = 8

    init(
        _ identity: FileIdentity, path: String, subject: String, cutter: LineCutter, now: Duration
    ) {
        self.identity = identity
        self.path = path
        self.subject = subject
        origin = path
        self.cutter = cutter
        lastActive = now
        record = FileRecord(settled: trace)
    }

    deinit { shut() }

    var isOpen: Bool { handle >= 0 }
    var isCut: Bool { !cutContents.isEmpty }
    /// Up to where it was read.
    var offset: Int { cutter.position }

    /// Nothing is to be read of it, as far as this look tells.
    func isAsRead(_ look: FileLook) -> Bool { look.size == offset && look.modified == modified }

    /// What the open file is now.
    var look: FileLook? { isOpen ? FileLook(descriptor: handle) : nil }

    // MARK: What is remembered

    /// What would find it again.
    var trace: FileTrace {
        if var trace = resumed {
            (trace.birth, trace.path, trace.seen, trace.isOrphan) = (birth, path, seen, isOrphan)
            return trace
        }
        return FileTrace(
            identity: identity, birth: birth, path: path, subject: subject, offset: offset, resume: cutter.resume,
            size: max(knownSize, offset), state: cutter.state, head: Print(content.head), tail: Print(content.tail),
            seen: seen,
            isOrphan: isOrphan)
    }

    /// What would tell a copy of it.
    var generation: Generation {
        Generation(trace: trace, head: resumed == nil ? content.head : [], waymarks: content.waymarks)
    }

    /// What checkpoints say of it.
    private var record = FileRecord()

    /// Takes how it stands for the checkpoint after the next one.
    func propose() {
        if !record.isUpToDate(offset: offset, resume: cutter.resume, cutter.state) { record.propose(trace) }
    }

    /// What was proposed stands in checkpoints from now on.
    func settle() { record.settle() }

    /// For the checkpoint: how it stood a while ago, under the name that it has now.
    var settledTrace: FileTrace {
        var trace = record.settled ?? trace
        (trace.birth, trace.path, trace.seen, trace.isOrphan) = (birth, path, seen, isOrphan)
        return trace
    }

    /// Goes on where that says; before it is read first.
    func resume(_ trace: FileTrace) {
        if trace.identity == identity { birth = birth ?? trace.birth }
        var mine = trace
        (mine.identity, mine.birth, mine.isAbsent) = (identity, birth, false)
        resumed = mine
        record = FileRecord(settled: mine)
        cutter.resume(at: trace.resume, trace.state)
        content = ReadContent()
        isFresh = trace.offset == 0
        (heldSize, isDrained) = (nil, false)
    }

    /// Begins there, because what comes before is not asked for, or is that of another file; before it is read first.
    func begin(at offset: Int) {
        cutter.resume(at: offset, LineState())
        if offset > 0 { (isFresh, heldSize) = (false, nil) }
        if isOpen { _ = knowsPlace() }
        record = FileRecord(settled: trace)
    }

    /// What is in it, which begins with `bytes`, was not read from another file: it is read from its beginning.
    func accept(_ bytes: [UInt8]) { (isFresh, heldSize, accepted) = (false, nil, bytes) }

    /// What was known of it when it was cut off, the first time that it is asked for.
    func takeCutContent() -> Generation? { cutContents.isEmpty ? nil : cutContents.removeFirst() }

    /// It may begin with these bytes, as far as its own first ones are known.
    func mayBegin(with bytes: [UInt8]) -> Bool { resumed != nil || zip(content.head, bytes).allSatisfy(==) }

    /// Begins anew if its content is not any more what was read of it. Only when it is open.
    func verify() {
        guard let look, !isFresh else { return }
        if look.size < offset || !isAsItWas { cutOff() }
    }

    // MARK: The handle

    enum Opening { case opened, denied, missing, otherFile }

    /// Opens it, if it is not open. At a path where it has not been before (`isMoved`) it must have been made when this one
    /// was, or hold what was read of it: while it was closed it may have been removed, and its inode number given to another.
    func open(at path: String, isMoved: Bool = false) -> Opening {
        if isOpen { return .opened }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return errno == ENOENT || errno == ENOTDIR ? .missing : .denied }
        guard FileLook(descriptor: descriptor)?.identity == identity else {
            close(descriptor)
            return .otherFile
        }
        handle = descriptor
        let born = FileLook.birth(ofOpen: descriptor)
        guard !isMoved || trace.mayBe(madeAt: born) && (birth != nil || isAsItWas) else {
            shut()
            return .otherFile
        }
        birth = born
        return .opened
    }

    /// Closes it; where it was stays known.
    func shut() {
        guard isOpen else { return }
        close(handle)
        handle = -1
    }

    /// The bytes before the offset are those that were read. Only when it is open.
    var isAsItWas: Bool {
        if let resumed { return resumed.isContent(of: handle) }
        return content.isTail(of: handle, before: offset)
    }

    /// A file that is not read from its beginning has bytes before that, which are to be known; false: it has them not, or
    /// not those that it had.
    private func knowsPlace() -> Bool {
        guard resumed != nil || offset > 0 && content.tail.isEmpty && !cutter.isAfterHole else { return true }
        guard let known = ReadContent(of: handle, upTo: offset) else { return false }
        // Asked after the bytes were read, so that they are of the same content.
        guard resumed?.isContent(of: handle) ?? true else { return false }
        content = known
        resumed = nil
        return true
    }

    // MARK: Reading

    enum Turn {
        case done, more
        /// There is something in it of which nobody knows whether it is new; nothing was read.
        case fresh
    }

    /// Reads one block and cuts it into lines; `buffer` has `bufferSize` bytes. Only when it is open.
    func turn(_ buffer: UnsafeMutableRawBufferPointer, _ take: (LineSplitter.Line) -> Void) -> Turn {
        guard let look else { return .done }
        guard knowsPlace() else {
            cutOff()
            return .more
        }
        if isFresh, look.size > 0 { return .fresh }
        let known = isDoubtful ? nil : modified
        isDoubtful = false
        switch Rotation.verdict(look, offset: offset, modified: known) {
        case .rest:
            (modified, knownSize) = (look.modified, look.size)
            return .done
        case .restart:
            cutOff()
            return .more
        case .read, .verify: break
        }
        if cutter.isAfterHole { skipHole() }
        let before = content.tail.count
        let count = pread(handle, buffer.baseAddress, before + Self.blockSize, off_t(offset - before))
        guard count >= 0 else { return .done }
        guard count >= before, buffer[..<before].elementsEqual(content.tail) else {
            cutOff()
            return .more
        }
        let block = UnsafeRawBufferPointer(rebasing: buffer[before..<count])
        if offset == 0, let accepted = takeAccepted(), !block.starts(with: accepted) {
            isFresh = true
            return .more
        }
        (modified, knownSize) = (look.modified, look.size)
        let taken = cutter.feed(block, atMost: Self.linesPerTurn, take)
        content.pass(offset, UnsafeRawBufferPointer(rebasing: buffer[..<(before + taken)]))
        return block.count == Self.blockSize || taken < block.count ? .more : .done
    }

    private func takeAccepted() -> [UInt8]? {
        defer { accepted = [] }
        return accepted.isEmpty ? nil : accepted
    }

    /// It was cut off: what was begun is all there will be of that line, unless a copy was made of it before.
    private func cutOff() {
        if cutContents.count >= Self.cutLimit { cutContents.removeFirst() }
        cutContents.append(generation)
        record.isOutdated = true
        rest = cutter.hasPartial ? cutter : nil
        startOver()
    }

    /// Begins again, with content of which nothing is known.
    func startOver() {
        resumed = nil
        cutter.restart()
        content = ReadContent()
        (modified, columns, knownSize) = (nil, nil, 0)
        (isFresh, heldSize, isCopy, isDrained) = (true, nil, false, false)
    }

    /// Gives out what was begun before it was cut off, as nothing else has the rest of it.
    func flushRest(_ take: (LineSplitter.Line) -> Void) {
        guard var begun = rest.take() else { return }
        begun.flush(take)
    }

    /// A writer that keeps its place in a file that was cut off leaves a hole, perhaps as large as the file was.
    private func skipHole() {
        let start = nextData(after: offset)
        guard start > offset else { return }
        cutter.go(to: start)
        content.skip()
    }
}
