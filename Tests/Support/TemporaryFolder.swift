import Glibc

/// A folder of a test's own, removed with all that is in it when the last reference goes.
public final class TemporaryFolder: Sendable {
    /// Absolute.
    public let path: String

    /// Makes it.
    public init() throws {
        var template = Array("/tmp/aggregator-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RawConnection.Failure.system(call: "mkdtemp", errno: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// The path of what has that name in it.
    public func at(_ name: String) -> String { name.isEmpty ? path : path + "/" + name }

    /// Opens, appends, closes, as `echo … >>` does.
    public func append(_ name: String, _ bytes: [UInt8]) throws {
        let descriptor = open(at(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw RawConnection.Failure.system(call: "open \(name)", errno: errno) }
        defer { close(descriptor) }
        try Self.write(bytes, to: descriptor)
    }

    /// The same with a text.
    public func append(_ name: String, _ text: String) throws { try append(name, Array(text.utf8)) }

    /// Writes all of it.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw RawConnection.Failure.system(call: "write", errno: errno) }
            rest = rest.dropFirst(count)
        }
    }

    private static func remove(_ path: String) {
        // Not through a symbolic link, which may lead anywhere.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0, let folder = fdopendir(descriptor) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
        }
        _ = Glibc.remove(path)
    }
}
