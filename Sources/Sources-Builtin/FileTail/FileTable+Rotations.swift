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
        let kept = Set(traces.filter { there[$0.identity] == $0.path && $0.isFile(at: $0.path) }.map(\.identity))
        let known = Dictionary(traces.map { ($0.identity, $0) }) { first, _ in first }
        var moved: [String: FileTrace] = [:]
        // What was not read yet may be a copy of what was: so those that know their content come first.
        let (begun, fresh) = (traces.filter { $0.offset > 0 }, traces.filter { $0.offset == 0 })
        for trace in begun.sorted(by: { $0.seen.earliest < $1.seen.earliest }) + fresh where !isFollowed(trace.identity)
        {
            if kept.contains(trace.identity) {
                adopt(trace, at: trace.path, trace.identity)
                moved[trace.path] = nil
            } else {
                if recover(trace, there, besides: known) == nil { give(up: trace, there) }
                // What came after one that has been missing for longer was read by the last run.
                if !trace.isAbsent { moved[trace.path] = trace }
            }
        }
        for trace in moved.values { adoptGenerations(since: trace) }
    }

    /// It is nowhere. That is planned for the oldest generation: only what is known to have been in it unread is worth a word.
    private func give(up trace: FileTrace, _ there: [FileIdentity: String]) {
        let isReplaced = there[trace.identity] == trace.path
        if !isReplaced { remember(absent: trace) }
        if trace.isAbsent { return }
        tellLost(trace.unread, of: trace.path, isReplaced ? "it has other content now" : "it is gone")
    }

    /// Bytes are lost that were there once and were not read.
    func tellLost(_ count: Int, of path: String, _ reason: String) {
        guard count > 0 else { return log.debug("\(path): \(reason); all that was seen of it was read") }
        counters.lostBytes.add(count)
        log.warning("\(path): \(count) bytes that were not read yet are lost: \(reason), and no copy of them is there")
    }

    /// Finds the file under the name that it has now, or else a copy that was made of it before it was cut off, and
    /// follows that to its end.
    func recover(
        _ trace: FileTrace, _ there: [FileIdentity: String] = [:], besides known: [FileIdentity: FileTrace] = [:]
    ) -> TailedFile? {
        let moved = there[trace.identity].flatMap({ trace.isFile(at: $0) ? $0 : nil }) ?? moved(trace)
        guard let path = moved ?? copy(of: trace, known), let look = FileLook(path: path) else { return nil }
        let file = adopt(trace, at: settings.includes(path) ? path : nil, look.identity)
        file.seen = look.time
        file.isCopy = moved == nil
        return file
    }

    private func moved(_ trace: FileTrace) -> String? {
        guard !isFollowed(trace.identity) else { return nil }
        return settings.search(trace.identity, besides: trace.path).flatMap { trace.isFile(at: $0) ? $0 : nil }
    }

    /// `known`: files with what was read of them; who has that still is a file of its own.
    private func copy(of trace: FileTrace, _ known: [FileIdentity: FileTrace]) -> String? {
        guard trace.offset > 0 else { return nil }
        let name = trace.path.lastName
        // Of a few bytes there may be many that begin alike: then the name has to say more.
        let isTelling = trace.offset >= FileTrace.tellingSize
        return Folder.files(in: trace.path.folder) {
            isTelling ? RotatedName.isRelated($0, to: name) : RotatedName.tag($0, of: name) != nil
        }
        .first { path, look in
            look.size >= trace.offset && !isFollowed(look.identity) && trace.ask(path) == .same
                && !(known[look.identity].map { $0.offset > 0 && $0.ask(path) == .same } ?? false)
        }?.path
    }

    /// Generations that came and went at a path unseen, after the file that was seen there last: those that have a number or
    /// a date for a name, and were made since.
    func adoptGenerations(since trace: FileTrace) {
        let name = trace.path.lastName
        let generations = Folder.files(in: trace.path.folder) { RotatedName.tag($0, of: name) != nil }
            .filter { path, look in
                trace.seen.mayHaveMissed(birth: FileLook.birth(ofFileAt: path) ?? look.modified)
                    && !isFollowed(look.identity) && !isFinished(look) && !settings.isExcluded(path)
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
}
