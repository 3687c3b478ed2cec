import Testing

@testable import Aggregator

@Suite("Option groups")
struct OptionGroupTests {
    struct Inner: OptionGroup {
        @Option("A number.", .range(0...10)) var count = 3
        @Option("Where.") var folder: PathOption = "cache"
    }

    struct Outer: OptionGroup {
        static let later = ["soon"]

        @Option("Needed.", .example("a city")) var city: String
        @Option("Two words.", .range(0.1...10)) var headTime: Duration = .seconds(1)
        @Option("Renamed.", .named("in")) var place: String?
        @Option("A keyword.") var `static` = false
        @Option("Nested.") var inner = Inner()
        @Option("Not for eyes.", .secret) var password: String = "default"
        @Option("Some.") var sizes: [String: ByteSize] = ["b": .kibibytes(1), "a": ByteSize(bytes: 1)]
        var notAnOption = 1

        func validate(_ options: OptionPlaces, _ problems: inout Problems) {
            if city == "Atlantis" { problems.report("no such city", at: options["city"]) }
        }
    }

    struct Both: OptionGroup {
        @Option("The limit.", .whole) var limit: Int
        @Option("More.") var extra = 0
    }

    struct Only: OptionGroup {
        @Option("Everything.", .whole) var all: [String: Int]
    }

    @Test("Options are described in their order, with defaults as a file would say them and no secret")
    func description() {
        let options = Outer.describe()
        #expect(options.map(\.name) == ["city", "head_time", "in", "static", "inner", "password", "sizes"])
        #expect(options.map(\.isRequired) == [true, false, false, false, false, false, false])
        #expect(options.map(\.defaultText) == [nil, "1s", nil, "false", nil, nil, "{a: 1B, b: 1KiB}"])
        #expect(options[0].example == "a city")
        #expect(options[0].help == "Needed.")
        #expect(options.map(\.isSecret) == [false, false, false, false, false, true, false])
        guard case .group(let inner) = options[4].shape else {
            Issue.record("a nested group has another shape")
            return
        }
        #expect(inner.map(\.defaultText) == ["3", "cache"])
    }

    @Test("What is given is set, what is not keeps its default; paths are relative to the file")
    func decoding() throws {
        let outer = try decode(Outer.self, "{city: Rome, head_time: 2s, in: here, static: true, inner: {count: 4}}")
        #expect(outer.city == "Rome")
        #expect(outer.headTime == .seconds(2))
        #expect(outer.place == "here")
        #expect(outer.static)
        #expect(outer.inner.count == 4)
        #expect(outer.inner.folder.path == "/base/cache")
        #expect(try decode(Outer.self, "{city: Rome}").inner.folder.path == "/base/cache")
        #expect(try decode(Outer.self, "{city: Rome, inner: {folder: /tmp}}").inner.folder.path == "/tmp")
        #expect(try decode(Outer.self, "{city: Rome}").notAnOption == 1)
    }

    @Test("A copy that is changed leaves the other as it was")
    func copies() throws {
        let first = try decode(Outer.self, "{city: Rome}")
        var second = first
        second.city = "Oslo"
        #expect(first.city == "Rome")
        #expect(second.city == "Oslo")
    }

    @Test("A whole option takes what is no mapping, and all there is where it is alone")
    func whole() throws {
        #expect(try decode(Both.self, "5").limit == 5)
        #expect(try decode(Both.self, "{limit: 5, extra: 6}").extra == 6)
        #expect(try decode(Only.self, "{a: 1, all: 2}").all == ["a": 1, "all": 2])
        #expect(mistakes(Both.self, "{extra: 6}").count == 1)
        #expect(mistakes(Both.self, "").count == 1)
    }

    @Test("Objections of a group come after its options were decoded")
    func validation() {
        #expect(mistakes(Outer.self, "{city: Atlantis}") == ["no such city"])
        #expect(mistakes(Outer.self, "{city: Atlantis, static: 5}") == ["expected true or false, not '5'"])
        #expect(mistakes(Outer.self, "{city: Rome, soon: 1}").first?.contains("not supported yet") == true)
    }

    @Test("What is out of range is told with the range")
    func ranges() {
        #expect(
            mistakes(Outer.self, "{city: a, inner: {count: 11}, head_time: 1ms}") == [
                "expected a whole number from 0 to 10, not '11'", "expected a duration from 100ms to 10s, not '1ms'",
            ])
    }
}

/// The value that a text stands for, in the folder /base.
func decode<Value: OptionValue>(_ type: Value.Type, _ text: String) throws -> Value {
    let (node, found) = try read(text)
    var problems = found
    let value = Value.decode(node, &problems)
    #expect(problems.all.map(\.message) == [])
    return try #require(value)
}

/// What is wrong with a text as a value of that type.
func mistakes<Value: OptionValue>(_ type: Value.Type, _ text: String) -> [String] {
    guard let (node, found) = try? read(text) else { return ["no YAML"] }
    var problems = found
    let value = Value.decode(node, &problems)
    #expect((value == nil) == !problems.isEmpty)
    return problems.all.map(\.message)
}

private func read(_ text: String) throws -> (Node, Problems) {
    let (root, problems) = YAMLText.read(Array("value: \(text)".utf8), directory: "/base", environment: [:])
    return (try #require(root?["value"]), problems)
}
