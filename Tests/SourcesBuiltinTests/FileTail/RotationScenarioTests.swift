import Aggregator
import AggregatorTesting
import Foundation
import Testing

@testable import SourcesBuiltin

/// What a writer of log files, or whoever rotates them, does.
enum Step: Sendable {
    case write(String, String)
    case hold(String, String)
    case holdPlace(String, String)
    case put(String, String)
    case rename(String, String)
    case copy(String, String)
    /// Onto what is there, in place, as cp does it; perhaps no more than so many bytes yet.
    case copyOver(String, String, part: Int = .max)
    case truncate(String)
    case remove(String)
    case folder(String)
    case link(String, to: String)
    case relink(String, to: String)
    case hardLink(String, to: String)
    /// What was begun there is a line as it stands.
    case rest(String)
    /// Wait until all that was written has come out.
    case settle

    func perform(in tail: TailedScratch) async throws {
        let scratch = tail.scratch
        switch self {
        case .write(let name, let text): try tail.write(name, text)
        case .hold(let writer, let name): try scratch.hold(writer, name)
        case .holdPlace(let writer, let name): try scratch.hold(writer, name, appending: false)
        case .put(let writer, let text): try tail.write("", text, writer: writer)
        case .rename(let old, let new): try scratch.rename(old, new)
        case .copy(let old, let new): try scratch.copy(old, new)
        case .copyOver(let old, let new, let part): try scratch.copyOver(old, new, part: part)
        case .truncate(let name): try scratch.truncate(name)
        case .remove(let name): try scratch.remove(name)
        case .folder(let name): try scratch.makeFolder(name)
        case .link(let name, let target): try scratch.link(name, to: target)
        case .relink(let name, let target): try scratch.relink(name, to: target)
        case .hardLink(let name, let other): try scratch.hardLink(name, to: other)
        case .rest(let writer): tail.expectRest(of: writer)
        case .settle: try await tail.settle()
        }
    }
}

/// Steps after which every line that was written has come out exactly once.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    let include: [String]
    let steps: [Step]

    init(_ name: String, _ include: String..., steps: [Step]) {
        self.name = name
        self.include = include.isEmpty ? ["*.log"] : include
        self.steps = steps
    }

    var testDescription: String { name }
}

@Suite("Rotations")
struct RotationScenarioTests {
    /// So often each, as what goes wrong does so only when a look falls between two steps.
    private static let rounds = 1...(ProcessInfo.processInfo.environment["AGGREGATOR_ROUNDS"].flatMap { Int($0) } ?? 1)

    @Test("every line that was written comes out exactly once", arguments: Scenario.all, rounds)
    func everyLineOnce(_ scenario: Scenario, _ round: Int) async throws {
        let tail = try TailedScratch(scenario.include + ["end.log"])
        tail.probe.start()
        for step in scenario.steps { try await step.perform(in: tail) }
        let lines = try await tail.finish()
        #expect(tail.difference(lines) == .none)
    }

    @Test("without notices they come out all the same", arguments: Scenario.all, rounds)
    func withoutNotices(_ scenario: Scenario, _ round: Int) async throws {
        let tail = try TailedScratch(scenario.include + ["end.log"], files: .unavailable)
        tail.probe.start()
        for step in scenario.steps { try await step.perform(in: tail) }
        let lines = try await tail.finish()
        #expect(tail.difference(lines) == .none)
    }

    /// Of a file that is closed only its inode number tells that it is there no more.
    @Test("a copy is known though its original was removed, and another file has the inode number of that")
    func reusedInode() async throws {
        let tail = try TailedScratch(["*.log*"], files: .unavailable) { $0.openLimit = 1 }
        tail.probe.start()
        try tail.write("a.log", (0..<20).map { "line \($0)\n" }.joined())
        try await tail.settle()
        let original = try #require(FileLook(path: tail.scratch.at("a.log")))
        try tail.write("z.log", "opened instead\n")
        try await tail.settle()
        try tail.scratch.copyOver("a.log", "a.log.1")
        try tail.scratch.truncate("a.log")
        try tail.scratch.remove("a.log")
        for number in 0..<64 {
            try tail.write("b\(number).log", "in file \(number)\n")
            if FileLook(path: tail.scratch.at("b\(number).log"))?.identity == original.identity { break }
        }
        let lines = try await tail.finish()
        #expect(tail.difference(lines) == .none)
    }
}

extension Scenario {
    static let all: [Scenario] = simple + renames + cuts + links + folders + hasty + copies

    private static let simple = [
        Scenario("lines are appended", steps: [.write("a.log", "1\n"), .settle, .write("a.log", "2\n3\n")]),
        Scenario(
            "a line is written in two halves",
            steps: [.write("a.log", "on"), .write("a.log", "e\ntw"), .write("a.log", "o\n")]),
        Scenario(
            "a character is written in two halves",
            steps: [.write("a.log", "caf\u{E9}"), .write("a.log", "\u{1F600}\n")]),
        Scenario("lines end with CR LF", steps: [.write("a.log", "1\r\n2\r"), .settle, .write("a.log", "\n3\r\n")]),
        Scenario("lines are empty", steps: [.write("a.log", "\n\n1\n\n")]),
        Scenario("many files are written in turn", steps: (0..<40).map { .write("f\($0 % 8).log", "line \($0)\n") }),
    ]

    private static let renames = [
        Scenario(
            "renamed, and a new one made",
            steps: [
                .write("a.log", "1\n"), .settle, .rename("a.log", "a.1"), .write("a.log", "2\n"), .settle,
                .write("a.log", "3\n"),
            ]),
        Scenario(
            "renamed, and written to by its old handle before there is a new one",
            steps: [
                .hold("w", "a.log"), .put("w", "1\n"), .settle, .rename("a.log", "a.1"), .put("w", "2\n"), .settle,
                .put("w", "3\n"), .settle, .write("a.log", "4\n"),
            ]),
        Scenario(
            "renamed, and written to by its old handle after there is a new one",
            steps: [
                .hold("w", "a.log"), .put("w", "1\n"), .settle, .rename("a.log", "a.1"), .write("a.log", "2\n"),
                .settle,
                .put("w", "3\n"), .settle, .put("w", "4\n"), .write("a.log", "5\n"),
            ]),
        Scenario(
            "renamed with a last line that has no end",
            steps: [.write("a.log", "1\n2"), .settle, .rename("a.log", "a.1"), .rest("a.log"), .write("a.log", "3\n")]),
        Scenario(
            "missing at the start, made, and renamed soon after",
            steps: [
                .hold("w", "a.log"), .put("w", "1\n"), .settle, .rename("a.log", "a.1"), .put("w", "2\n"),
                .write("a.log", "3\n"),
            ]),
        Scenario(
            "renamed to a name that is followed too", "a.log*",
            steps: [.write("a.log", "1\n"), .settle, .rename("a.log", "a.log.1"), .write("a.log", "2\n"), .settle]),
        Scenario(
            "a chain of names, all followed", "a.log*",
            steps: [
                .write("a.log", "1\n"), .settle, .rename("a.log", "a.log.1"), .write("a.log", "2\n"), .settle,
                .rename("a.log.1", "a.log.2"), .rename("a.log", "a.log.1"), .write("a.log", "3\n"), .settle,
                .remove("a.log.2"), .rename("a.log.1", "a.log.2"), .rename("a.log", "a.log.1"), .write("a.log", "4\n"),
            ]),
        Scenario(
            "renamed away and back",
            steps: [
                .write("a.log", "1\n"), .settle, .rename("a.log", "a.1"), .write("a.1", "2\n"), .settle,
                .rename("a.1", "a.log"), .write("a.log", "3\n"),
            ]),
        Scenario(
            "two files change their names",
            steps: [
                .write("a.log", "a1\n"), .write("b.log", "b1\n"), .settle, .rename("a.log", "c"),
                .rename("b.log", "a.log"),
                .rename("c", "b.log"), .write("a.log", "b2\n"), .write("b.log", "a2\n"),
            ]),
        Scenario(
            "another file is renamed over it",
            steps: [
                .write("a.log", "1\n"), .settle, .write("next", "2\n"), .rename("next", "a.log"), .settle,
                .write("a.log", "3\n"),
            ]),
        Scenario(
            "rotated again and again",
            steps: (0..<8).flatMap { [.write("a.log", "line \($0)\n"), .settle, .rename("a.log", "a.\($0)")] }),
    ]

    private static let cuts = [
        Scenario(
            "copied and cut off",
            steps: [
                .write("a.log", "first\nsecond\n"), .settle, .copy("a.log", "a.1"), .truncate("a.log"),
                .write("a.log", "3\n"), .settle, .write("a.log", "4\n"),
            ]),
        Scenario(
            "cut off, and longer than before at once",
            steps: [.write("a.log", "1\n"), .settle, .truncate("a.log"), .write("a.log", "2 is longer\n3 as well\n")]),
        Scenario(
            "cut off, and as long as before at once",
            steps: [.write("a.log", "1\n2\n"), .settle, .truncate("a.log"), .write("a.log", "3\n4\n"), .settle]),
        Scenario(
            "cut off in the middle of a line",
            steps: [.write("a.log", "one\nbegun"), .settle, .truncate("a.log"), .rest("a.log"), .write("a.log", "2\n")]),
        Scenario(
            "cut off under a writer that keeps its place, which leaves a hole",
            steps: [
                .holdPlace("w", "a.log"), .put("w", String(repeating: "x", count: 9000) + "\n1\n"), .settle,
                .truncate("a.log"), .put("w", "2\n"), .settle, .put("w", "3\n"),
            ]),
        Scenario(
            "removed and made again",
            steps: [
                .write("a.log", "1\n"), .settle, .remove("a.log"), .write("a.log", "2\n"), .settle,
                .write("a.log", "3\n"),
            ]),
        Scenario(
            "removed, made again, and removed again",
            steps: [
                .write("a.log", "1\n"), .settle, .remove("a.log"), .write("a.log", "2\n"), .settle, .remove("a.log"),
                .write("a.log", "2 again\n"),
            ]),
        Scenario(
            "removed under a writer that goes on",
            steps: [
                .hold("w", "a.log"), .put("w", "1\n"), .settle, .remove("a.log"), .put("w", "2\n"), .settle,
                .put("w", "3\n"),
            ]),
    ]

    private static let links = [
        Scenario(
            "a symbolic link is switched",
            steps: [
                .write("one", "1\n"), .link("a.log", to: "one"), .settle, .write("two", "2\n"),
                .relink("a.log", to: "two"),
                .settle, .write("two", "3\n"),
            ]),
        Scenario(
            "the file that a symbolic link leads to is rotated",
            steps: [
                .write("one", "1\n"), .link("a.log", to: "one"), .settle, .rename("one", "one.1"), .write("one", "2\n"),
                .settle, .write("one", "3\n"),
            ]),
        Scenario(
            "a symbolic link to a folder is switched", "current/*.log",
            steps: [
                .folder("v1"), .folder("v2"), .write("v1/a.log", "1\n"), .link("current", to: "v1"), .settle,
                .write("v2/a.log", "2\n"), .relink("current", to: "v2"), .settle, .write("v2/a.log", "3\n"),
            ]),
        Scenario(
            "one file has two names",
            steps: [
                .write("a.log", "1\n"), .settle, .hardLink("b.log", to: "a.log"), .write("b.log", "2\n"), .settle,
                .remove("a.log"), .write("b.log", "3\n"),
            ]),
    ]

    private static let folders = [
        Scenario(
            "the folder is made later", "logs/*.log",
            steps: [.folder("logs"), .write("logs/a.log", "1\n"), .settle, .write("logs/a.log", "2\n")]),
        Scenario(
            "folders within folders are made later", "**/*.log",
            steps: [
                .write("a.log", "1\n"), .settle, .folder("x"), .folder("x/y"), .write("x/y/b.log", "2\n"), .settle,
                .folder("x/y/z"), .write("x/y/z/c.log", "3\n"), .write("x/y/b.log", "4\n"),
            ]),
        Scenario(
            "the folder is replaced", "logs/*.log",
            steps: [
                .folder("logs"), .write("logs/a.log", "1\n"), .settle, .rename("logs", "old"), .folder("logs"),
                .write("logs/a.log", "2\n"), .settle, .write("logs/a.log", "3\n"),
            ]),
        Scenario(
            "a folder on the way is a pattern", "*/logs/[a-c]?.log",
            steps: [
                .folder("p"), .folder("p/logs"), .write("p/logs/a1.log", "1\n"), .settle, .folder("q"),
                .folder("q/logs"),
                .write("q/logs/c2.log", "2\n"),
            ]),
    ]
}
