import Glibc

/// A folder of a test's own, removed at the end, and what writers of log files do in it.
final class Scratch {
    let path: String
    private var held: [String: Int32] = [:]

    init() throws {
        var template = Array("/tmp/file-tail-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchProblem("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for descriptor in held.values { close(descriptor) }
        Self.remove(path)
    }

    func at(_ name: String) -> String { name.isEmpty ? path : path + "/" + name }

    /// Opens, appends, closes, as `echo … >>` does.
    func append(_ name: String, _ text: String) throws { try append(name, Array(text.utf8)) }

    func append(_ name: String, _ bytes: [UInt8]) throws {
        let descriptor = open(at(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        try check(descriptor, "open \(name)")
        defer { close(descriptor) }
        try Self.write(bytes, to: descriptor)
    }

    /// A writer that keeps its handle: `appending` or at its own place.
    func hold(_ writer: String, _ name: String, appending: Bool = true) throws {
        let descriptor = open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : 0), 0o644)
        try check(descriptor, "open \(name)")
        if let former = held.updateValue(descriptor, forKey: writer) { close(former) }
    }

    func put(_ writer: String, _ text: String) throws {
        guard let descriptor = held[writer] else { throw ScratchProblem("no writer \(writer)", 0) }
        try Self.write(Array(text.utf8), to: descriptor)
    }

    func rename(_ old: String, _ new: String) throws { try check(Glibc.rename(at(old), at(new)), "rename \(old)") }
    func truncate(_ name: String) throws { try check(Glibc.truncate(at(name), 0), "truncate \(name)") }
    func remove(_ name: String) throws { try check(Glibc.remove(at(name)), "remove \(name)") }
    func makeFolder(_ name: String) throws { try check(mkdir(at(name), 0o755), "mkdir \(name)") }
    func link(_ name: String, to target: String) throws { try check(symlink(target, at(name)), "symlink \(name)") }
    func hardLink(_ name: String, to other: String) throws {
        try check(Glibc.link(at(other), at(name)), "link \(name)")
    }
    func mode(_ name: String, _ mode: mode_t) throws { try check(chmod(at(name), mode), "chmod \(name)") }

    /// At once, as `ln -sfn` and deployments do.
    func relink(_ name: String, to target: String) throws {
        try link(name + ".new", to: target)
        try rename(name + ".new", name)
    }

    func copy(_ name: String, _ other: String) throws {
        let source = open(at(name), O_RDONLY | O_CLOEXEC)
        try check(source, "open \(name)")
        defer { close(source) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &bytes, bytes.count)
            guard count > 0 else { return }
            try append(other, Array(bytes.prefix(count)))
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ScratchProblem("write", errno) }
            rest = rest.dropFirst(count)
        }
    }

    private func check(_ result: Int32, _ what: String) throws {
        if result < 0 { throw ScratchProblem(what, errno) }
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) {
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

struct ScratchProblem: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
}
