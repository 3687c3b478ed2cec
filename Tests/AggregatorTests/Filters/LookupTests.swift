import AggregatorTesting
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Aggregator

@Suite("lookup")
struct LookupTests {
    /// One for all tests: the kernel gives a user no more than 128 or so (fs.inotify.max_user_instances).
    private static let watcher = FileWatcher()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let csv = "id,name,team\r\n7,Ann,\"red, \"\"A\"\"\"\r\n8,\"Bo\nB\",blue\n"

    private func probe(_ options: String, log: Lines = Lines()) throws -> FilterProbe {
        try FilterProbe(
            "lookup: \(options)", path: folder.at("pipeline.yaml"), files: Self.watcher, log: .collecting(log))
    }

    private func sent(_ data: String, to probe: FilterProbe) -> String? {
        probe.send(Event(type: "x", data: .json(Array(data.utf8)))).first?.json
    }

    private static let cases: [(options: String, before: String, after: String?)] = [
        ("key: data.id", #"{"id": 7}"#, #"{"id":7,"name":"Ann","team":"red, \"A\""}"#),
        ("key: data.id", #"{"id": "8", "name": 1}"#, #"{"id":"8","name":"Bo\nB","team":"blue"}"#),
        ("key: data.id, into: data.user, fields: [name]", #"{"id": 7}"#, #"{"id":7,"user":{"name":"Ann"}}"#),
        ("key: data.name, by: name, fields: [id]", #"{"name": "Ann"}"#, #"{"name":"Ann","id":"7"}"#),
        ("key: data.id", #"{"id": 9}"#, #"{"id": 9}"#), ("key: data.id", "{}", "{}"),
        ("key: data.id, missing: drop", #"{"id": 9}"#, nil),
        ("key: data.id, default: {team: none, n: 1}", #"{"id": 9}"#, #"{"id":9,"team":"none","n":1}"#),
    ]

    @Test("adds the fields of the row that has the key", arguments: cases)
    func table(_ row: (options: String, before: String, after: String?)) throws {
        try folder.append("users.csv", Self.csv)
        #expect(sent(row.before, to: try probe("{file: users.csv, \(row.options)}")) == row.after)
    }

    @Test("a key that is a list or an object is an error")
    func badKey() throws {
        try folder.append("t.csv", "k,v\na,1\n")
        let probe = try probe("{file: t.csv, key: data.k, missing: drop}")
        #expect(sent(#"{"k":["a"]}"#, to: probe) == nil)
        #expect(
            probe.failures.map { "\($0.error)" } == [
                "a key is a text, a number or a truth value; this is a value of type list"
            ])
    }

    @Test("reads JSON: an object by its names, a list by a member")
    func json() throws {
        try folder.append("a.json", #"{"x": {"n": 1.50, "o": { "p": [] }}, "y": {}}"#)
        try folder.append("b.json", #"[{"k": 1, "n": "one"}, {"k": "two", "n": "two"}]"#)
        let object = try probe("{file: a.json, key: data.k}")
        #expect(sent(#"{"k":"x"}"#, to: object) == #"{"k":"x","n":1.50,"o":{"p":[]}}"#)
        let list = try probe("{file: b.json, key: data.k, by: k}")
        #expect(sent(#"{"k":1}"#, to: list) == #"{"k":1,"n":"one"}"#)
    }

    @Test("loses none of random events, and changes nothing but the fields it adds to those in its table")
    func property() throws {
        var random = SplitMix64(seed: 5)
        let keys = (0..<200).map { _ in String(random.next() % 1_000) }
        let rows = Dictionary(keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        try folder.append("t.json", "{" + rows.map { #""\#($0)": {"n": \#($1)}"# }.joined(separator: ",") + "}")
        let passing = try probe("{file: t.json, key: data.k}")
        let filling = try probe("{file: t.json, key: data.k, default: {n: -1}, into: data.row}")
        for number in 0..<2_000 {
            let key = String(random.next() % 1_000)
            let written = random.next() % 2 == 0 ? key : "\"\(key)\""
            let data = #"{"k":\#(written),"x":1.50}"#
            let event = Event(id: .given("\(number)"), type: "x", subject: "s", data: .json(Array(data.utf8)))
            let start = data.dropLast()
            let passed = passing.send(event)
            #expect(passed.map(\.id) == [event.id])
            #expect(passed.first?.json == rows[key].map { "\(start),\"n\":\($0)}" } ?? data)
            #expect(filling.send(event).first?.json == "\(start),\"row\":{\"n\":\(rows[key] ?? -1)}}")
        }
    }

    @Test("takes up a file that was written to, replaced, or made again", .timeLimit(.minutes(2)))
    func reloaded() async throws {
        try folder.append("t.csv", "k,v\na,1\n")
        let probe = try probe("{file: t.csv, key: data.k}")
        func isNow(_ value: String) async -> Bool {
            await eventually { sent(#"{"k":"a"}"#, to: probe) == #"{"k":"a","v":"\#(value)"}"# }
        }
        #expect(await isNow("1"))
        try folder.append("t.csv.new", "k,v\na,2\n")
        rename(folder.at("t.csv.new"), folder.at("t.csv"))
        #expect(await isNow("2"))
        unlink(folder.at("t.csv"))
        try folder.append("t.csv", "k,v\na,3\n")
        #expect(await isNow("3"))
        try folder.append("other", "x")
        try folder.append("t.csv", "b,4\n")
        #expect(await eventually { sent(#"{"k":"b"}"#, to: probe) == #"{"k":"b","v":"4"}"# })
    }

    @Test("keeps the table where the new file has a mistake, and says which", .timeLimit(.minutes(2)))
    func badFile() async throws {
        let lines = Lines()
        try folder.append("t.csv", "k,v\na,1\n")
        let probe = try probe("{file: t.csv, key: data.k}", log: lines)
        try folder.append("t.csv", "b,2,3\n")
        #expect(
            await eventually { lines.all.contains { $0.contains("line 3: 3 fields; the first line names 2 columns") } })
        #expect(lines.all.contains { $0.contains("the one before stays in use") })
        #expect(sent(#"{"k":"a"}"#, to: probe) == #"{"k":"a","v":"1"}"#)
    }

    @Test("looks at the file by the clock where the kernel tells nothing", .timeLimit(.minutes(2)))
    func polled() async throws {
        try folder.append("t.csv", "k,v\na,1\n")
        let probe = try FilterProbe(
            "lookup: {file: t.csv, key: data.k}", path: folder.at("pipeline.yaml"), files: .unavailable)
        try folder.append("t.csv", "b,2\n")
        #expect(
            await eventually {
                probe.advance(by: .seconds(5))
                return sent(#"{"k":"b"}"#, to: probe) == #"{"k":"b","v":"2"}"#
            })
    }

    private static let mistakeCases: [(name: String, text: String, options: String, message: String)] = [
        ("t.csv", "", "", "line 1: the file is empty; expected a line with the names of the columns"),
        ("t.csv", "a,b\n1,2\n1,3\n", "", "line 3: the key '1' stands on line 2 already"),
        ("t.csv", "a,b,b\n", "", "line 1: the column 'b' is there twice"),
        ("t.csv", "name,b\n", ", by: nmae", "line 1: there is no column 'nmae'; did you mean 'name'?"),
        ("t.csv", "a,b\n1,\"2\n", "", "line 2: a quote that is not closed"),
        (
            "t.csv", "a,b\n1,2\"\n", "",
            "line 2: a quote within a field; put the whole field in quotes, and double this one"
        ),
        (
            "t.csv", "a,b\n1,\"2\"3\n", "",
            "line 2: something behind a closing quote; expected a comma or the end of the line"
        ),
        ("t.csv", "a,b\n1,2\n", ", limit: 4B", "it has more than 4B; raise 'limit' if the memory is there"),
        ("t.json", "[{}]", "", "it is a list; say with 'by' which member is the key"),
        ("t.json", #"[{"k": []}]"#, ", by: k", "element 1 has no 'k' that is a text, a number or a truth value"),
        ("t.json", #"{"a": 1}"#, "", "the value of 'a' is no object; expected {…}"),
        ("t.json", #"{"a": }"#, "", "expected a value (byte 7)"),
    ]

    @Test("a file with a mistake is a mistake of the pipeline file, at the option to blame", arguments: mistakeCases)
    func mistakes(_ row: (name: String, text: String, options: String, message: String)) throws {
        try folder.append(row.name, row.text)
        do {
            _ = try probe("{file: \(row.name), key: data.k\(row.options)}")
            #expect(Bool(false), "it was taken")
        } catch {
            let message = "the table \(folder.at(row.name)) cannot be used: \(row.message)\n"
            #expect("\(error)".contains(message), "\(error)")
            let blamed =
                row.options.contains("nmae") ? "nmae" : row.message.contains("say with 'by'") ? "{file" : row.name
            let line = "      - lookup: {file: \(row.name), key: data.k\(row.options)}"
            let column = try #require(line.firstRange(of: blamed)).lowerBound.utf16Offset(in: line) + 1
            #expect("\(error)".hasPrefix("\(folder.at("pipeline.yaml")):7:\(column): "), "\(error)")
        }
    }

    @Test("a mistake in the options is told with what would do")
    func optionMistakes() throws {
        try folder.append("t.csv", "k,v\n")
        let file = folder.at("t.csv")
        #expect(mistake("lookup: {file: t.txt, key: data.k}").contains("say so with 'format'"))
        #expect(mistake("lookup: {file: t.csv, key: data.k}").contains("cannot be read: No such file"))
        #expect(
            mistake("lookup: {file: \(file), key: data.k, missing: default}").contains("needs the option 'default'"))
        #expect(mistake("lookup: {file: \(file), key: data.k, missing: drop, default: {a: 1}}").contains("has no use"))
    }
}
