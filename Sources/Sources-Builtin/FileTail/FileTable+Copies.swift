import Aggregator
import Logging

/// Copies: a file that is copied and cut off has lines that were read already in another place, and perhaps some that were not.
///
///     a.log    1 2 3 │ cut off: 4 5 …
///     a.log.1  1 2 3 │ fresh: held back while it is like a.log; a copy when that is cut off, its own lines when it is not
extension FileTable {
    /// Among more files than this, those that nobody has read are not asked whether they are originals.
    private static let familyLimit = 100

    /// Whether a file with fresh content may be read; if not, it is to be asked again when something has changed, and each
    /// second. Decided when the other is cut off, when their contents part, or when nothing has come for a while.
    func identify(_ file: TailedFile) -> Bool {
        inHand = file
        defer { inHand = nil }
        for attempt in 1...Self.haste {
            guard let look = file.look, look.size > 0 else { return true }
            let first = FileTrace.bytes(of: file.handle, at: 0, count: FileTrace.printSize)
            let origin = origin(of: file, look, first)
            if origin == .copied { return true }
            // What was compared may have been of two contents. But of some files that never stop growing nothing else is seen.
            let isSteady = file.look.map(look.isLike) ?? false || attempt == Self.haste
            guard origin == .perhapsCopied || isSteady else { continue }
            return accept(file, look, first, isAlike: origin == .perhapsCopied)
        }
        return false
    }

    private func accept(_ file: TailedFile, _ look: FileLook, _ first: [UInt8], isAlike: Bool) -> Bool {
        if look.size != file.heldSize {
            file.heldSize = look.size
            file.lastActive = clock.uptime()
        }
        if isAlike, clock.uptime() - file.lastActive < settings.copyTime {
            log.trace("\(file.path) may be a copy that is being made, of \(look.size) bytes: it is held back")
            return false
        }
        log.trace("\(file.path) has content of its own, of \(look.size) bytes")
        file.accept(first)
        return true
    }

    private enum Origin { case own, perhapsCopied, copied }

    /// Where the content comes from that an open file has, which begins with these bytes.
    private func origin(of file: TailedFile, _ look: FileLook, _ first: [UInt8]) -> Origin {
        var origin = Origin.own
        let relatives = relatives(of: file)
        let isInSmallFamily = relatives.count < Self.familyLimit
        for other in relatives where file.mayBeCopy(of: other.path) {
            if isInSmallFamily, other.isChanged {
                // It may be the original of this one, with content of which nothing was seen yet: so it is read first.
                enqueue(other)
                origin = .perhapsCopied
                continue
            }
            if let (former, likeness) = other.formers.match(file, at: clock.uptime()) {
                if likeness == .whole {
                    take(file, asCopyOf: former)
                    return .copied
                }
                origin = .perhapsCopied
            }
            let isUnread = other.isFresh && isInSmallFamily
            let isCandidate = other.isCut || isUnread || other.offset > 0 && other.mayBegin(with: first)
            if isCandidate, isLike(file, look, other) { origin = .perhapsCopied }
        }
        return origin
    }

    /// It is what a copy of the other, as that is now, would be.
    private func isLike(_ file: TailedFile, _ look: FileLook, _ other: TailedFile) -> Bool {
        if other.cutContents.contains(where: { file.likeness(to: $0) != .other }) {
            // Seen already, and what becomes of its copies is decided when it is its turn.
            enqueue(other)
            return true
        }
        guard other.isFresh || file.likeness(to: other.generation) != .other else { return false }
        guard open(other) else { return true }
        if let original = other.look, look.size <= original.size, file.isSame(as: other, before: look.size) {
            // The original is read first, if neither was.
            if other.isFresh { enqueue(other) }
            return true
        }
        // It may have been cut off by now: that is found when it is read next, and then this file is looked at again.
        if let original = other.look, original.size >= other.offset, other.isAsItWas { return false }
        enqueue(other)
        return true
    }

    /// It is a copy of what was in a file that was cut off a while ago.
    private func take(_ file: TailedFile, asCopyOf former: Formers.Former) {
        log.debug("\(file.path) is a copy of what was \(former.content.trace.path), found late")
        if former.isRecovered {
            file.begin(at: file.look?.size ?? former.content.trace.offset)
        } else {
            file.resume(former.content.trace)
            file.isCopy = true
        }
    }

    /// A file was cut off: what had not been read of it may be in a copy that was made of it before.
    ///
    /// - Returns: there is one; it is read to its end before the file is read on.
    func recoverCut(_ file: TailedFile) -> Bool {
        isChanged = true
        inHand = file
        defer { inHand = nil }
        var isRecovered = false
        while let former = file.takeCutContent() { isRecovered = recover(former, of: file) }
        return isRecovered
    }

    private func recover(_ former: Generation, of file: TailedFile) -> Bool {
        log.debug("\(file.path) was cut off or written anew, after \(former.trace.offset) bytes of it were read")
        let stamp = file.look?.modified
        let folder = FileLook(path: former.trace.path.folder)?.modified
        lookAtRelated(former.trace.path)
        var copy: TailedFile?
        insert(before: file, at: former.trace.path) {
            copy = settleCopies(of: former, file)
            if let copy { note(newest: copy, at: former.trace.path) } else { copy = recover(former.trace) }
            adoptGenerations(since: former.trace)
        }
        // Where names changed while copies were looked for, one may be found that was made in the same tick of the clock.
        let isSettled = FileLook(path: former.trace.path.folder)?.modified == folder
        file.formers.remember(
            Formers.Former(
                content: former, isRecovered: copy != nil,
                stamp: isSettled ? stamp ?? StampTime().earliest : StampTime().latest,
                until: clock.uptime() + settings.copyTime))
        if copy == nil { tellLost(former.trace.size - former.trace.offset, of: former.trace.path, "it was cut off") }
        return copy != nil
    }

    /// A former file is nowhere any more. What was not read of it may be in a copy, as when it was cut off.
    func giveUp(_ file: TailedFile, _ reason: String) {
        let former = file.generation
        forget(file)
        lookAtRelated(former.trace.path)
        guard settleCopies(of: former, file) == nil, recover(former.trace) == nil else { return }
        tellLost(former.trace.size - former.trace.offset, of: former.trace.path, reason)
    }

    /// Files that came, or came to other names, at the same time.
    private func lookAtRelated(_ path: String) {
        let name = path.lastName
        for (path, _) in Folder.files(in: path.folder, where: { RotatedName.isRelated($0, to: name) })
        where settings.includes(path) {
            look(at: path)
        }
    }

    /// All that have the content that the file had: the largest is read on, of the others nothing.
    private func settleCopies(of former: Generation, _ file: TailedFile) -> TailedFile? {
        for _ in 0..<Self.haste {
            guard let copies = copies(of: former, file) else {
                lookAtRelated(former.trace.path)
                continue
            }
            var isSettled = true
            for (other, size, _) in copies where open(other) {
                log.debug("\(other.path) is a copy of what was \(former.trace.path)")
                other.begin(at: size)
                enqueue(other)
                // The next copy may be coming over it just now, after it was copied on itself.
                guard other.likeness(to: former) == .other else { continue }
                other.startOver()
                isSettled = false
            }
            guard isSettled else { continue }
            guard let (first, _, isWhole) = copies.first, isWhole, !first.isFresh else { return nil }
            first.resume(former.trace)
            first.isCopy = true
            return first
        }
        return nil
    }

    /// So often it is looked again, when files change while they are looked at.
    private static let haste = 4

    /// Fresh files that have the content that the file had, or its beginning; the largest first. Nil when one has another name
    /// by now.
    private func copies(of former: Generation, _ file: TailedFile) -> [(file: TailedFile, size: Int, isWhole: Bool)]? {
        var copies: [(file: TailedFile, size: Int, isWhole: Bool)] = []
        for other in relatives(of: file) where other.mayBeCopy(of: former.trace.path) {
            guard open(other) else {
                if other.isDenied { continue }
                return nil
            }
            // It may be an older copy that was written over.
            other.verify()
            guard other.isFresh, let look = other.look else { continue }
            // One that is held was seen to be the same while there was more to tell it by.
            let likeness = former.likeness(of: other.handle, look.size, isLong: other.heldSize != look.size)
            if likeness != .other { copies.append((other, look.size, likeness == .whole)) }
        }
        return copies.sorted { $0.size > $1.size }
    }
}

extension TailedFile {
    /// Its name is that of a copy of the file that is or was at that path; or it has none any more, but came from there.
    fileprivate func mayBeCopy(of other: String) -> Bool {
        isOrphan && path == other || RotatedName.isRelated(path.lastName, to: other.lastName)
    }
}
