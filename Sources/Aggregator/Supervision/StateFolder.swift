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
            throw StateFolderProblem(
                description:
                    "the state folder \(folder) is in use by another instance; give this one a folder of its own (server.state)"
            )
        }
        return descriptor
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

    init(description: String) { self.description = description }

    init(_ what: String, _ code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
}
