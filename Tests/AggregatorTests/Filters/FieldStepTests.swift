import AggregatorTesting
import Expressions
import Testing

@testable import Aggregator

/// One row: a step, data that goes in, data that comes out (nil: the step fails).
struct DataCase: CustomTestStringConvertible, Sendable {
    let step: String
    let before: String
    let after: String?
    var testDescription: String { "\(step): \(before)" }

    init(_ step: String, _ before: String, _ after: String?) {
        self.step = step
        self.before = before
        self.after = after
    }

    func check() throws {
        let probe = try FilterProbe(step)
        let events = probe.send(Event(id: .given("1"), type: "x", subject: "s", data: .json(Array(before.utf8))))
        #expect(events.map(\.json) == (after.map { [$0] } ?? []))
        #expect(probe.failures.count == (after == nil ? 1 : 0))
    }
}

/// What a file with this step is told, without its place and line; empty if nothing is wrong.
func mistake(_ step: String) -> String {
    do {
        _ = try FilterProbe(step)
        return ""
    } catch {
        let line = "\(error)".split(separator: "\n").first ?? ""
        return line.split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""
    }
}

@Suite("unset, rename, pick, type")
struct FieldStepTests {
    private static let unsetCases: [DataCase] = [
        .init("unset: data.b", #"{"a": 1.0e5, "b": 2, "c": "x\"y"}"#, #"{"a":1.0e5,"c":"x\"y"}"#),
        .init("unset: [data.a.b, data.c]", #"{"a": {"b": 1, "d": 2}, "c": 3}"#, #"{"a":{"d":2}}"#),
        .init(
            "unset: data.items.*.secret", #"{"items": [{"secret": 1, "n": 1}, {"n": 2}, 3]}"#,
            #"{"items":[{"n":1},{"n":2},3]}"#),
        .init("unset: data.*.x", #"{"a": {"x": 1, "y": 2}, "b": [{"x": 1}]}"#, #"{"a":{"y":2},"b":[{"x":1}]}"#),
        .init(
            "unset: [data.*.x, data.a.y]", #"{"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}}"#, #"{"a":{},"b":{"y":2}}"#),
        .init(#"unset: 'data["a.b"]["c d"]'"#, #"{"a.b": {"c d": 1, "e": 2}}"#, #"{"a.b":{"e":2}}"#),
        .init("unset: data.none.x", #"{"a": 1}"#, #"{"a":1}"#),
        .init("unset: data.a.b", #"{"a": 1}"#, #"{"a":1}"#),
        .init("unset: data.*", "[1, 2]", "[]"),
        .init("unset: data.a", #"{"a": 1, "b": 2, "a": 3}"#, #"{"b":2}"#),
        .init("unset: data.a", "7", "7"),
        .init("unset: data.a", #"{"b": "#, nil),
    ]

    @Test("`unset` takes fields away and keeps the rest as it came", arguments: unsetCases)
    func unset(_ row: DataCase) throws { try row.check() }

    @Test("`unset` takes the subject and the data away")
    func unsetWhole() throws {
        let probe = try FilterProbe("unset: [subject, data]")
        let events = probe.send(Event(type: "x", subject: "s", data: .json(Array("1".utf8))))
        #expect(events.count == 1)
        #expect(events.first?.subject == nil)
        #expect(events.first?.data == EventData.none)
    }

    private static let pickCases: [DataCase] = [
        .init("pick: [data.c, data.a]", #"{"a": 1.50, "b": 2, "c": [ 1 ]}"#, #"{"a":1.50,"c":[1]}"#),
        .init("pick: data.a.b", #"{"a": {"b": 1, "c": 2}, "d": 3}"#, #"{"a":{"b":1}}"#),
        .init("pick: data.a.b", #"{"a": 5, "d": 3}"#, "{}"),
        .init(
            "pick: data.items.*.n", #"{"items": [{"n": 1, "m": 2}, {"m": 3}, 4], "x": 1}"#, #"{"items":[{"n":1},{}]}"#),
        .init("pick: data.a", #"{"b": 1}"#, "{}"),
        .init("pick: data.a", "7", nil),
        .init("pick: data.a", "{", nil),
    ]

    @Test("`pick` keeps what it names and nothing else", arguments: pickCases)
    func pick(_ row: DataCase) throws { try row.check() }

    private static let renameCases: [DataCase] = [
        .init("rename: {data.a: data.b}", #"{"a": 1.0, "c": 2}"#, #"{"c":2,"b":1.0}"#),
        .init("rename: {data.a: data.b, data.b: data.a}", #"{"a": 1, "b": 2}"#, #"{"b":1,"a":2}"#),
        .init(
            "rename: {data.u.id: data.user_id}", #"{"u": {"id": {"x": [ 1 ]}, "n": 2}}"#,
            #"{"u":{"n":2},"user_id":{"x":[1]}}"#),
        .init("rename: {data.a: data.x.y}", #"{"a": 1}"#, #"{"x":{"y":1}}"#),
        .init("rename: {data.a: data.b}", #"{"a": 1, "b": 2}"#, #"{"b":1}"#),
        .init("rename: {data.none: data.b}", #"{"a": 1, "b": 2}"#, #"{"a": 1, "b": 2}"#),
        .init("rename: {data.a: data.b.c}", #"{"a": 1, "b": 2}"#, nil),
    ]

    @Test("`rename` moves values as they stand there, all at once", arguments: renameCases)
    func rename(_ row: DataCase) throws { try row.check() }

    @Test("`type` sets the type, renames types, or computes it")
    func type() throws {
        func type(_ step: String) throws -> String? {
            try FilterProbe(step).send(Event(type: "old", data: .json(Array(#"{"l": "warn", "n": 1}"#.utf8)))).first?
                .type
        }
        #expect(try type("type: trade") == "trade")
        #expect(try type("type: {to: trade}") == "trade")
        #expect(try type("type: {rename: {old: new, new: newer}}") == "new")
        #expect(try type("type: {rename: {other: new}}") == "old")
        #expect(try type("type: {expression: 'event.type + \".\" + data.l'}") == "old.warn")
        #expect(try type("type: {expression: data.n}") == nil)
    }

    private static let mistakesCases: [(step: String, message: String)] = [
        (
            "unset: [data.a, datum.b]",
            #"expected data, or a field of it such as data.user.name, data["a b"] or data.items.*.price, not 'datum.b'"#
        ),
        (
            "unset: data..a",
            #"expected data, or a field of it such as data.user.name, data["a b"] or data.items.*.price, not 'data..a'"#
        ),
        ("unset: []", "expected at least one element"),
        ("rename: {data.a: data.*}", "expected the new name of the field, such as data.new, not 'data.*'"),
        ("rename: {subject: data.a}", "'subject' cannot be renamed: expected a field such as data.old"),
        ("rename: {data.a: data.c, data.b: data.c.d}", "another field gets this name, or one within it"),
        ("type: gap", "the type of an event must not be 'gap': subscribers are told of lost events by that name"),
        ("type: {}", "expected one of: a type such as trade, {rename: {old: new}}, or {expression: …}"),
        (
            "type: {to: a, rename: {b: c}}",
            "expected one of: a type such as trade, {rename: {old: new}}, or {expression: …}"
        ),
        ("split: '1 + 1'", "expected a list here, this is a number"),
        (
            "split: {list: data.a, into: data.b, index: data.b.c}",
            "'into' and 'index' are the same field, or one lies within the other"
        ),
        ("split: {list: data.a, index: data}", "the index needs a field of its own, such as data.index"),
    ]

    @Test("a mistake in the options is told with what would do", arguments: mistakesCases)
    func mistakes(_ row: (step: String, message: String)) { #expect(mistake(row.step) == row.message) }

    @Test("a field that the events cannot have is a mistake of the file")
    func unknownField() throws {
        for step in ["unset: data.nmae", "pick: data.nmae", "rename: {data.nmae: data.x}", "unset: data.list.*.nmae"] {
            let report = mistakeAfterSet(step)
            #expect(report.contains("has no field 'nmae'"), "\(step): \(report)")
            #expect(report.contains("did you mean 'name'?"), "\(step): \(report)")
        }
        #expect(mistakeAfterSet("unset: data.name").isEmpty)
        // What was taken away is not there for the steps behind.
        #expect(mistakeAfterSet("unset: data.name}, {where: data.name == 'a'").contains("no field 'name'"))
        #expect(mistakeAfterSet("pick: data.list}, {where: data.name == 'a'").contains("no field 'name'"))
        #expect(
            mistakeAfterSet("rename: {data.name: data.title}}, {where: data.name == 'a'").contains("no field 'name'"))
        #expect(mistakeAfterSet("rename: {data.name: data.title}}, {where: data.title == 'a'").isEmpty)
    }

    /// The report on a pipeline in which data is known to be `{name: string, list: [{name: string}]}` before this step.
    private func mistakeAfterSet(_ step: String) -> String {
        do {
            _ = try Pipeline(
                text: """
                    sources: {s: {typed: {}}}
                    filters: {f: {from: s, steps: [{\(step)}]}}
                    channels: {c: {from: f}}
                    """, path: "p.yaml", sources: [TypedSource.self], filters: builtinFilters, environment: [:])
            return ""
        } catch {
            return "\(error)"
        }
    }
}

private struct TypedSource: EventSource {
    static let name = "typed"
    static let summary = "Emits what is known."

    var emits: EventShape {
        let element = ObjectType(name: "an element", fields: ["name": .init(.string)])
        let data = ObjectType(name: "data", fields: ["name": .init(.string), "list": .init(.list(.object(element)))])
        return EventShape([.init(type: "x", data: .object(data))])
    }

    func run(_ context: SourceContext) async throws {}
}

@Suite("split")
struct SplitTests {
    private func event(_ json: String) -> Event {
        Event(id: .given("o-17"), type: "order", subject: "c", data: .json(Array(json.utf8)))
    }

    @Test("makes an event of each element, in order, with ids that are unique and the same each time")
    func elements() throws {
        let probe = try FilterProbe("split: data.items")
        let events = probe.send(event(#"{"items": [{"a": 1}, "text", 7]}"#))
        #expect(events.map(\.id.description) == ["o-17/0", "o-17/1", "o-17/2"])
        #expect(events.map(\.data) == [.json(Array(#"{"a":1}"#.utf8)), .text("text"), .json(Array("7".utf8))])
        #expect(events.allSatisfy { $0.type == "order" && $0.subject == "c" })
        #expect(probe.send(event(#"{"items": []}"#)).isEmpty)
        #expect(probe.dropped == 1)
    }

    @Test("keeps the other fields where the element goes into one of its own")
    func into() throws {
        let probe = try FilterProbe("split: {list: data.items, into: data.items, index: data.n}")
        let events = probe.send(event(#"{"customer": "x", "items": [{"a": 1}, 2]}"#))
        #expect(
            events.map(\.json) == [#"{"customer":"x","items":{"a":1},"n":0}"#, #"{"customer":"x","items":2,"n":1}"#])
    }

    @Test("fails on what is no list, on too long a list, and where its parts would be too large")
    func failing() throws {
        let probe = try FilterProbe("split: {list: data.items, into: data.item, limit: 1000}")
        probe.send(event(#"{"items": 5}"#))
        probe.send(event("{}"))
        probe.send(event(#"{"items": [\#((0...1000).map(String.init).joined(separator: ","))]}"#))
        probe.send(
            event(
                #"{"rest": "\#(String(repeating: "x", count: 100_000))", "items": [\#((0..<1000).map(String.init).joined(separator: ","))]}"#
            ))
        #expect(probe.outputs.isEmpty)
        #expect(probe.failures.count == 4)
        #expect("\(probe.failures[0].error)".contains("only a list can be split"))
        #expect("\(probe.failures[2].error)".contains("at most 1000 are split"))
        #expect("\(probe.failures[3].error)".contains("64 MiB"))
    }

    @Test("of random lists, every element comes out once, in order")
    func property() throws {
        var random = SplitMix64(seed: 1)
        let probe = try FilterProbe("split: {list: data.items, index: data.i, into: data.v}")
        for _ in 0..<300 {
            let elements = (0..<random.next() % 20).map { _ in "\(random.next() % 1000)" }
            let events = probe.send(event(#"{"items": [\#(elements.joined(separator: ","))]}"#))
            #expect(events.map { try? number("v", $0) } == elements.map { Int64($0) })
            #expect(Set(events.map(\.id)).count == elements.count)
        }
    }

    private func number(_ field: String, _ event: Event) throws -> Int64? {
        guard case .json(let bytes) = event.data, case .int(let number)? = try JSONObject(bytes).field(field) else {
            return nil
        }
        return number
    }
}
