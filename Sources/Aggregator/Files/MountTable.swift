import Glibc

/// What kind of file system a file is on, as /proc/self/mountinfo says (proc_pid_mountinfo(5)).
enum MountTable {
    /// Whether others than this kernel write there too, or nobody writes at all: inotify is silent about that.
    static func isUnreliable(_ path: String) throws(FileWatchProblem) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileWatchProblem(code: errno) }
        // A disk of our own; only what has none can be a network's.
        guard major(status.st_dev) == 0 else { return false }
        return type(of: "0:\(minor(status.st_dev))").map(isUnreliable(type:)) ?? false
    }

    // How Linux packs the two numbers (makedev(3)); C has macros for it.
    private static func major(_ device: dev_t) -> dev_t { (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF }
    private static func minor(_ device: dev_t) -> dev_t { device & 0xFF | (device >> 12) & 0xFFFF_FF00 }

    /// By the name of the file system's type.
    static func isUnreliable(type: some StringProtocol) -> Bool {
        type.hasPrefix("fuse.") || unreliable.contains(String(type))
    }

    private static let unreliable: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "fuse", "ceph", "afs", "coda", "lustre", "gpfs",
        "gfs2",
        "ocfs2", "vboxsf", "vmhgfs", "proc", "sysfs", "cgroup2",
    ]

    private static func type(of device: String) -> String? {
        guard let file = fopen("/proc/self/mountinfo", "re") else { return nil }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) >= 0, let line {
            if let type = type(in: String(cString: line), of: device) { return type }
        }
        return nil
    }

    /// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`: the third field is the device; the
    /// type comes after the lone dash.
    static func type(in line: String, of device: String) -> String? {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard fields.count > 2, fields[2] == device, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
        else {
            return nil
        }
        return String(fields[dash + 1])
    }
}
