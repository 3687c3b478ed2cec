#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of a regular file; nil when there is none, when it cannot be read, or when it is longer than `limit`.
func readFile(_ path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else { return nil }
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
        while count < buffer.count {
            let part = read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            if part > 0 {
                count += part
            } else if part == 0 || errno != EINTR {
                isWhole = false
                return
            }
        }
    }
    return isWhole ? bytes : nil
}
