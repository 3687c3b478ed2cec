import Aggregator
import Glibc
import Testing

@Suite("File watcher")
struct FileWatcherTests {
    private let folder = WatchedFolder()

    /// Waits until the paths, and perhaps others, have been told; notices may come one by one.
    private func told(_ notices: FileNotices, _ paths: Set<String>) async throws -> Set<String> {
        var all: Set<String> = []
        while !all.isSuperset(of: paths) {
            let changes = try await notices.next()
            #expect(!changes.everything)
            all.formUnion(changes.paths)
        }
        return all
    }

    @Test("changes of a watched file are told", .timeLimit(.minutes(1)))
    func file() async throws {
        folder.append("a", "1")
        let notices = FileWatcher().notices()
        try notices.watch(folder.at("a"))
        folder.append("a", "2")
        #expect(try await told(notices, [folder.at("a")]) == [folder.at("a")])
    }

    @Test("what becomes of the entries of a watched folder is told by their paths", .timeLimit(.minutes(1)))
    func entries() async throws {
        let notices = FileWatcher().notices()
        try notices.watch(folder.path)
        folder.append("made", "1")
        folder.append("renamed", "1")
        rename(folder.at("renamed"), folder.at("new"))
        let paths: Set = ["made", "renamed", "new"]
        #expect(try await told(notices, Set(paths.map(folder.at))) == Set(paths.map(folder.at)))
    }

    @Test("many changes of one file are one notice, and too many files are 'everything'", .timeLimit(.minutes(1)))
    func bounded() async throws {
        let watcher = FileWatcher()
        let few = watcher.notices(limit: 4)
        let many = watcher.notices()
        try few.watch(folder.path)
        try many.watch(folder.path)
        for _ in 0..<100 { folder.append("a", "x") }
        for number in 0..<20 { folder.append("f\(number)", "x") }
        let all = try await told(many, Set((0..<20).map { folder.at("f\($0)") }))
        #expect(all.count == 21)
        #expect(few.take() == FileChanges.all)
        #expect(few.take().isEmpty)
    }

    @Test(
        "a folder that is removed is told, and the one that comes in its place can be watched", .timeLimit(.minutes(1)))
    func replacedFolder() async throws {
        let notices = FileWatcher().notices()
        mkdir(folder.at("sub"), 0o755)
        try notices.watch(folder.at("sub"))
        rmdir(folder.at("sub"))
        _ = try await told(notices, [folder.at("sub")])
        mkdir(folder.at("sub"), 0o755)
        try notices.watch(folder.at("sub"))
        folder.append("sub/a", "1")
        _ = try await told(notices, [folder.at("sub/a")])
    }

    @Test("one reader that stops watching a file takes nothing from another", .timeLimit(.minutes(1)))
    func twoReaders() async throws {
        folder.append("a", "1")
        let watcher = FileWatcher()
        let staying = watcher.notices()
        try staying.watch(folder.at("a"))
        do {
            let leaving = watcher.notices()
            let passing = watcher.notices()
            try leaving.watch(folder.at("a"))
            try passing.watch(folder.at("a"))
            leaving.unwatch(folder.at("a"))
        }
        folder.append("a", "2")
        _ = try await told(staying, [folder.at("a")])
    }

    @Test("why there are no notices is said")
    func problems() {
        let notices = FileWatcher().notices()
        #expect(throws: FileWatchProblem.missing) { try notices.watch(folder.at("none")) }
        #expect(throws: FileWatchProblem.unreliableFileSystem) { try notices.watch("/proc/self/status") }
        #expect(throws: FileWatchProblem.limitReached) { try FileWatcher.unavailable.notices().watch(folder.path) }
    }

    @Test("waiting ends when the task is cancelled, and nothing is lost by it", .timeLimit(.minutes(1)))
    func cancellation() async throws {
        let notices = FileWatcher().notices()
        let waiting = Task { try await notices.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        notices.lookAtEverything()
        #expect(try await notices.next() == FileChanges.all)
    }

    @Test("watchers that come and go leave no descriptor behind", .timeLimit(.minutes(5)))
    func noLeak() async throws {
        // More than the kernel gives to one user at a time (fs.inotify.max_user_instances, commonly 128).
        for _ in 0..<300 {
            while true {
                let notices = FileWatcher().notices()
                do {
                    try notices.watch(folder.path)
                    break
                } catch FileWatchProblem.limitReached {
                    // The threads of those before are still on their way out.
                    await Task.yield()
                }
            }
        }
    }
}

extension FileChanges {
    fileprivate static var all: FileChanges {
        let notices = FileWatcher.unavailable.notices()
        notices.lookAtEverything()
        return notices.take()
    }
}

/// A folder of a test's own, removed at the end.
private final class WatchedFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/file-watcher-XXXXXX".utf8CString)
        mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["a", "made", "new", "sub/a", "sub"] + (0..<20).map({ "f\($0)" }) { remove(at(name)) }
        rmdir(path)
    }

    func at(_ name: String) -> String { path + "/" + name }

    func append(_ name: String, _ text: String) {
        let descriptor = open(at(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
    }
}
