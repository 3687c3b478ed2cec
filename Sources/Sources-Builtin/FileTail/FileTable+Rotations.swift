import Aggregator
import Logging

/// Files under other names, that hold what is left of one that is followed: found again after a restart, and where rotation
/// was faster than we were.
extension FileTable {
    // MARK: After a restart

    /// Goes on where an earlier run stopped. `found` are the files that are to be followed now; those of them that are not
    /// in the traces are left to `look`.
    func resume(_ traces: [FileTrace], _ found: [FoundFile]) {
        let there = Dictionary(found.map { ($0.look.identity, $0.path) }) { first, _ in first }
        let kept = Set(traces.filter { there[$0.identity] == $0.path && $0.ask($0.path) != .other }.map(\.identity))
        let known = Set(traces.map(\.identity))
        var moved: [String: FileTrace] = [:]
        for trace in traces.sorted(by: { $0.seen < $1.seen }) {
            if kept.contains(trace.identity) {
                adopt(trace, at: trace.path, trace.identity)
                moved[trace.path] = nil
            } else {
                if recover(trace, there, besides: known) == nil { tellLost(trace, there) }
                // What came after one that has been missing for longer was read by the last run.
                if !trace.isAbsent { moved[trace.path] = trace }
            }
        }
        for trace in moved.values { adoptGenerations(since: trace) }
    }

    private func tellLost(_ trace: FileTrace, _ there: [FileIdentity: String]) {
        guard there[trace.identity] != trace.path else {
            log.notice(
                "\(trace.path) has other content than what was read of it, and no copy of that is there: it is read from its beginning"
            )
            return
        }
        remember(absent: trace)
        guard trace.offset > 0, !trace.isAbsent else { return }
        log.notice(
            "the file that was \(trace.path) is gone: what was written to it after its byte \(trace.offset), if anything, is lost"
        )
    }

    /// Finds the file under the name that it has now, or else a copy that was made of it before it was cut off, and
    /// follows that to its end.
    private func recover(
        _ trace: FileTrace, _ there: [FileIdentity: String] = [:], besides known: Set<FileIdentity> = []
    ) -> TailedFile? {
        guard
            let path = there[trace.identity].flatMap({ same(trace, at: $0) }) ?? moved(trace) ?? copy(of: trace, known),
            let look = FileLook(path: path)
        else { return nil }
        return adopt(trace, at: settings.includes(path) ? path : nil, look.identity)
    }

    private func same(_ trace: FileTrace, at path: String) -> String? { trace.ask(path) == .other ? nil : path }

    private func moved(_ trace: FileTrace) -> String? {
        guard !isFollowed(trace.identity) else { return nil }
        return settings.search(trace.identity, besides: trace.path).flatMap { same(trace, at: $0) }
    }

    private func copy(of trace: FileTrace, _ known: Set<FileIdentity>) -> String? {
        guard trace.offset > 0 else { return nil }
        let name = trace.path.lastName
        // Of a few bytes there may be many that begin alike: then the name has to say more.
        let isTelling = trace.offset >= FileTrace.tellingSize
        return Folder.files(in: trace.path.folder) {
            isTelling ? RotatedName.isRelated($0, to: name) : RotatedName.tag($0, of: name) != nil
        }
        .first { path, look in
            look.size >= trace.offset && !isFollowed(look.identity) && !known.contains(look.identity)
                && trace.ask(path) == .same
        }?.path
    }

    /// Generations that came and went at a path unseen, after the file that was seen there last: those that have a number or
    /// a date for a name, and were made since.
    func adoptGenerations(since trace: FileTrace) {
        let name = trace.path.lastName
        let generations = Folder.files(in: trace.path.folder) { RotatedName.tag($0, of: name) != nil }
            .filter { path, look in
                (FileLook.birth(ofFileAt: path) ?? look.modified) >= trace.seen && !isFollowed(look.identity)
                    && !isFinished(look)
                    && !settings.isExcluded(path)
            }
            .sorted { one, other in
                guard one.look.modified == other.look.modified else { return one.look.modified < other.look.modified }
                return RotatedName.isOlder(
                    RotatedName.tag(one.path.lastName, of: name) ?? "",
                    than: RotatedName.tag(other.path.lastName, of: name) ?? "")
            }
        for (path, look) in generations {
            log.info("\(path) was \(trace.path) for a while unseen: it is read from its beginning")
            adoptGeneration(look, of: trace, at: settings.includes(path) ? path : nil)
        }
    }

    // MARK: While it runs

    /// A file was cut off: what had not been read of it may be in a copy that was made of it before.
    ///
    /// - Returns: there is one; it is read to its end before the file is read on.
    func recoverCut(_ file: TailedFile) -> Bool {
        guard let former = file.takeFormer() else { return false }
        let held = files.values.filter { $0.original?.file === file && open($0) }
        var copy = held.first { $0.isCopy(of: former) }
        // Of one that was made before the last lines were read there is nothing to read.
        for shorter in held where shorter !== copy {
            guard let size = shorter.look?.size, size > 0, size == shorter.original?.prefix else { continue }
            shorter.original = nil
            shorter.begin(at: size)
        }
        insert(before: file, at: former.path) {
            if let copy {
                copy.original = nil
                copy.resume(former)
                note(newest: copy, at: former.path)
            } else {
                copy = recover(former)
            }
            adoptGenerations(since: former)
        }
        return copy != nil
    }

    /// A new file that begins like one whose name is related may be a copy that is being made of that one: if it is cut off
    /// soon, its lines have been emitted already.
    func suspect(_ file: TailedFile) {
        let (folder, name) = (file.path.folder, file.path.lastName)
        let others = files.values.filter {
            $0 !== file && $0.offset > 0 && file.path.hasPrefix($0.stem) && $0.path.folder == folder
                && RotatedName.isRelated(name, to: $0.path.lastName)
        }
        guard !others.isEmpty, open(file) else { return }
        if let cut = others.first(where: { $0.former.map { file.isCopy(of: $0) } == true }), let former = cut.former {
            file.resume(former)
            cut.predecessor = file
        } else if let other = others.first(where: { file.begins(as: $0) != false }) {
            file.original = TailedFile.Original(file: other, restarts: other.restarts)
            _ = file.begins(as: other)
        }
    }

    /// Whether it is still open if the file is a copy. Decided when the other is cut off, when their contents part, or when
    /// nothing has come for a while.
    func isHeld(_ file: TailedFile) -> Bool {
        guard let original = file.original else { return false }
        let isStill = isFollowed(original.file.identity) && original.file.restarts == original.restarts
        if let size = file.look?.size, size != original.size {
            file.original?.size = size
            file.lastActive = clock.uptime()
        }
        let quiet = clock.uptime() - file.lastActive
        let isAlike = file.begins(as: original.file) != false
        if isStill, quiet < settings.copyTime, isAlike { return true }
        file.original = nil
        // As long as it was empty it might have been a copy of any.
        if !isAlike { suspect(file) }
        return file.original != nil
    }
}
