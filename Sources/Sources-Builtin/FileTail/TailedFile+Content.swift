import Glibc

/// What is asked of a file's content beside its lines. Only when it is open.
extension TailedFile {
    /// What it is beside that content.
    func likeness(to generation: Generation) -> Generation.Likeness {
        look.map { generation.likeness(of: handle, $0.size) } ?? .other
    }

    /// It is not any more what was read of it, which nobody has looked at yet. False when the file is not open.
    var isChanged: Bool {
        guard !isFresh, !isCut, let look, !isAsRead(look) else { return false }
        return look.size < offset || !isAsItWas
    }

    /// Where the next byte lies that was written after that place; what comes before is a hole.
    func nextData(after place: Int) -> Int {
        let seekData: Int32 = 3  // SEEK_DATA of lseek(2)
        return lseek(handle, off_t(place), seekData)
    }

    /// What lies before that place in both is the same, as far as the last bytes tell.
    func isSame(as other: TailedFile, before place: Int) -> Bool {
        let count = min(place, FileTrace.printSize)
        return FileTrace.bytes(of: handle, at: place - count, count: count)
            == FileTrace.bytes(of: other.handle, at: place - count, count: count)
    }

    /// What it begins with, up to the first line's end; at most 64 KiB of it.
    var firstLine: String {
        let bytes = FileTrace.bytes(of: handle, at: 0, count: Self.blockSize)
        let line = bytes.prefix { $0 != 0x0A }
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}
