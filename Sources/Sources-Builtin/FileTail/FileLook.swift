internal import CFileBirth
import Glibc

/// What makes a file the same file whatever it is called: as long as it is held open, no other can have these numbers.
struct FileIdentity: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64
}

/// What stat(2) says of a file, as far as following it needs to know.
struct FileLook: Sendable, Equatable {
    var identity: FileIdentity
    var size: Int
    /// When its content was last changed, in nanoseconds.
    var modified: Int64
    /// Names it has; 0: it was removed.
    var links: Int
    var kind: Kind
    /// The path is a symbolic link to it.
    var isLink = false
    /// When it was looked.
    var time = StampTime()

    enum Kind: Sendable { case file, folder, other }

    /// What is at a path, symbolic links followed; nil: nothing that can be seen.
    init?(path: String) {
        var status = stat()
        var (isThere, isLink) = (false, false)
        let time = StampTime.during {
            isThere = lstat(path, &status) == 0
            isLink = isThere && status.st_mode & S_IFMT == S_IFLNK
            if isLink { isThere = stat(path, &status) == 0 }
        }
        guard isThere else { return nil }
        self.init(status, time)
        self.isLink = isLink
    }

    /// Nothing was changed between, as far as these looks at one file tell.
    func isLike(_ other: FileLook) -> Bool { size == other.size && modified == other.modified }

    /// When the file at a path was made, in nanoseconds; nil where the file system does not say.
    static func birth(ofFileAt path: String) -> Int64? {
        let time = file_birth(path)
        return time < 0 ? nil : time
    }

    /// When an open file was made: with its inode number it tells that file from all others, before and after.
    static func birth(ofOpen descriptor: Int32) -> Int64? {
        let time = open_file_birth(descriptor)
        return time < 0 ? nil : time
    }

    /// What is open there.
    init?(descriptor: Int32) {
        var status = stat()
        var isThere = false
        let time = StampTime.during { isThere = fstat(descriptor, &status) == 0 }
        guard isThere else { return nil }
        self.init(status, time)
    }

    /// Numbers as tests make them.
    init(identity: FileIdentity, size: Int, modified: Int64 = 0, links: Int = 1, kind: Kind = .file) {
        self.identity = identity
        self.size = size
        self.modified = modified
        self.links = links
        self.kind = kind
    }

    private init(_ status: stat, _ time: StampTime) {
        self.time = time
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        size = Int(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        links = Int(status.st_nlink)
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
    }
}
