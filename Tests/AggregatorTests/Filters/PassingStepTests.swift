import AggregatorTesting
import Expressions
import TestSupport
import Testing

@testable import Aggregator

/// Steps that hold nothing: what goes in comes out at once, or not at all.
@Suite("Steps that do not wait")
struct PassingStepTests {
    private static let cases: [MarbleCase] = [
        .init("where: data.key == 'a'", "abA-c|", "a-A--|"),
        .init("where: data.v.nothing", "a-b|", "!-!|"),
        .init("sample: 100%", "ab-c|", "ab-c|"),
        .init("sample: 0%", "ab-c|", "----|"),
        .init("set: {data.v: data.key}", "aB-C|", "ab-c|"),
        .init("set: {data.v: data.none}", "a-b|", "!-!|"),
        .init("set: {type: 'data.key == \"a\" ? \"gap\" : \"x\"'}", "a-b|", "!-b|"),
        .init("set: {subject: 'data.key + \"\\n\"'}", "a-b|", "!-!|"),
        .init("type: {expression: 'data.key == \"a\" ? \"\" : \"x\"'}", "a-b|", "!-b|"),
        .init("unset: data.v", "a-b|", "?-?|"),
        .init("rename: {data.key: data.v}", "aB-C|", "ab-c|"),
        .init("pick: data.v", "a-b|", "a-b|"),
        .init("type: other", "a-b|", "a-b|"),
        .init("split: {list: '[data.v, data.key]', into: data.v}", "A-b|", "(Aa)-(bb)|"),
        .init(#"split: {list: 'data.v == "a" ? [1] : []', into: data.n}"#, "ab-a|", "a--a|"),
        .init("split: data.v", "a-b|", "!-!|"),
        .init("redact: {fields: data.v, with: x}", "a-b|", "x-x|"),
    ]

    @Test("pass, drop or multiply an event at the time at which it comes", arguments: cases)
    func table(_ row: MarbleCase) throws { try row.check() }

    @Test("`lookup` passes those that are in its table")
    func lookup() throws {
        let folder = try TemporaryFolder()
        try folder.append("t.csv", "key,n\na,1\n")
        let probe = try FilterProbe(
            "lookup: {file: t.csv, key: data.key, missing: drop}", path: folder.at("pipeline.yaml"), files: .unavailable
        )
        #expect(Marbles.run("ab-A|", through: probe, show: { (try? $0.letter) ?? "?" }) == "a--A|")
    }

    private static let changing = [
        "where: 'true'", "sample: 100%", "set: {data.x: data.a}", "unset: [data.a, data.*.b]",
        "rename: {data.a: data.z}",
        "pick: [data.a, data.l.*.b]", "type: {rename: {x: y}}", "redact: {fields: data.a, patterns: [email, ip]}",
        "redact: {patterns: {match: '[0-9]', with: '$0'}}",
    ]

    @Test("lose none of random events, and leave valid JSON with its numbers and texts behind", arguments: changing)
    func property(_ step: String) throws {
        var random = SplitMix64(seed: 8)
        let probe = try FilterProbe(step)
        for number in 0..<400 {
            let text =
                #"{ "a" : \#(Self.value(&random, depth: 3)), "l": [\#(Self.value(&random, depth: 2))], "k":1.50 }"#
            let events = probe.send(
                Event(id: .given("\(number)"), type: "x", subject: "s", data: .json(Array(text.utf8))))
            #expect(events.map(\.id) == [.given("\(number)")], "\(text)")
            let json = events.first?.json ?? ""
            #expect(JSON.validate(Array(json.utf8)) == nil, "\(text) became \(json)")
            if !step.hasPrefix("pick"), !step.contains("match") {
                #expect(json.contains("1.50"), "\(text) became \(json)")
            }
        }
    }

    /// A random JSON text.
    private static func value(_ random: inout SplitMix64, depth: Int) -> String {
        switch random.next() % (depth == 0 ? 5 : 8) {
        case 0: return "null"
        case 1: return random.next() % 2 == 0 ? "true" : "false"
        case 2: return "-\(random.next() % 1000).\(random.next() % 10)e\(random.next() % 9)"
        case 3: return #""é\"\\ a@b.example \u0041""#
        case 4: return #""{[\n,:]}""#
        case 5: return "[]"
        case 6: return "[\(value(&random, depth: depth - 1)) , \(value(&random, depth: depth - 1))]"
        default:
            return #"{"b": \#(value(&random, depth: depth - 1)), "a b":{ "b":\#(value(&random, depth: depth - 1))}}"#
        }
    }
}
