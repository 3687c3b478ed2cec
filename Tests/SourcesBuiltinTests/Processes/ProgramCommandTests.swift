import Foundation
import TestSupport
import Testing

@testable import SourcesBuiltin

@Suite("programs: what check says of a command") struct ProgramCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.append("plain", "#!/bin/sh\n")
        try folder.append("runs", "#!/bin/sh\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.at("runs"))
    }

    @Test(
        "a program that is not there, or is none, is warned of with its place, for exec and for tasks",
        arguments: [
            ("nowhere/x", "there is no program"), ("no-such-program-anywhere", "in PATH ("),
            ("plain", "is not executable (chmod +x)"), ("/", "is a folder, not a program"),
        ])
    func missing(program: String, words: String) throws {
        let path = program == "plain" ? folder.at(program) : program
        let exec = try warnings(Exec.self, "command: [\(path), x]")
        #expect(exec.count == 1 && exec[0].contains(words) && exec[0].contains("pipeline.yaml:5:17"), "\(exec)")
        let tasks = try warnings(Tasks.self, "jobs: {a: {command: [\(path)]}}")
        #expect(tasks.count == 1 && tasks[0].contains(words) && tasks[0].contains("pipeline.yaml:5:28"), "\(tasks)")
    }

    @Test("a program that is there is not, nor is a shell's text or a simulation")
    func present() throws {
        #expect(try warnings(Exec.self, "command: sh").isEmpty)
        #expect(try warnings(Exec.self, "command: [\(folder.at("runs"))]").isEmpty)
        #expect(try warnings(Tasks.self, "jobs: {a: {command: 'nowhere | sort', shell: true}}").isEmpty)
        #expect(try warnings(Tasks.self, "jobs: {a: {simulate: {}}}").isEmpty)
    }
}
