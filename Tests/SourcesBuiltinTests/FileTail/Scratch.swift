import Foundation
import Glibc
import TestSupport

/// A folder of a test's own, and what writers of log files do in it.
final class Scratch {
    private let folder: TemporaryFolder
    private var held: [String: Int32] = [:]

    var path: String { folder.path }

    init() throws { folder = try TemporaryFolder() }

    deinit {
        for descriptor in held.values { close(descriptor) }
    }

    func at(_ name: String) -> String { folder.at(name) }

    /// Opens, appends, closes, as `echo … >>` does.
    func append(_ name: String, _ text: String) throws { try folder.append(name, text) }

    func append(_ name: String, _ bytes: [UInt8]) throws { try folder.append(name, bytes) }

    /// Writes a file anew, in place.
    static func write(_ path: String, _ text: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw ScratchProblem("open \(path)", errno) }
        defer { close(descriptor) }
        try TemporaryFolder.write(Array(text.utf8), to: descriptor)
    }

    /// A writer that keeps its handle: `appending` or at its own place.
    func hold(_ writer: String, _ name: String, appending: Bool = true) throws {
        let descriptor = open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : 0), 0o644)
        try check(descriptor, "open \(name)")
        if let former = held.updateValue(descriptor, forKey: writer) { close(former) }
    }

    func put(_ writer: String, _ text: String) throws {
        guard let descriptor = held[writer] else { throw ScratchProblem("no writer \(writer)", 0) }
        try TemporaryFolder.write(Array(text.utf8), to: descriptor)
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

    /// As cp does it: onto what is there, in place; `part`: no more than so many bytes, because it is not done yet.
    func copyOver(_ name: String, _ other: String, part: Int = .max) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: at(name)))).prefix(part)
        let descriptor = open(at(other), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try check(descriptor, "open \(other)")
        defer { close(descriptor) }
        // In pieces, so that somebody may see half of it.
        for start in stride(from: 0, to: bytes.count, by: 1 << 12) {
            try TemporaryFolder.write(Array(bytes[start..<min(bytes.count, start + 1 << 12)]), to: descriptor)
        }
    }

    private func check(_ result: Int32, _ what: String) throws {
        if result < 0 { throw ScratchProblem(what, errno) }
    }
}

struct ScratchProblem: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
}
