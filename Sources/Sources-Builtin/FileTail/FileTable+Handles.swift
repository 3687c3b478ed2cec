import Logging

/// A bounded number of files is open at a time.
extension FileTable {
    /// Opens a file; false if that is not possible now.
    func open(_ file: TailedFile) -> Bool {
        if file.isOpen { return true }
        makeRoom()
        // A file without a place, and closed meanwhile: it will be in the same folder under another name, or nowhere.
        let path = file.isOrphan ? settings.search(file.identity, besides: file.path) : file.path
        switch path.map({ file.open(at: $0, isMoved: file.isOrphan) }) ?? .missing {
        case .opened:
            open.append(file)
            if file.isDenied { log.notice("\(file.path) may be read again") }
            file.isDenied = false
            return true
        case .denied:
            if !file.isDenied {
                log.warning(
                    "\(file.path) may not be read by this user: give it the right to; it is tried again until then")
            }
            file.isDenied = true
        case .missing where file.isOrphan, .otherFile where file.isOrphan: giveUp(file, "it is gone")
        case .missing, .otherFile: look(at: file.path)
        }
        return false
    }

    /// Closes the one that was silent longest, unless it has no place: it would hardly be found again.
    func makeRoom() {
        open.removeAll { !$0.isOpen }
        guard open.count >= settings.openLimit else { return }
        let free = open.indices.filter { open[$0] !== inHand }
        let idle = free.filter { !open[$0].isOrphan && !open[$0].isQueued }
        guard let index = idle.min(by: { open[$0].lastActive < open[$1].lastActive }) ?? free.first else { return }
        open.remove(at: index).shut()
    }
}
