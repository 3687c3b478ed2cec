import Aggregator
import AggregatorTesting
import TestSupport
import Testing

@testable import SourcesBuiltin

/// A `file_tail` that is stopped and started again, and all that it has emitted.
final class RestartedTail {
    let scratch: Scratch
    let state: TemporaryFolder
    private(set) var lines: [String] = []
    private let include: [String]
    private let change: (inout FileTail) -> Void

    init(_ include: [String] = ["a.log"], _ change: @escaping (inout FileTail) -> Void = { _ in }) throws {
        scratch = try Scratch()
        state = try TemporaryFolder()
        self.include = include
        self.change = change
    }

    /// Runs until so many more lines have come, does something, and stops in good order; then nothing else has come.
    func run(_ count: Int, _ then: (Scratch, SourceProbe) async throws -> Void = { _, _ in }) async throws {
        let tail = try TailedScratch(include + ["end"], in: scratch, state: state.path) {
            $0.from = .checkpoint
            $0.grace = .milliseconds(300)
            change(&$0)
        }
        tail.probe.start()
        try await tail.probe.events(atLeast: count)
        try await then(scratch, tail.probe)
        // What is due before this line has come when it has.
        try scratch.append("end", "end\n")
        try await tail.probe.wait { $0.events.contains(where: Self.isEnd) }
        await tail.probe.stop()
        lines += tail.probe.events.filter { !Self.isEnd($0) }.map(TailedScratch.message)
    }

    private static func isEnd(_ event: Event) -> Bool { event.subject?.hasSuffix("/end") == true }
}

/// What is done to `a.log` while nobody follows it.
struct Absence: Sendable, CustomTestStringConvertible {
    let name: String
    var include = ["a.log"]
    let steps: @Sendable (Scratch) throws -> Void
    /// What then comes out, beside what was there before.
    let lines: [String]

    var testDescription: String { name }
}

@Suite("file_tail: restarts")
struct RestartTests {
    @Test("a restart goes on where the last run stopped, in files that were rotated meanwhile too", arguments: absences)
    func goesOn(_ absence: Absence) async throws {
        let tail = try RestartedTail(absence.include)
        try tail.scratch.append("a.log", "first\nsecond\n")
        try tail.scratch.append("a-2.log", "another log\n")
        await tail.scratch.letTimePass(since: "a-2.log")
        try await tail.run(2)
        try absence.steps(tail.scratch)
        try await tail.run(absence.lines.count)
        #expect(tail.lines == ["first", "second"] + absence.lines)
        // And once more, with nothing new.
        try await tail.run(0)
        #expect(tail.lines == ["first", "second"] + absence.lines)
    }

    private static let absences = [
        Absence(name: "nothing", steps: { _ in }, lines: []),
        Absence(name: "lines are written", steps: { try $0.append("a.log", "3\n4\n") }, lines: ["3", "4"]),
        Absence(
            name: "renamed, and a new one made",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.rename("a.log", "a.log.1")
                try $0.append("a.log", "4\n")
            }, lines: ["3", "4"]),
        Absence(
            name: "renamed, and no new one made",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.rename("a.log", "a.log.1")
            }, lines: ["3"]),
        Absence(
            name: "renamed to what a glob matches", include: ["a.log*"],
            steps: {
                try $0.append("a.log", "3\n")
                try $0.rename("a.log", "a.log.1")
                try $0.append("a.log", "4\n")
            }, lines: ["3", "4"]),
        Absence(
            name: "moved into a folder of old ones",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.makeFolder("old")
                try $0.rename("a.log", "old/a.log.1")
                try $0.append("a.log", "4\n")
            }, lines: ["3", "4"]),
        Absence(
            name: "an active file with a number beside it is another log",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.rename("a.log", "a.log.1")
                try $0.append("a.log", "4\n")
                try $0.append("a-2.log", "no\n")
            }, lines: ["3", "4"]),
        Absence(
            name: "rotated three times",
            steps: { scratch in
                for line in 3...5 {
                    try scratch.append("a.log", "\(line)\n")
                    try? scratch.rename("a.log.2", "a.log.3")
                    try? scratch.rename("a.log.1", "a.log.2")
                    try scratch.rename("a.log", "a.log.1")
                }
                try scratch.append("a.log", "6\n")
            }, lines: ["3", "4", "5", "6"]),
        Absence(
            name: "rotated twice where a glob matches all", include: ["a.log*"],
            steps: { scratch in
                for line in 3...4 {
                    try scratch.append("a.log", "\(line)\n")
                    try? scratch.rename("a.log.1", "a.log.2")
                    try scratch.rename("a.log", "a.log.1")
                }
                try scratch.append("a.log", "5\n")
            }, lines: ["3", "4", "5"]),
        Absence(
            name: "copied and cut off",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.copy("a.log", "a.log.1")
                try $0.truncate("a.log")
                try $0.append("a.log", "4 is longer than what was there before\n")
            }, lines: ["3", "4 is longer than what was there before"]),
        Absence(
            name: "copied to what a glob matches, and cut off", include: ["a.log*"],
            steps: {
                try $0.append("a.log", "3\n")
                try $0.copy("a.log", "a.log.1")
                try $0.truncate("a.log")
            }, lines: ["3"]),
        Absence(
            name: "copied and cut off twice",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.copy("a.log", "a.log.2")
                try $0.truncate("a.log")
                try $0.append("a.log", "4\n")
                try $0.copy("a.log", "a.log.1")
                try $0.truncate("a.log")
                try $0.append("a.log", "5\n")
            }, lines: ["3", "4", "5"]),
        Absence(
            name: "cut off",
            steps: {
                try $0.truncate("a.log")
                try $0.append("a.log", "3\n")
            }, lines: ["3"]),
        Absence(
            name: "written anew in place",
            steps: {
                try $0.truncate("a.log")
                try $0.append("a.log", "other\nlines\n3\n")
            }, lines: ["other", "lines", "3"]),
        Absence(
            name: "removed and made again",
            steps: {
                try $0.remove("a.log")
                try $0.append("a.log", "3\n4\n5\n6\n7\n8\n9\n")
            }, lines: ["3", "4", "5", "6", "7", "8", "9"]),
        Absence(
            name: "switched by a symbolic link",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.rename("a.log", "a.log.1")
                try $0.append("target", "4\n")
                try $0.link("a.log", to: "target")
            }, lines: ["3", "4"]),
        Absence(
            name: "rotated and compressed files lie beside it",
            steps: {
                try $0.append("a.log", "3\n")
                try $0.rename("a.log", "a.log.1")
                try $0.append("a.log.2.gz", "no\n")
                try $0.append("a.log", "4\n")
            }, lines: ["3", "4"]),
    ]

    @Test("older generations, which were there before, are not read")
    func olderGenerations() async throws {
        let tail = try RestartedTail()
        try tail.scratch.append("a.log.1", "old\n")
        try tail.scratch.append("a.log.2", "older\n")
        try tail.scratch.append("a.log", "1\n")
        await tail.scratch.letTimePass(since: "a.log")
        try await tail.run(1)
        try tail.scratch.rename("a.log.2", "a.log.3")
        try tail.scratch.rename("a.log.1", "a.log.2")
        try tail.scratch.rename("a.log", "a.log.1")
        try tail.scratch.append("a.log", "2\n")
        try await tail.run(1)
        #expect(tail.lines == ["1", "2"])
    }

    @Test("a file that was moved away with its folder is read to its end")
    func movedFolder() async throws {
        let tail = try RestartedTail(["logs/a.log"])
        try tail.scratch.makeFolder("logs")
        try tail.scratch.append("logs/a.log", "1\n")
        try await tail.run(1)
        try tail.scratch.append("logs/a.log", "2\n")
        try tail.scratch.rename("logs", "old")
        try tail.scratch.makeFolder("logs")
        try tail.scratch.append("logs/a.log", "3\n")
        try await tail.run(2)
        #expect(tail.lines == ["1", "2", "3"])
    }

    @Test("what came after a file that is gone is read once")
    func absentFile() async throws {
        let tail = try RestartedTail()
        try tail.scratch.append("a.log", "1\n")
        try await tail.run(1)
        try tail.scratch.append("a.log.1", "2\n")
        try tail.scratch.remove("a.log")
        try await tail.run(1)
        for _ in 0..<2 { try await tail.run(0) }
        #expect(tail.lines == ["1", "2"])
    }

    @Test("a line that was begun when it stopped is emitted once, when it has its end")
    func partialLine() async throws {
        let tail = try RestartedTail()
        try tail.scratch.append("a.log", "1\nbeg")
        try await tail.run(1)
        try tail.scratch.append("a.log", "un")
        try await tail.run(0)
        try tail.scratch.append("a.log", " and ended\n")
        try await tail.run(1)
        #expect(tail.lines == ["1", "begun and ended"])
    }

    @Test("the rest of a line that was cut is not taken for another one after a restart")
    func longLine() async throws {
        let tail = try RestartedTail { $0.maxLine = ByteSize(bytes: 64) }
        try tail.scratch.append("a.log", String(repeating: "x", count: 500))
        try await tail.run(1)
        try tail.scratch.append("a.log", String(repeating: "x", count: 500) + "\n2\n")
        try await tail.run(1)
        #expect(tail.lines.count == 2 && tail.lines.last == "2")
    }

    @Test("a former file that is still written to is followed on after a restart")
    func formerFile() async throws {
        let tail = try RestartedTail { $0.grace = .seconds(60) }
        try tail.scratch.append("a.log", "1\n")
        try await tail.run(1) { scratch, probe in
            try scratch.hold("w", "a.log")
            try scratch.rename("a.log", "a.log.1")
            try scratch.append("a.log", "2\n")
            try await probe.wait { $0.events.contains { TailedScratch.message($0) == "2" } }
        }
        try tail.scratch.put("w", "3\n")
        try await tail.run(1)
        #expect(tail.lines == ["1", "2", "3"])
    }

    @Test(
        "what is no checkpoint is told of and put aside, and files are read from their beginning",
        arguments: [
            "", "no JSON", "{\"version\":1}", "{\"version\":99,\"files\":[]}", "{\"version\":1,\"files\":[{}]}",
        ])
    func damaged(_ text: String) async throws {
        let tail = try RestartedTail()
        try tail.scratch.append("a.log", "1\n")
        try await tail.run(1)
        try tail.state.write("checkpoint.json", text)
        try await tail.run(1)
        #expect(tail.lines == ["1", "1"])
        #expect(try Checkpoint(directory: tail.state.path).load().map(\.offset).contains(2))
        #expect(FileLook(path: tail.state.at("checkpoint.json.damaged"))?.size == text.utf8.count)
    }

    @Test("a checkpoint is what was saved")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let trace = FileTrace(
            identity: FileIdentity(device: .max, inode: 1 << 63), birth: 6, path: "/a \"b\"\n", subject: "é",
            offset: 300,
            resume: 290, size: 310,
            state: LineState(isSkippingLine: true, isSkippingGroup: true, isAfterHole: true),
            head: Print(Array("head".utf8)), tail: Print(Array("tail".utf8)), seen: StampTime(earliest: 7, latest: 8),
            isOrphan: true)
        var plain = trace
        (plain.birth, plain.state, plain.isOrphan) = (nil, LineState(), false)
        let checkpoint = Checkpoint(directory: folder.path)
        #expect(try checkpoint.load().isEmpty)
        try checkpoint.save([trace, plain])
        #expect(try checkpoint.load() == [trace, plain])
    }
}

extension Scratch {
    /// Until what is made next is younger than that file by the clock that files are stamped with, which ticks seldom.
    fileprivate func letTimePass(since name: String) async {
        let birth = FileLook.birth(ofFileAt: at(name)) ?? 0
        while StampTime().earliest <= birth { await Task.yield() }
    }
}

extension TemporaryFolder {
    /// Writes a file anew.
    fileprivate func write(_ name: String, _ text: String) throws {
        try Scratch.write(at(name), text)
    }
}
