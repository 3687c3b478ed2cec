import Aggregator
import Glibc

/// A file for a program that has no standard output to spare: what it writes there is its task's result, as JSON or text.
///
/// It is in the folder for temporary files, not in the state folder, which other users cannot enter. The program may put
/// whatever it likes in its place, so it is opened like something foreign.
struct ResultFile: Sendable {
    /// The variable that tells the program where it is.
    static let variable = "AGGREGATOR_RESULT"

    let path: String

    /// Of a task: the name cannot be guessed, as the id cannot.
    init(of task: String) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = "\(folder.isEmpty ? "/tmp" : folder)/aggregator-result-\(task)"
    }

    /// Makes it, empty and for that user only; false if it cannot be made.
    func make(for user: SystemUser?) -> Bool {
        remove()
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard let user, geteuid() == 0 else { return true }
        return fchown(descriptor, user.user, user.group) == 0
    }

    /// What is in it, as JSON text; nil if that is nothing, or more than `limit` bytes.
    func read(atMost limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += block[..<count]
        }
        let text = Array(JSON.trimmed(bytes))
        guard !text.isEmpty, bytes.count <= limit else { return nil }
        if let value = try? Value(json: text) { return value.jsonBytes }
        return Value.string(String(decoding: text, as: UTF8.self)).jsonBytes
    }

    func remove() { unlink(path) }
}
