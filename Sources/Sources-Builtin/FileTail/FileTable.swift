import Aggregator
import Logging

/// The files that are followed, by what they are and by where they are. Knows what has become of each; reads none.
///
/// Used by one task.
final class FileTable {
    private(set) var files: [FileIdentity: TailedFile] = [:]
    /// Those that are at none of the paths that are followed any more.
    private(set) var orphans: [FileIdentity: TailedFile] = [:]
    private var paths: [String: FileIdentity] = [:]
    /// All files, by what their names have in common with those of their copies.
    private var families: [String: [TailedFile]] = [:]
    /// The last of the files that came one after another at a path: the next one waits until it is read.
    private var newest: [String: TailedFile] = [:]
    /// Files of the checkpoint that were not found: their folder may be there again later.
    private(set) var absent: [FileIdentity: FileTrace] = [:]
    /// Former files that were read to their end, with the time of their last change then: not to be read again. The last
    /// few.
    private var finished: [(identity: FileIdentity, modified: Int64)] = []
    /// Files came or went: the checkpoint says otherwise.
    var isChanged = false
    private var queue = ReadQueue()
    var open: [TailedFile] = []
    /// Not to be closed for another to be opened.
    var inHand: TailedFile?
    private var isFirstLook = true
    private var hasToldOfTooMany = false
    let settings: TailSettings
    let counters: TailCounters
    let log: Logger
    let clock: PipelineClock

    init(_ settings: TailSettings, _ counters: TailCounters, log: Logger, clock: PipelineClock) {
        self.settings = settings
        self.counters = counters
        self.log = log
        self.clock = clock
    }

    var hasDenied: Bool { files.values.contains(where: \.isDenied) }
    func hasFile(at path: String) -> Bool { paths[path] != nil }
    func isFollowed(_ identity: FileIdentity) -> Bool { files[identity] != nil }

    // MARK: What is where

    /// Takes all that was found: everything else is gone from its path.
    func look(_ found: [FoundFile]) {
        for file in found { adopt(file.path, file.look) }
        let seen = Set(found.map(\.path))
        for path in paths.keys where !seen.contains(path) { lose(path) }
        for file in orphans.values where paths[file.path] == nil { findUnseen(at: file.path) }
        for file in files.values where file.isOrphan || file.cutter.hasPartial || file.heldSize != nil { enqueue(file) }
        isFirstLook = false
        limitOrphans()
    }

    /// Looks at one path that is, or may have become, one to follow.
    func look(at path: String) {
        guard let look = FileLook(path: path), look.kind == .file else { return lose(path) }
        adopt(path, look)
    }

    /// Something has happened to this file, or to one that had this name.
    func doubt(_ path: String) {
        guard let identity = paths[path], let file = files[identity] else { return }
        file.isDoubtful = true
        enqueue(file)
    }

    private func adopt(_ path: String, _ look: FileLook) {
        if let followed = paths[path], Rotation.verdict(look, followed: followed) == .replaced { lose(path) }
        if let file = files[look.identity] {
            if isStill(file, at: path) { return settle(file, at: path, look) }
            bury(file)
            // Its copies were looked for, and what is at this path may be one of them.
            if let file = files[look.identity] { return settle(file, at: path, look) }
        }
        guard hasRoom() else { return }
        if paths[path] == nil { findUnseen(at: path) }
        let trace = absent.removeValue(forKey: look.identity)
        if let trace, trace.isFile(at: path) {
            adopt(trace, at: path, look.identity).seen = look.time
        } else {
            adoptNew(path, look)
        }
    }

    /// A file that is followed is at that path.
    private func settle(_ file: TailedFile, at path: String, _ look: FileLook) {
        paths[path] = look.identity
        if orphans.removeValue(forKey: look.identity) != nil || paths[file.path] != look.identity {
            move(file, to: path)
        }
        file.isOrphan = false
        file.seen = look.time
        if !file.isAsRead(look) { enqueue(file) }
    }

    private func adoptNew(_ path: String, _ look: FileLook) {
        let file = make(look.identity, path: path, subject: settings.subject(of: path))
        file.seen = look.time
        let isOld = look.size > 0 && settings.isOld(look, at: clock.now())
        if isOld { counters.oldFiles.add() }
        if isOld || isFirstLook && settings.from == .end { file.begin(at: look.size) }
        add(file, at: path)
        log.debug("following \(path) from byte \(file.offset)")
    }

    /// A file that was followed before, at that path; or at none any more, if that is nil.
    @discardableResult
    func adopt(_ trace: FileTrace, at path: String?, _ identity: FileIdentity) -> TailedFile {
        let file = make(identity, path: path ?? trace.path, subject: trace.subject)
        file.resume(trace)
        file.origin = trace.path
        file.isOrphan = path == nil
        add(file, at: path)
        log.debug("following \(file.path) from byte \(trace.resume) on, where it was left")
        return file
    }

    /// A former generation of a log that was never seen under its first name.
    func adoptGeneration(_ look: FileLook, of trace: FileTrace, at path: String?) {
        let file = make(look.identity, path: path ?? trace.path, subject: trace.subject)
        file.seen = look.time
        file.origin = trace.path
        file.isOrphan = path == nil
        add(file, at: path)
    }

    private func make(_ identity: FileIdentity, path: String, subject: String) -> TailedFile {
        TailedFile(
            identity, path: path, subject: subject, cutter: LineCutter(settings.splitter, settings.grouper),
            now: clock.uptime())
    }

    private func add(_ file: TailedFile, at path: String?) {
        files[file.identity] = file
        families[file.family, default: []].append(file)
        if let path { paths[path] = file.identity } else { orphans[file.identity] = file }
        if let former = newest.updateValue(file, forKey: file.origin), files[former.identity] === former {
            file.predecessor = former
        }
        isChanged = true
        enqueue(file)
    }

    /// It has another path now, and perhaps other relatives.
    private func move(_ file: TailedFile, to path: String) {
        leaveFamily(file)
        file.path = path
        families[file.family, default: []].append(file)
    }

    private func leaveFamily(_ file: TailedFile) {
        families[file.family]?.removeAll { $0 === file }
        if families[file.family]?.isEmpty == true { families[file.family] = nil }
    }

    /// Whatever is added at that path by `body` comes before the file that is there.
    func insert(before file: TailedFile, at path: String, _ body: () -> Void) {
        newest[path] = nil
        body()
        if let last = newest[path] { wait(file, for: last) }
        newest[path] = file
        enqueue(file)
    }

    /// A file is not read before that other one was read to its end; unless that waits for it.
    func wait(_ file: TailedFile, for other: TailedFile) {
        var next: TailedFile? = other
        while let one = next, one !== file { next = one.predecessor }
        if next == nil { file.predecessor = other }
    }

    /// Other files whose names may tell that one is a copy of the other.
    func relatives(of file: TailedFile) -> [TailedFile] {
        (families[file.family] ?? []).filter { $0 !== file }
    }

    /// What belongs to that path, and came last.
    func note(newest file: TailedFile, at path: String) { newest[path] = file }

    func isFinished(_ look: FileLook) -> Bool {
        finished.contains { $0.identity == look.identity && $0.modified == look.modified }
    }

    func remember(absent trace: FileTrace) {
        guard absent.count < settings.absentLimit else { return }
        absent[trace.identity] = trace
        absent[trace.identity]?.isAbsent = true
    }

    private func hasRoom() -> Bool {
        guard files.count >= settings.fileLimit else { return true }
        if !hasToldOfTooMany { log.warning("more than \(settings.fileLimit) files: the others are not followed") }
        hasToldOfTooMany = true
        return false
    }

    /// A file that was closed and turns up elsewhere may be another one by now.
    private func isStill(_ file: TailedFile, at path: String) -> Bool {
        guard !file.isOpen, file.isOrphan || file.path != path else { return true }
        makeRoom()
        guard file.open(at: path, isMoved: true) != .otherFile else { return false }
        if file.isOpen { open.append(file) }
        return true
    }

    /// It was removed, as another one has its inode number now.
    private func bury(_ file: TailedFile) {
        if paths[file.path] == file.identity { lose(file.path) }
        giveUp(file, "it is gone")
    }

    /// The file is not at that path any more; if it is at none, its last lines are still to come.
    private func lose(_ path: String) {
        guard let identity = paths.removeValue(forKey: path), let file = files[identity] else {
            return findUnseen(at: path)
        }
        isChanged = true
        // Whatever comes at that path next, what is left of this one goes first.
        file.isDrained = false
        enqueue(file)
        guard file.path == path else { return }
        if let other = paths.first(where: { $0.value == identity })?.key {
            return move(file, to: other)
        }
        file.isOrphan = true
        orphans[identity] = file
        file.lastActive = clock.uptime()
        adoptGenerations(since: file.trace)
    }

    /// After the file that was there last there may have been others.
    private func findUnseen(at path: String) {
        guard let former = newest[path], former.isOrphan, files[former.identity] === former else { return }
        adoptGenerations(since: former.trace)
    }

    /// Whoever was silent longest goes first.
    private func limitOrphans() {
        guard orphans.count > settings.orphanLimit else { return }
        let oldest = orphans.values.sorted { $0.lastActive < $1.lastActive }
        for file in oldest.prefix(orphans.count - settings.orphanLimit) {
            giveUp(file, "too many former files were still to be read")
        }
    }

    /// It was read to its end, and no more will come.
    func finish(_ file: TailedFile) {
        if let look = file.look {
            if finished.count >= settings.orphanLimit { finished.removeFirst() }
            finished.append((file.identity, look.modified))
        }
        forget(file)
        // From now on its successor stands for all that came before.
        if paths[file.path] != nil { look(at: file.path) }
    }

    func forget(_ file: TailedFile) {
        isChanged = true
        file.shut()
        open.removeAll { $0 === file }
        files[file.identity] = nil
        leaveFamily(file)
        orphans[file.identity] = nil
        if newest[file.origin] === file { newest[file.origin] = nil }
        log.debug("\(file.path): the former file is done")
    }

    // MARK: What is to be read

    func enqueue(_ file: TailedFile) { queue.add(file) }

    var hasQueued: Bool { !queue.isEmpty }

    /// The next to be read, each in its turn; nil if there is none, or it has to wait.
    func dequeue() -> TailedFile? {
        guard let file = queue.next(), files[file.identity] === file else { return nil }
        while let former = file.predecessor, files[former.identity] !== former || former.isDone {
            file.predecessor = former.isDone ? nil : former.predecessor
        }
        guard let former = file.predecessor else { return file }
        enqueue(former)
        enqueue(file)
        return nil
    }
}

/// A path that is to be followed, and what is there.
typealias FoundFile = (path: String, look: FileLook)

extension TailedFile {
    /// Nobody needs to wait for it: it was read to its end, or cannot be read now.
    var isDone: Bool { isDrained || isDenied || heldSize != nil }
}
