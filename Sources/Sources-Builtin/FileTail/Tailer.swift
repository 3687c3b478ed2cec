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
    private var watched: Set<String> = []
    /// What the system gives no notices of.
    private var unwatched: Set<String> = []
    private var oversized = 0

    init(_ settings: TailSettings, _ context: SourceContext, _ notices: FileNotices, _ rhythm: PollRhythm) {
        self.settings = settings
        self.context = context
        self.notices = notices
        self.rhythm = rhythm
        table = FileTable(settings, log: context.log, clock: context.clock)
    }

    /// Until it is cancelled.
    func run() async throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: TailedFile.fingerprintSize + TailedFile.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        lookAtEverything()
        while true {
            let changes = table.hasQueued ? notices.take() : try await notices.next()
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

    private func lookAtEverything() {
        unwatched.removeAll()
        let walk = GlobWalk(settings.globs, isExcluded: settings.isExcluded) { self.watch($0) }
        var watchedNow = walk.folders
        for (path, look) in walk.files where look.isLink {
            watch(path)
            watchedNow.insert(path)
        }
        for path in watched.subtracting(watchedNow) { notices.unwatch(path) }
        watched = watchedNow
        table.look(walk.files)
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
        let isWaiting = settings.flush != nil && table.files.values.contains { $0.splitter.hasPartial }
        rhythm.isFast = !unwatched.isEmpty || !table.orphans.isEmpty || table.hasDenied || isWaiting
    }

    // MARK: Reading

    private func read(_ file: TailedFile, _ buffer: UnsafeMutableRawBufferPointer) -> [Event] {
        var events: [Event] = []
        let (type, subject, encoder) = (settings.type, file.subject, settings.encoder)
        let now = context.clock.now()
        let room = context.eventLimit - type.utf8.count - subject.utf8.count
        var tooLong = 0
        func take(_ line: LineSplitter.Line) {
            func add(_ data: EventData) {
                events.append(Event(type: type, subject: subject, time: now, data: data))
            }
            switch encoder.data(line, within: room) {
            case .blank: break
            case .data(let data): add(data)
            case .cut(let data):
                // The splitter has counted a line that it has cut already.
                if !line.isCut { tooLong += 1 }
                add(data)
            case .tooLong: tooLong += 1
            }
        }
        let (offset, oversizedBefore) = (file.offset, file.splitter.oversized)
        let turn = file.turn(buffer, take)
        if file.offset != offset { file.lastActive = context.clock.uptime() }
        if turn == .more {
            table.enqueue(file)
        } else {
            settle(file, take)
        }
        tellOversized(file, file.splitter.oversized - oversizedBefore + tooLong)
        return events
    }

    /// Nothing more is there for now: is it over, or has the last line waited long enough for its end?
    private func settle(_ file: TailedFile, _ take: (LineSplitter.Line) -> Void) {
        let quiet = context.clock.uptime() - file.lastActive
        if let flush = settings.flush, quiet >= flush { file.flush(take) }
        if file.isOrphan,
            Rotation.isOver(
                hasSuccessor: table.hasFile(at: file.path), links: file.look?.links ?? 0, quiet: quiet,
                grace: settings.grace)
        {
            file.flush(take)
            table.forget(file)
        }
        if file.isOrphan || settings.flush != nil && file.splitter.hasPartial { rhythm.isFast = true }
    }

    private func tellOversized(_ file: TailedFile, _ count: Int) {
        guard count > 0 else { return }
        let before = oversized
        oversized += count
        // The first, and then each time there are twice as many.
        guard before == 0 || before.leadingZeroBitCount != oversized.leadingZeroBitCount else { return }
        let fate = settings.splitter.oversize == .cut ? "cut" : "dropped"
        context.log.warning(
            "lines longer than max_line, or than an event may be, are \(fate): \(oversized) so far, the last in \(file.subject)"
        )
    }
}
