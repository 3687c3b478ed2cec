import Glibc

/// Notices of changed files, from the kernel (inotify(7)), for every source of a pipeline.
///
/// One thread reads them for all. It starts with the first watch and ends with the last reference to the watcher and its
/// `FileNotices`. Where the kernel gives none (`FileWatchProblem`), a source has to look for itself from time to time.
public struct FileWatcher: Sendable {
    private let inotify: Inotify

    /// A watcher. It costs nothing until something is watched.
    public init() { inotify = Inotify() }

    private init(_ inotify: Inotify) { self.inotify = inotify }

    /// A watcher that gives no notices, as on a system whose limits are reached: everything has to be looked at by the clock.
    public static let unavailable = FileWatcher(Inotify(isAvailable: false))

    /// Notices for one reader, about the paths that it will name.
    ///
    /// - Parameter limit: how many changed paths are remembered one by one while nobody asks; beyond that the notice is
    ///   "look at everything".
    public func notices(limit: Int = 4096) -> FileNotices { FileNotices(inotify, limit: max(1, limit)) }
}

/// What has changed since it was last asked. A path stands in it once, however often it has changed.
public struct FileChanges: Sendable, Equatable {
    /// More has changed than could be remembered, by the kernel or here: look at every path.
    public internal(set) var everything = false
    /// The watched path for the file or folder itself (also when it was removed or renamed: then name it again, for what
    /// is at that path now), and `folder/entry` for an entry of a watched folder that was made, removed, renamed, written to, or given other rights.
    public internal(set) var paths: Set<String> = []

    /// Nothing has changed.
    public var isEmpty: Bool { !everything && paths.isEmpty }
}

/// Why the kernel gives no notices of a path: it has to be looked at from time to time instead.
public enum FileWatchProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The user has as many watches or watchers as the kernel allows: `fs.inotify.max_user_watches`, `max_user_instances`.
    case limitReached
    /// The file system is not of this machine alone (NFS, SMB, FUSE, 9p …) or is made up (proc): others' changes are not
    /// noticed there.
    case unreliableFileSystem
    /// There is nothing at that path. Watch the folder above it.
    case missing
    /// It may not be read.
    case denied
    /// Anything else, as `errno`.
    case system(Int32)

    /// The problem in words.
    public var description: String {
        switch self {
        case .limitReached:
            "the kernel's limit of watched files is reached (fs.inotify.max_user_watches, fs.inotify.max_user_instances)"
        case .unreliableFileSystem: "the file system does not tell of all changes"
        case .missing: "there is no such file"
        case .denied: "it may not be read"
        case .system(let code): String(cString: strerror(code))
        }
    }

    init(code: Int32) {
        switch code {
        case ENOSPC, EMFILE, ENFILE, ENOMEM: self = .limitReached
        case ENOENT, ENOTDIR: self = .missing
        case EACCES, EPERM: self = .denied
        default: self = .system(code)
        }
    }
}
