import Aggregator
import Logging

/// Follows files: waits for notices, looks at what has changed, reads a block of each file in its turn, and emits its lines.
///
/// Lives on one task, which runs on a thread that may block. While `emit` waits nothing is read.
final class Tailer {
    private let settings: TailSettings
    private let context: SourceContext
    private let notices: FileNotices
    private let rhythm: PollRhythm
    private let table: FileTable
    private let counters: TailCounters
    private var bookmark: Bookmark
    private var watched: Set<String> = []
    /// What the system gives no notices of.
    private var unwatched: Set<String> = []
    /// What is in the way, and was told.
    private var obstacles: [String: String] = [:]
    /// Files of which something is due by the clock.
    private var pending: [FileIdentity: TailedFile] = [:]
    private var oversized = Tally()
    private var misfits = Tally()

    init(
        _ settings: TailSettings, _ context: SourceContext, _ notices: FileNotices, _ rhythm: PollRhythm,
        _ checkpoint: Checkpoint?
    ) {
        self.settings = settings
        self.context = context
        self.notices = notices
        self.rhythm = rhythm
        counters = TailCounters(context)
        table = FileTable(settings, counters, log: context.log, clock: context.clock)
        bookmark = Bookmark(checkpoint, context.log, context.clock)
    }

    /// Until it is cancelled.
    func run() async throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: TailedFile.bufferSize, alignment: 16)
        defer { buffer.deallocate() }
        lookAtEverything(resuming: bookmark.load().filter { settings.includes($0.path) })
        tellMissing()
        do {
            try await follow(buffer)
        } catch let cancellation as CancellationError {
            // All that was read has been emitted: nothing of it will come again.
            bookmark.saveFinally(table)
            throw cancellation
        }
    }

    private func follow(_ buffer: UnsafeMutableRawBufferPointer) async throws {
        while true {
            bookmark.saveIfDue(table)
            let changes: FileChanges
            if table.hasQueued {
                changes = notices.take()
            } else {
                rhythm.isWaiting = bookmark.isOpen(table) || !pending.isEmpty
                changes = try await notices.next()
                if changes.isEmpty { wakePending() }
            }
            look(at: changes)
            guard let file = table.dequeue(), table.open(file) else {
                try Task.checkCancellation()
                continue
            }
            let events = read(file, buffer)
            // Also when nothing is emitted, a long way through many files is left soon after a cancellation.
            if events.isEmpty { try Task.checkCancellation() } else { try await context.emit(events) }
        }
    }

    private func wakePending() {
        for file in pending.values { table.enqueue(file) }
        pending.removeAll(keepingCapacity: true)
    }

    // MARK: Looking

    private func look(at changes: FileChanges) {
        if changes.everything { return lookAtEverything() }
        var isStructureChanged = false
        for path in changes.paths {
            if table.hasFile(at: path) || settings.includes(path) {
                table.look(at: path)
                table.doubt(path)
                watchLink(path)
            } else if watched.contains(path) || settings.leads(through: path) {
                isStructureChanged = true
            }
        }
        if isStructureChanged { return lookAtEverything() }
        // A file that was renamed is written to under a name of which nothing is known.
        for file in table.orphans.values where !changes.isEmpty { table.enqueue(file) }
    }

    private func lookAtEverything(resuming traces: [FileTrace] = []) {
        unwatched.removeAll()
        let walk = GlobWalk(settings.globs, isExcluded: settings.isExcluded) { self.watch($0) }
        var watchedNow = walk.folders
        for (path, look) in walk.files where look.isLink {
            watch(path)
            watchedNow.insert(path)
        }
        for path in watched.subtracting(watchedNow) { notices.unwatch(path) }
        watched = watchedNow
        if !traces.isEmpty { table.resume(traces, walk.files) }
        table.look(walk.files)
        tell(walk.obstacles)
        settleRhythm()
    }

    /// The folder of a link tells nothing of the file that it leads to.
    private func watchLink(_ path: String) {
        guard FileLook(path: path)?.isLink == true else { return }
        watch(path)
        watched.insert(path)
    }

    private func watch(_ path: String) {
        do throws(FileWatchProblem) {
            try notices.watch(path)
        } catch {
            // A folder that is missing is looked for too: the one above it, which is watched, may be missing next.
            unwatched.insert(path)
            if error != .missing { rhythm.tellOnce(path, error, context.log) }
        }
    }

    /// Looks by the clock while something is not told by notices: silence, what may not be read, what is not watched.
    private func settleRhythm() {
        rhythm.isFast = !unwatched.isEmpty || !table.orphans.isEmpty || table.hasDenied || !obstacles.isEmpty
    }

    // MARK: Reading

    private func read(_ file: TailedFile, _ buffer: UnsafeMutableRawBufferPointer) -> [Event] {
        var lines = LineEvents(settings, file, now: context.clock.now(), limit: context.eventLimit)
        let (offset, oversizedBefore) = (file.offset, file.cutter.oversized)
        var turn = file.turn(buffer) { lines.take($0) }
        if file.isCut {
            counters.restartedFiles.add()
            if !table.recoverCut(file) { file.flushRest { lines.take($0) } }
        }
        // Read at once, so that its copies are known by what was read of it.
        if turn == .fresh, table.identify(file) { turn = file.turn(buffer) { lines.take($0) } }
        if file.offset != offset {
            counters.readBytes.add(file.offset - offset)
            file.lastActive = context.clock.uptime()
            bookmark.hasRead = true
        }
        switch turn {
        case .fresh: pending[file.identity] = file
        case .more: table.enqueue(file)
        case .done:
            file.isDrained = true
            settle(file) { lines.take($0) }
        }
        tellOversized(file, file.cutter.oversized - oversizedBefore + lines.tooLong)
        tellMisfits(file, lines)
        return lines.events
    }

    /// Nothing more is there for now: is it over, or has the last line waited long enough for its end?
    private func settle(_ file: TailedFile, _ take: (LineSplitter.Line) -> Void) {
        let quiet = context.clock.uptime() - file.lastActive
        if let flush = settings.flush, quiet >= flush { file.cutter.flushLine(take) }
        // The rest of a line of which only the beginning was copied is nowhere.
        if file.isCopy { file.cutter.flush(take) }
        if let rules = settings.grouper?.rules, quiet >= rules.timeout { file.cutter.flushGroup(take) }
        if file.isOrphan,
            Rotation.isOver(
                hasSuccessor: table.hasFile(at: file.path), links: file.look?.links ?? 0, quiet: quiet,
                grace: settings.grace)
        {
            file.cutter.flush(take)
            table.finish(file)
        } else if file.isOrphan || settings.patience != nil && file.cutter.hasPartial {
            pending[file.identity] = file
            if file.isOrphan { rhythm.isFast = true }
        }
    }

    // MARK: Telling

    private func tellOversized(_ file: TailedFile, _ count: Int) {
        counters.longLines.add(count)
        guard oversized.add(count) else { return }
        let fate = settings.splitter.longLines == .cut ? "cut" : "dropped"
        context.log.warning(
            "lines longer than max_line, or than an event may be, are \(fate): \(oversized.count) so far, the last in \(file.subject)"
        )
    }

    private func tellMisfits(_ file: TailedFile, _ lines: LineEvents) {
        counters.misfitLines.add(lines.misfits)
        guard misfits.add(lines.misfits) else { return }
        let fate = settings.encoder.misfits == .keep ? "kept as messages" : "dropped"
        context.log.warning(
            "lines that are no \(settings.encoder.format.rawValue) are \(fate): \(misfits.count) so far, the last in \(file.subject)"
        )
    }

    /// What is in the way of finding files is told once, and again when it was away meanwhile.
    private func tell(_ now: [String: String]) {
        guard now != obstacles else { return }
        for (path, problem) in now.filter({ obstacles[$0.key] == nil }).sorted(by: { $0.key < $1.key }).prefix(16) {
            context.log.warning("\(path) \(problem)")
        }
        for path in obstacles.keys.filter({ now[$0] == nil }).sorted().prefix(16) {
            context.log.notice("\(path) is in the way no more")
        }
        obstacles = now
    }

    /// At the start: a pattern that means no file may be a mistake.
    private func tellMissing() {
        for glob in settings.globs where !table.files.values.contains(where: { glob.matches($0.path) }) {
            let folder = glob.fixedFolder
            let reason = FileLook(path: folder)?.kind == .folder ? "" : " (there is no folder \(folder))"
            context.log.notice("no file matches \(glob.text) yet\(reason): waiting for one")
        }
    }
}
