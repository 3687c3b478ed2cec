import Aggregator
import Glibc
import TestSupport
import Testing

@Suite("File watcher")
struct FileWatcherTests {
    /// One for all tests: the kernel gives a user no more than 128 or so (fs.inotify.max_user_instances).
    private static let watcher = FileWatcher()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

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
        try folder.append("a", "1")
        let notices = Self.watcher.notices()
        try notices.watch(folder.at("a"))
        try folder.append("a", "2")
        #expect(try await told(notices, [folder.at("a")]) == [folder.at("a")])
    }

    @Test("what becomes of the entries of a watched folder is told by their paths", .timeLimit(.minutes(1)))
    func entries() async throws {
        let notices = Self.watcher.notices()
        try notices.watch(folder.path)
        try folder.append("made", "1")
        try folder.append("renamed", "1")
        rename(folder.at("renamed"), folder.at("new"))
        let paths: Set = ["made", "renamed", "new"]
        #expect(try await told(notices, Set(paths.map(folder.at))) == Set(paths.map(folder.at)))
    }

    @Test("many changes of one file are one notice, and too many files are 'everything'", .timeLimit(.minutes(1)))
    func bounded() async throws {
        let watcher = Self.watcher
        let few = watcher.notices(limit: 4)
        let many = watcher.notices()
        try few.watch(folder.path)
        try many.watch(folder.path)
        for _ in 0..<100 { try folder.append("a", "x") }
        for number in 0..<20 { try folder.append("f\(number)", "x") }
        let all = try await told(many, Set((0..<20).map { folder.at("f\($0)") }))
        #expect(all.count == 21)
        #expect(few.take() == FileChanges.all)
        #expect(few.take().isEmpty)
    }

    @Test(
        "a folder that is removed is told, and the one that comes in its place can be watched", .timeLimit(.minutes(1)))
    func replacedFolder() async throws {
        let notices = Self.watcher.notices()
        mkdir(folder.at("sub"), 0o755)
        try notices.watch(folder.at("sub"))
        rmdir(folder.at("sub"))
        _ = try await told(notices, [folder.at("sub")])
        mkdir(folder.at("sub"), 0o755)
        try notices.watch(folder.at("sub"))
        try folder.append("sub/a", "1")
        _ = try await told(notices, [folder.at("sub/a")])
    }

    @Test("one reader that stops watching a file takes nothing from another", .timeLimit(.minutes(1)))
    func twoReaders() async throws {
        try folder.append("a", "1")
        let watcher = Self.watcher
        let staying = watcher.notices()
        try staying.watch(folder.at("a"))
        do {
            let leaving = watcher.notices()
            let passing = watcher.notices()
            try leaving.watch(folder.at("a"))
            try passing.watch(folder.at("a"))
            leaving.unwatch(folder.at("a"))
        }
        try folder.append("a", "2")
        _ = try await told(staying, [folder.at("a")])
    }

    @Test("why there are no notices is said")
    func problems() {
        let notices = Self.watcher.notices()
        #expect(throws: FileWatchProblem.missing) { try notices.watch(folder.at("none")) }
        #expect(throws: FileWatchProblem.unreliableFileSystem) { try notices.watch("/proc/self/status") }
        #expect(throws: FileWatchProblem.limitReached) { try FileWatcher.unavailable.notices().watch(folder.path) }
    }

    @Test("waiting ends when the task is cancelled, and nothing is lost by it", .timeLimit(.minutes(1)))
    func cancellation() async throws {
        let notices = Self.watcher.notices()
        let waiting = Task { try await notices.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        notices.lookAtEverything()
        #expect(try await notices.next() == FileChanges.all)
    }

    @Test("watchers that come and go leave no descriptor behind", .timeLimit(.minutes(5)))
    func noLeak() async throws {
        for _ in 0..<200 {
            while true {
                // The threads of those before, and the kernel, may still be at work on their end.
                while Self.openWatchers() > 40 { await Task.yield() }
                do throws(FileWatchProblem) {
                    try FileWatcher().notices().watch(folder.path)
                    break
                } catch .limitReached {}
            }
        }
    }

    private static func openWatchers() -> Int {
        guard let descriptors = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(descriptors) }
        var count = 0
        var target = [CChar](repeating: 0, count: 64)
        while let entry = readdir(descriptors) {
            let length = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    readlinkat(dirfd(descriptors), $0, &target, target.count)
                }
            }
            let name = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
            if String(decoding: name, as: UTF8.self) == "anon_inode:inotify" { count += 1 }
        }
        return count
    }
}

extension FileChanges {
    fileprivate static var all: FileChanges {
        let notices = FileWatcher.unavailable.notices()
        notices.lookAtEverything()
        return notices.take()
    }
}
