import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// `aggregator test`, as people and CI systems meet it.
@Suite("The command: test")
struct TestCommandTests {
    private static let sources = """
        sources: {app: {generate: {interval: 1s, type: log, data: '""'}}}
        filters: {loud: {from: app, steps: [{where: data.level == "error"}]}}
        channels: {loud: {from: loud}}

        """
    private static let good = """
        tests:
          - name: errors come through
            input: [{data: {level: error}}, {data: {level: info}}]
            expect: {loud: [{data: {level: error}}]}

        """
    private static let bad = """
        tests:
          - name: "info <comes> through & \\"all\\""
            input: [{at: 1h, data: {level: info}}]
            expect: {loud: [{data: {level: info}}]}

        """

    @Test("tests that pass are 0, with a line for each")
    func passes() async throws {
        let command = try CommandProcess(["test"], pipeline: Self.sources + Self.good)
        #expect(await command.exitCode() == 0)
        #expect(command.output.hasPrefix("pipeline.yaml\n  ok  errors come through  ("))
        #expect(command.output.contains("\n1 passed ("))
        #expect(!command.output.contains("\u{1B}"))
    }

    @Test("one that fails is 1, and says what dropped the event")
    func fails() async throws {
        let command = try CommandProcess(["test", "pipeline.yaml"], pipeline: Self.sources + Self.bad)
        #expect(await command.exitCode() == 1)
        #expect(command.output.contains("  FAILED  info <comes> through"))
        #expect(
            command.output.contains(
                """
                input 1 (line 6, at 1h) was dropped by loud[1], where: data.level == "error" (pipeline.yaml:2)
                """))
        #expect(command.output.contains("\n0 passed, 1 failed ("))
    }

    @Test("tests may stand in a file beside, or in one that --tests names; all files' tests are run, whichever fails")
    func otherFiles() async throws {
        let files = [
            "pipeline.test.yaml": Self.bad, "more.yaml": Self.good, "second.yaml": Self.sources + Self.good,
        ]
        let beside = try CommandProcess(
            ["test", "pipeline.yaml", "second.yaml"], pipeline: Self.sources, files: files)
        #expect(await beside.exitCode() == 1)
        #expect(beside.output.contains("(pipeline.test.yaml:2"))
        #expect(beside.output.contains("\nsecond.yaml\n  ok  "))
        #expect(beside.output.contains("\n1 passed, 1 failed ("))
        let named = try CommandProcess(["test", "--tests", "more.yaml"], pipeline: Self.sources, files: files)
        #expect(await named.exitCode() == 0)
        #expect(named.output.contains("\n1 passed ("))
    }

    @Test("a file without tests says so, and is fine")
    func none() async throws {
        let command = try CommandProcess(["test"], pipeline: Self.sources)
        #expect(await command.exitCode() == 0)
        #expect(command.output.hasPrefix("pipeline.yaml: no tests; "))
    }

    @Test("--filter runs some; one that fits no test is wrong usage, and names those there are")
    func filter() async throws {
        let tests = Self.sources + Self.good + Self.bad.dropFirst("tests:\n".count)
        let some = try CommandProcess(["test", "--filter", "ERRORS"], pipeline: tests)
        #expect(await some.exitCode() == 0)
        #expect(some.output.contains("\n1 passed, 1 not chosen ("))
        let none = try CommandProcess(["test", "--filter", "eror"], pipeline: tests)
        #expect(await none.exitCode() == 64)
        #expect(none.errors.contains("no test has 'eror' in its name; there are\n  errors come through\n"))
    }

    @Test(
        "a wrong file is 78, for test, check and run alike, with the place of each mistake",
        arguments: ["test", "check", "run"]
    )
    func wrongFile(subcommand: String) async throws {
        let wrong = Self.sources + "tests: [{name: a, input: [{source: ap}], expect: {lout: []}}]"
        let command = try CommandProcess([subcommand], pipeline: wrong)
        #expect(await command.exitCode() == 78)
        #expect(command.errors.contains("pipeline.yaml:4:36: there is no source 'ap'; did you mean 'app'?"))
        #expect(command.errors.contains("pipeline.yaml:4:51: there is no channel 'lout'; did you mean 'loud'?"))
    }

    @Test("so is a wrong file of tests, named in its own mistakes")
    func wrongTestFile() async throws {
        let files = ["t.yaml": "test: []", "u.yaml": Self.good]
        let misspelt = try CommandProcess(["test", "--tests", "t.yaml"], pipeline: Self.sources, files: files)
        #expect(await misspelt.exitCode() == 78)
        #expect(
            misspelt.errors.hasPrefix("t.yaml:1:1: unknown option 'test' of a file of tests; did you mean 'tests'?"))
        let absent = try CommandProcess(["test", "--tests", "absent.yaml"], pipeline: Self.sources)
        #expect(await absent.exitCode() == 78)
        #expect(absent.errors.contains("absent.yaml"))
        let twice = try CommandProcess(
            ["test", "--tests", "u.yaml"], pipeline: Self.sources + Self.good, files: files)
        #expect(await twice.exitCode() == 78)
        #expect(twice.errors.contains("another test has this name, at pipeline.yaml:5"))
    }

    @Test(
        "wrong usage is 64",
        arguments: [["test", "--tests", "a", "b.yaml", "c.yaml"], ["test", "--filter", ""], ["test", "--junt", "x"]])
    func usage(arguments: [String]) async throws {
        let command = try CommandProcess(arguments, pipeline: Self.sources)
        #expect(await command.exitCode() == 64)
    }

    @Test("--junit writes what CI systems read: suites, cases, failures with their text, errors of files")
    func junit() async throws {
        let tests = Self.sources + Self.good + Self.bad.dropFirst("tests:\n".count)
        let command = try CommandProcess(
            ["test", "pipeline.yaml", "wrong.yaml", "--junit", "out.xml"], pipeline: tests,
            files: ["wrong.yaml": "channels: {}"])
        #expect(await command.exitCode() == 78)
        let elements = try XMLElements(command.written("out.xml"))
        #expect(
            elements.names == ["testsuites"] + ["testsuite", "testcase", "testcase", "failure"] + [
                "testsuite", "testcase", "error",
            ])
        #expect(elements[0]["tests"] == "3")
        #expect(elements[0]["failures"] == "1")
        #expect(elements[0]["errors"] == "1")
        #expect(elements[1]["name"] == "pipeline.yaml")
        #expect(elements[2]["name"] == "errors come through")
        #expect(elements[2]["line"] == "5")
        #expect(elements[3]["name"] == #"info <comes> through & "all""#)
        #expect(Double(elements[3]["time"] ?? "").map { $0 > 0 && $0 < 60 } == true)
        #expect(elements[4]["message"] == "channel loud: expected 1 event, got none")
        #expect(elements.texts[4].contains("did not come\n"))
        #expect(elements[6]["classname"] == "wrong.yaml")
        #expect(elements.texts[7].contains("a pipeline needs at least one channel"))
    }

    @Test("a report that cannot be written is an error")
    func noJUnit() async throws {
        let command = try CommandProcess(["test", "--junit", "absent/out.xml"], pipeline: Self.sources + Self.good)
        #expect(await command.exitCode() == 1)
        #expect(command.errors.contains("absent/out.xml cannot be written: No such file or directory"))
    }
}

/// The elements of an XML text in their order, read by a parser that is not ours.
private final class XMLElements: NSObject, XMLParserDelegate {
    private(set) var names: [String] = []
    private(set) var texts: [String] = []
    private var attributes: [[String: String]] = []
    private var open: [Int] = []

    struct Malformed: Error { let text: String }

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse() else { throw Malformed(text: text) }
    }

    subscript(index: Int) -> [String: String] { attributes.indices.contains(index) ? attributes[index] : [:] }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(names.count)
        names.append(name)
        texts.append("")
        self.attributes.append(attributes)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { texts[last] += text }
    }
}
