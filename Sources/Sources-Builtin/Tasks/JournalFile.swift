import Glibc

/// A file of lines that grows at its end, and is written anew, as a whole or not at all, when asked to.
struct JournalFile: ~Copyable {
    /// Why it could not be read or written.
    struct Problem: Error, CustomStringConvertible {
        var message: String
        var description: String { message }
    }

    /// Most of it is out of date, or something is missing: it is to be written anew.
    var isStale = false
    /// The last attempt at writing has failed.
    var hasFailed = false
    private let path: String
    private var descriptor: Int32 = -1
    private var size = 0
    private var freshSize = 0
    private var isDirty = false
    private var isSyncing = false

    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    /// Its whole lines, without their ends; a last one without end was not finished.
    func read() throws(Problem) -> [[UInt8]] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return [] }
        guard descriptor >= 0 else { throw problem("open") }
        defer { _ = Glibc.close(descriptor) }
        var lines: [[UInt8]] = []
        var rest: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem("read") }
            guard count > 0 else { return lines }
            var part = block[..<count]
            while let end = part.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(rest + part[..<end])
                rest = []
                part = part[(end + 1)...]
            }
            rest += part
        }
    }

    /// Adds lines at its end.
    mutating func append(_ lines: [[UInt8]]) throws(Problem) {
        guard !lines.isEmpty else { return }
        if descriptor < 0 {
            descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw problem("open") }
        }
        let bytes = Self.text(lines)
        guard Self.write(bytes, to: descriptor) else { throw problem("write to") }
        size += bytes.count
        isDirty = true
        // At most half of it, and a megabyte, is out of date.
        if size > 2 * freshSize + 1 << 20 { isStale = true }
    }

    /// Puts a new file in its place, which is on the disk before it is.
    mutating func rewrite(_ lines: [[UInt8]]) throws(Problem) {
        let draft = path + ".new"
        let new = open(draft, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard new >= 0 else { throw problem("open", draft) }
        let bytes = Self.text(lines)
        guard Self.write(bytes, to: new), fdatasync(new) == 0, rename(draft, path) == 0 else {
            let problem = problem("write", draft)
            _ = Glibc.close(new)
            unlink(draft)
            throw problem
        }
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = new
        (size, freshSize) = (bytes.count, bytes.count)
        (isStale, hasFailed) = (false, false)
        syncFolder()
    }

    /// Whether something was written that nobody has been told to sync; from then on they are.
    mutating func takeDirty() -> Bool {
        guard isDirty, !isSyncing else { return false }
        isSyncing = true
        return true
    }

    /// Brings it to the disk.
    mutating func sync() {
        (isDirty, isSyncing) = (false, false)
        if descriptor >= 0 { fdatasync(descriptor) }
    }

    mutating func close() {
        sync()
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    /// A new name in a folder is on the disk when the folder is.
    private func syncFolder() {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        _ = Glibc.close(descriptor)
    }

    private static func text(_ lines: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func problem(_ verb: String, _ file: String? = nil) -> Problem {
        Problem(message: "cannot \(verb) \(file ?? path): \(String(cString: strerror(errno)))")
    }
}
