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
    private var queue: [TailedFile] = []
    private var queueHead = 0
    private var open: [TailedFile] = []
    private var isFirstLook = true
    private var hasToldOfTooMany = false
    private let settings: TailSettings
    private let log: Logger
    private let clock: PipelineClock

    init(_ settings: TailSettings, log: Logger, clock: PipelineClock) {
        self.settings = settings
        self.log = log
        self.clock = clock
    }

    var hasDenied: Bool { files.values.contains(where: \.isDenied) }
    func hasFile(at path: String) -> Bool { paths[path] != nil }

    // MARK: What is where

    /// Takes all that was found: everything else is gone from its path.
    func look(_ found: [(path: String, look: FileLook)]) {
        for (path, look) in found { adopt(path, look) }
        let seen = Set(found.map(\.path))
        for path in paths.keys where !seen.contains(path) { lose(path) }
        for file in files.values where file.isOrphan || file.splitter.hasPartial { enqueue(file) }
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
            paths[path] = look.identity
            if orphans.removeValue(forKey: look.identity) != nil || paths[file.path] != look.identity {
                file.path = path
            }
            file.isOrphan = false
            if !file.isAsRead(look) { enqueue(file) }
            return
        }
        guard files.count < settings.fileLimit else {
            if !hasToldOfTooMany { log.warning("more than \(settings.fileLimit) files: the others are not followed") }
            hasToldOfTooMany = true
            return
        }
        let begins = isFirstLook && settings.from == .end ? look.size : 0
        let file = TailedFile(
            look, path: path, subject: settings.subject(of: path), offset: begins, splitter: settings.splitter,
            now: clock.uptime())
        files[look.identity] = file
        paths[path] = look.identity
        log.debug("following \(path) from byte \(begins)")
        enqueue(file)
    }

    /// The file is not at that path any more; if it is at none, its last lines are still to come.
    private func lose(_ path: String) {
        guard let identity = paths.removeValue(forKey: path), let file = files[identity], file.path == path else {
            return
        }
        if let other = paths.first(where: { $0.value == identity })?.key {
            file.path = other
            return
        }
        file.isOrphan = true
        orphans[identity] = file
        file.lastActive = clock.uptime()
        enqueue(file)
    }

    /// Whoever was silent longest goes first.
    private func limitOrphans() {
        guard orphans.count > settings.orphanLimit else { return }
        let oldest = orphans.values.sorted { $0.lastActive < $1.lastActive }
        for file in oldest.prefix(orphans.count - settings.orphanLimit) { forget(file) }
    }

    // MARK: What is to be read

    func enqueue(_ file: TailedFile) {
        guard !file.isQueued else { return }
        file.isQueued = true
        queue.append(file)
    }

    var hasQueued: Bool { queueHead < queue.count }

    /// The next to be read, each in its turn.
    func dequeue() -> TailedFile? {
        guard hasQueued else { return nil }
        let file = queue[queueHead]
        queueHead += 1
        if queueHead > 1024 || queueHead == queue.count {
            queue.removeFirst(queueHead)
            queueHead = 0
        }
        file.isQueued = false
        return files[file.identity] === file ? file : nil
    }

    /// Opens a file; false if that is not possible now.
    func open(_ file: TailedFile) -> Bool {
        if file.isOpen { return true }
        makeRoom()
        // A file without a place, and closed meanwhile: it will be in the same folder under another name, or nowhere.
        let path = file.isOrphan ? settings.search(file.identity, besides: file.path) : file.path
        switch path.map(file.open) ?? .missing {
        case .opened:
            open.append(file)
            file.isDenied = false
            return true
        case .denied:
            if !file.isDenied { log.warning("\(file.path) may not be read; trying again") }
            file.isDenied = true
        case .missing where file.isOrphan: forget(file)
        case .missing, .otherFile: look(at: file.path)
        }
        return false
    }

    /// Closes the one that was silent longest, unless it has no place: it would hardly be found again.
    private func makeRoom() {
        open.removeAll { !$0.isOpen }
        guard open.count >= settings.openLimit else { return }
        let idle = open.indices.filter { !open[$0].isOrphan && !open[$0].isQueued }
        guard let index = idle.min(by: { open[$0].lastActive < open[$1].lastActive }) ?? open.indices.first else {
            return
        }
        open.remove(at: index).shut()
    }

    func forget(_ file: TailedFile) {
        file.shut()
        open.removeAll { $0 === file }
        files[file.identity] = nil
        orphans[file.identity] = nil
        log.debug("\(file.path): the former file is done")
    }
}
