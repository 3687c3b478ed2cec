import Glibc
import Synchronization

/// The folder for what sources remember: `server.state`, with `sources/NAME` for each that asks.
///
/// Made when the first source asks for it, and locked (flock(2) on the file `lock` in it) until `close`, so that two
/// instances cannot write over each other's checkpoints. The lock ends with the process, however that ends.
final class StateFolder: Sendable {
    let path: String
    private let lock = Mutex<Int32?>(nil)

    init(path: String) { self.path = path }

    deinit { close() }

    /// Takes the lock at once, for sources that will ask for their folders: so that of two instances the second starts
    /// nothing. What else may be wrong with the folder is told by the source that asks for it, and tried again.
    ///
    /// - Throws: when another instance has the lock.
    func claim() throws(StateFolderProblem) {
        try lock.withLock { lock throws(StateFolderProblem) in
            guard lock == nil, (try? Self.makeFolders(path)) != nil else { return }
            do throws(StateFolderProblem) {
                lock = try Self.take("\(path)/lock", of: path)
            } catch {
                if error.isInUse { throw error }
            }
        }
    }

    /// The folder of one source, made if it is not there. May block for as long as the disk takes.
    ///
    /// - Throws: `StateFolderProblem` when it cannot be made, or another instance has the lock.
    func directory(for source: String) throws(StateFolderProblem) -> String {
        try lock.withLock { lock throws(StateFolderProblem) in
            if lock == nil {
                try Self.makeFolders(path)
                lock = try Self.take("\(path)/lock", of: path)
            }
        }
        let directory = "\(path)/sources/\(source)"
        try Self.makeFolders(directory)
        return directory
    }

    /// Gives the lock back.
    func close() {
        lock.withLock { lock in
            if let descriptor = lock { _ = Glibc.close(descriptor) }
            lock = nil
        }
    }

    private static func take(_ file: String, of folder: String) throws(StateFolderProblem) -> Int32 {
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateFolderProblem("cannot open \(file)", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            _ = Glibc.close(descriptor)
            guard code == EWOULDBLOCK else { throw StateFolderProblem("cannot lock \(file)", code) }
            let holder = holder(file).map { " (process \($0))" } ?? ""
            throw StateFolderProblem(
                description: "the state folder \(folder) is in use by another instance\(holder): "
                    + "stop that one, or give this one a folder of its own (server.state)", isInUse: true)
        }
        note(getpid(), in: descriptor)
        return descriptor
    }

    /// Leaves word of who has the lock, for the message to whoever wants it.
    private static func note(_ process: pid_t, in descriptor: Int32) {
        let text = "\(process)\n"
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.utf8.count, 0)
    }

    /// Who has the lock, as far as that was written down.
    private static func holder(_ file: String) -> pid_t? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &bytes, bytes.count)
        return pid_t(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self))
    }

    /// `mkdir -p`, for nobody but this user.
    private static func makeFolders(_ path: String) throws(StateFolderProblem) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || isFolder(made) else {
                throw StateFolderProblem("cannot make the folder \(made)", errno)
            }
        }
        guard isFolder(path) else { throw StateFolderProblem(description: "\(path) is in the way: it is no folder") }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// Why there is no state folder.
struct StateFolderProblem: Error, CustomStringConvertible {
    let description: String
    /// Another instance has it.
    let isInUse: Bool

    init(description: String, isInUse: Bool = false) {
        self.description = description
        self.isInUse = isInUse
    }

    init(_ what: String, _ code: Int32) {
        self.init(description: "\(what): \(String(cString: strerror(code)))")
    }
}
