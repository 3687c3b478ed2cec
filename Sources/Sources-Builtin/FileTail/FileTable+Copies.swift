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
        guard let look = file.look, look.size > 0 else { return true }
        let first = FileTrace.bytes(of: file.handle, at: 0, count: FileTrace.printSize)
        var isAlike = false
        inHand = file
        defer { inHand = nil }
        let relatives = relatives(of: file)
        for other in relatives {
            let isUnread = other.isFresh && relatives.count < Self.familyLimit
            let isCandidate = other.isCut || isUnread || other.offset > 0 && other.mayBegin(with: first)
            guard isCandidate, file.mayBeCopy(of: other.path) else { continue }
            isAlike = isLike(file, look, other) || isAlike
        }
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

    /// It is what a copy of the other, as that is now, would be.
    private func isLike(_ file: TailedFile, _ look: FileLook, _ other: TailedFile) -> Bool {
        if other.isCut, let former = other.former, file.likeness(to: former) != .other {
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

    /// A file was cut off: what had not been read of it may be in a copy that was made of it before.
    ///
    /// - Returns: there is one; it is read to its end before the file is read on.
    func recoverCut(_ file: TailedFile) -> Bool {
        guard let former = file.takeFormer() else { return false }
        log.debug("\(file.path) was cut off or written anew, after \(former.trace.offset) bytes of it were read")
        isChanged = true
        inHand = file
        defer { inHand = nil }
        lookAtRelated(former.trace.path)
        var copy: TailedFile?
        insert(before: file, at: former.trace.path) {
            copy = settleCopies(of: former, file)
            if let copy { note(newest: copy, at: former.trace.path) } else { copy = recover(former.trace) }
            adoptGenerations(since: former.trace)
        }
        guard copy != nil else {
            tellLost(former.trace.size - former.trace.offset, of: former.trace.path, "it was cut off")
            return false
        }
        return true
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
            let copies = copies(of: former, file)
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

    /// Fresh files that have the content that the file had, or its beginning; the largest first.
    private func copies(
        of former: Generation, _ file: TailedFile
    ) -> [(file: TailedFile, size: Int, isWhole: Bool)] {
        var copies: [(file: TailedFile, size: Int, isWhole: Bool)] = []
        for other in relatives(of: file) where other.mayBeCopy(of: former.trace.path) {
            guard open(other) else { continue }
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
