import Glibc

/// What the process costs, under the names that Prometheus' own client libraries use. Reads /proc; what cannot be read is
/// left out.
enum ProcessStatistics {
    static func add(to text: inout PrometheusText) {
        if let pages = residentPages {
            text.add(
                .gauge, "process_resident_memory_bytes", "Resident memory.", pages * UInt64(clamping: getpagesize()))
        }
        text.add(.counter, "process_cpu_seconds_total", "CPU time, user and system.", [.init([], processorSeconds)])
        if let count = openDescriptors { text.add(.gauge, "process_open_fds", "Open descriptors.", count) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            text.add(.gauge, "process_max_fds", "How many descriptors may be open.", UInt64(limit.rlim_cur))
        }
    }

    /// The second number of /proc/self/statm (proc(5)).
    private static var residentPages: UInt64? {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        let numbers = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return numbers.count > 1 ? UInt64(numbers[1]) : nil
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static var openDescriptors: UInt64? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count: UInt64 = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // The one that was just opened to count is none of the process's own.
        return count > 0 ? count - 1 : 0
    }
}
