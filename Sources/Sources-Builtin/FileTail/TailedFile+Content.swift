/// What is asked of a file's content beside its lines. Only when it is open.
extension TailedFile {
    /// Whether what is in it is what that file begins with, as far as their first bytes, and its own last ones, tell; nil:
    /// it has nothing yet, or cannot be read.
    func begins(as other: TailedFile) -> Bool? {
        guard let size = look?.size, size > 0, !other.head.isEmpty else { return nil }
        let count = min(size, other.head.count)
        guard FileTrace.bytes(of: handle, at: 0, count: count).elementsEqual(other.head.prefix(count)) else {
            return false
        }
        // Unless the other was cut off by now.
        if size > count, size <= other.offset, let now = other.look, now.size >= other.offset {
            let last = min(size, FileTrace.printSize)
            let bytes = FileTrace.bytes(of: handle, at: size - last, count: last)
            guard bytes == FileTrace.bytes(of: other.handle, at: size - last, count: last) else { return false }
        }
        original?.prefix = size
        return true
    }

    /// The open file has the content that another had.
    func isCopy(of trace: FileTrace) -> Bool { isOpen && trace.offset > 0 && trace.isContent(of: handle) }

    /// What it begins with, up to the first line's end; at most 64 KiB of it.
    var firstLine: String {
        let bytes = FileTrace.bytes(of: handle, at: 0, count: Self.blockSize)
        let line = bytes.prefix { $0 != 0x0A }
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}
