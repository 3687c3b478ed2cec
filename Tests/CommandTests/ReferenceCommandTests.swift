import Foundation
import Testing

/// `list`, `describe`, `schema`, `init`, `completion`: what the command says of itself.
@Suite("The command about itself")
struct ReferenceCommandTests {
    private func run(_ arguments: String...) async throws -> (code: Int32?, output: String, errors: String) {
        let command = try CommandProcess(arguments, pipeline: "channels: {}")
        let code = await command.exitCode()
        return (code, command.output, command.errors)
    }

    @Test("list names every kind with a sentence, or only the sources, or only the steps")
    func list() async throws {
        let all = try await run("list")
        #expect(all.code == 0)
        #expect(all.output.contains("  ticker "))
        #expect(all.output.contains("  where "))
        let sources = try await run("list", "sources")
        #expect(sources.output.split(separator: "\n").allSatisfy { $0.contains(/^[a-z_]+ +[A-Z].*\.$/) })
        #expect(sources.output.contains("ticker "))
        #expect(!sources.output.contains("where "))
        #expect(try await run("list", "filters").output.contains("where "))
        #expect(try await run("list", "steps").code == 64)
    }

    @Test("describe shows a kind's options; of an unknown one it is wrong usage, with the nearest name")
    func describe() async throws {
        let found = try await run("describe", "http_ingest")
        #expect(found.code == 0)
        #expect(found.output.contains("\n  path: "))
        #expect(found.output.contains("\n  access: "))
        let missed = try await run("describe", "tickr")
        #expect(missed.code == 64)
        #expect(missed.errors.contains("there is no kind 'tickr'; did you mean 'ticker'?"))
    }

    @Test("init writes a file that check finds fine, with the schema its first line names; and overwrites nothing")
    func initialize() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "init-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "mine.yml")
        #expect(try await run("init", file.path).code == 0)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("# yaml-language-server: $schema=mine.schema.json\n"))
        let schema = try Data(contentsOf: folder.appending(path: "mine.schema.json"))
        #expect(try JSONSerialization.jsonObject(with: schema) is [String: Any])
        #expect(try await run("check", file.path).code == 0)

        try "mine".write(to: file, atomically: true, encoding: .utf8)
        let again = try await run("init", file.path)
        #expect(again.code == 1)
        #expect(again.errors.contains("File exists; --force overwrites it"))
        #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
        #expect(try await run("init", "--force", file.path).code == 0)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test("completion is a script for each shell that knows the subcommands", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let script = try await run("completion", shell)
        #expect(script.code == 0)
        #expect(script.output.contains("describe"))
    }
}
