import Glibc

/// What the programs of a server that was killed have left running, if its guardian was killed as well: the kernel has ended
/// the programs themselves, but not what they had started.
enum Remnants {
    /// Kills those groups of programs of which something still runs; which they were. Blocks for a moment.
    ///
    /// A group's number may be somebody else's by now, so it must have a process in it that has its task's id as a variable.
    ///
    /// - Parameter tasks: ids by process group.
    static func kill(_ tasks: [pid_t: String]) -> [String] {
        guard !tasks.isEmpty, let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: Set<pid_t> = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = pid_t(name) else { continue }
            let group = getpgid(pid)
            guard let task = tasks[group], !found.contains(group) else { continue }
            let variables = contents(of: "/proc/\(pid)/environ").split(separator: 0)
            if variables.contains(where: { $0.elementsEqual("AGGREGATOR_TASK_ID=\(task)".utf8) }) {
                found.insert(group)
            }
        }
        for group in found { Glibc.kill(-group, SIGKILL) }
        return found.compactMap { tasks[$0] }.sorted()
    }

    private static func contents(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        // A process may have megabytes of them; ours are not that long.
        while bytes.count < 8 << 20 {
            let count = read(descriptor, &block, block.count)
            guard count > 0 else { break }
            bytes += block[..<count]
        }
        return bytes
    }
}
