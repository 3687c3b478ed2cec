import Testing

@testable import SourcesBuiltin

@Suite("file_tail: patterns that mean no file")
struct PatternCheckTests {
    @Test(
        "are mistakes of the file, with what is to be written instead",
        arguments: [
            ("include: ['logs/[a-z.log']", "is never closed"), ("include: ['logs/*.log', 'x/[']", "is never closed"),
            ("include: [logs/]", "logs/**/*.log"), ("include: ['a.log.*.gz']", "never read"),
            ("{include: [a.log], exclude: ['[a.log']}", "is never closed"),
        ])
    func mistakes(_ options: String, _ words: String) {
        let text = SourcesBuiltinTests.mistakes(FileTail.self, options) ?? ""
        #expect(text.contains(words) && text.contains("^"), "\(text)")
    }

    @Test(
        "are told from those that mean one",
        arguments: [
            "include: ['logs/[a-z].log']", "include: ['logs/\\[a.log']", "include: ['logs/[]].log']",
            "include: ['logs/[!]a].log']", "include: ['**/*.log']", "include: [a.log]",
        ])
    func fine(_ options: String) throws {
        #expect(SourcesBuiltinTests.mistakes(FileTail.self, options) == nil)
        #expect(try warnings(FileTail.self, options).isEmpty)
    }

    @Test("a folder is warned of, because a file may be there one day")
    func folder() throws {
        let scratch = try Scratch()
        let told = try warnings(FileTail.self, "include: [\(scratch.path)]")
        #expect(told.contains { $0.contains("this is a folder") && $0.contains("\(scratch.path)/**/*.log") })
    }
}
