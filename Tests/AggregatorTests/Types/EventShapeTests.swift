import Expressions
import Testing

@testable import Aggregator

@Suite("Types: What is known of events")
struct EventShapeTests {
    @Test("Expressions know what a source emits, through steps that only drop events, and in `end`")
    func throughDroppingSteps() {
        let report = Pipeline.report(
            on: """
                sources: {m: {orders: {}}}
                filters: {f: {from: m, steps: [where: data.count > 1, sample: 10%, where: data.totl > 1.0]}}
                channels: {c: {from: f, end: data.sybmol == "X"}}
                """, kinds: (sources, builtinFilters))
        #expect(
            report == """
                p.yaml:2:80: data of the type 'order' has no field 'totl'; did you mean 'total'?
                   2 | filters: {f: {from: m, steps: [where: data.count > 1, sample: 10%, where: data.totl > 1.0]}}
                     |                                                                                ^~~~
                """)
    }

    @Test(
        "That event.type is compared with a type that never comes is a warning, with the nearest one",
        arguments: [
            ("event.type == 'ordr'", "event.type is never 'ordr' here; did you mean 'order'?", 1),
            ("event.type in ['order', 'invoice']", "event.type is never 'invoice' here; it can be 'order'", 1),
            ("'order' != event.type || 'x' == event.subject", "", 0),
            ("['order'].exists(event, event == 'x')", "", 0),
        ])
    func types(condition: String, warning: String, count: Int) throws {
        let pipeline = try Pipeline(
            text: """
                sources: {m: {orders: {}}}
                filters: {f: {from: m, steps: [{where: "\(condition)"}]}}
                channels: {c: {from: f}}
                """, path: "p.yaml", sources: sources, filters: builtinFilters, environment: [:])
        #expect(pipeline.warnings.count == count && pipeline.warnings.allSatisfy { $0.contains(warning) })
        #expect(
            pipeline.warnings.allSatisfy { $0.hasPrefix("p.yaml:2:") && $0.contains("warning: ") && $0.contains("^") })
    }

    @Test("Where events of other types may come as well, no type is ruled out")
    func openTypes() {
        #expect(EventShape([.init(type: "a")], isOpen: true).environment.texts.isEmpty)
        let open = EventShape(anyOf: [EventShape([.init(type: "a")], isOpen: true), EventShape([.init(type: "b")])])
        #expect(open.environment.texts.isEmpty && open.changing { $0.data = .dyn }.isOpen)
        #expect(EventShape([.init(type: "a")]).environment.texts == ["event.type": ["a"]])
        #expect(EventShape.unknown.environment.texts.isEmpty)
    }

    @Test(
        "A set step is known to change what it sets, and nothing else",
        arguments: [
            ("data.extra == 3", nil),
            ("data.count == 'many'", nil),
            ("data.total > 1.0", nil),
            ("data.place.city == 'Rome'", nil),
            ("data.total == 'much'", "a double is never equal to a string"),
            ("data.count > 3", "no such overload"),
            ("data.place.town == 'Rome'", "'place' has no field 'town'"),
        ])
    func throughSet(condition: String, mistake: String?) {
        let report = Pipeline.report(
            on: """
                sources: {m: {orders: {}}}
                filters:
                  f:
                    from: m
                    steps:
                      - set: {data.extra: 1 + 2, data.count: "string(data.count)", data.place.city: "'Rome'"}
                      - where: \(condition)
                channels: {c: {from: f}}
                """, kinds: (sources, builtinFilters))
        if let mistake { #expect(report.contains(mistake), "\(report)") } else { #expect(report.isEmpty, "\(report)") }
    }

    @Test("After a step of a kind that says nothing of it, nothing is known")
    func afterUnknownKind() {
        let report = Pipeline.report(
            on: """
                sources: {m: {orders: {}}}
                filters: {f: {from: m, steps: [mystery: {}, where: data.totl > 1.0]}}
                channels: {c: {from: f}}
                """, kinds: (sources, builtinFilters + [MysteryStep.self]))
        #expect(report.isEmpty)
    }

    @Test("A filter is checked with what it takes, also from one that stands after it in the file")
    func order() {
        let report = Pipeline.report(
            on: """
                sources: {m: {orders: {}}}
                filters:
                  last: {from: first, steps: [where: data.totl > 1.0]}
                  first: {from: m, steps: [where: data.count > 1]}
                channels: {c: {from: last}}
                """, kinds: (sources, builtinFilters))
        #expect(report.contains("has no field 'totl'"), "\(report)")
    }

    @Test(
        "Where kinds of events meet, a field of one is optional, one of two types is unknown, and anything may be asked of what is not known"
    )
    func union() {
        func object(_ name: String, _ fields: [String: ValueType]) -> ValueType {
            .object(ObjectType(name: name, fields: fields.mapValues { .init($0) }))
        }
        let a = EventShape([.init(type: "a", data: object("a", ["x": .double, "y": .string, "z": .int]))])
        let b = EventShape([.init(type: "b", data: object("b", ["x": .double, "y": .int]))])
        let merged = EventShape(anyOf: [a, b])
        guard case .object(let data) = merged.data else {
            Issue.record("\(merged.data)")
            return
        }
        #expect(data.name == "data of the types 'a', 'b'")
        #expect(data.fields["x"] == .init(.double))
        #expect(data.fields["y"] == .init(.dyn))
        #expect(data.fields["z"] == .init(.int, isOptional: true))
        #expect(EventShape(anyOf: [merged, .unknown]).data == .dyn)
        #expect(EventShape(anyOf: []) == .unknown)
        #expect(EventShape(anyOf: [a, a]) == a)
    }

    @Test("A field that no kind of event has is a mistake also where some of them are no objects")
    func noObjects() {
        func report(_ types: String, _ condition: String) -> String {
            Pipeline.report(
                on: """
                    types: {\(types)}
                    sources: {a: {emitter: {type: a}}, b: {emitter: {type: b}}}
                    filters: {f: {from: [a, b], steps: [{where: \(condition)}]}}
                    channels: {c: {from: f}}
                    """, kinds: ([Emitter.self], builtinFilters))
        }
        for types in ["a: {n: int, s: string}, b: string", "b: {n: int, s: string}, a: [int]"] {
            #expect(report(types, "data.nn > 1").contains("has no field 'nn'; its fields are 'n', 's'"))
            #expect(report(types, "has(data.nn)").contains("has no field 'nn'"))
            #expect(report(types, "'data[\"nn\"] > 1'").contains("has no field 'nn'"))
            #expect(report(types, "data.n > 1 && data.s == 'x'") == "")
            #expect(report(types, "event.type == 'a' || size(data) > 1") == "")
        }
        #expect(report("a: int, b: string", "data.x > 1").contains("has no field 'x'"))
        #expect(report("a: {string: int}, b: string", "data.x > 1") == "")
    }

    @Test("That a field is compared with a text that its enumeration does not have is a warning, with the nearest one")
    func enumerations() throws {
        func warnings(_ types: String, _ condition: String) throws -> [String] {
            try Pipeline(
                text: """
                    types: {\(types)}
                    sources: {a: {emitter: {type: a}}, b: {emitter: {type: b}}}
                    filters: {f: {from: [a, b], steps: [{where: '\(condition)'}]}}
                    channels: {c: {from: f}}
                    """, path: "p.yaml", sources: [Emitter.self], filters: builtinFilters, environment: [:]
            ).warnings
        }
        let types = "a: {l: {enum: [debug, info]}}, b: {l: {enum: [warn, null]}}"
        #expect(
            try warnings(types, #"data.l == "inof""#).first?.contains(
                "data.l is never 'inof' here; did you mean 'info'?") == true)
        #expect(try warnings(types, #"data.l in ["debug", "error"] || "x" != data["l"]"#).count == 2)
        #expect(try warnings(types, #"data.l in ["debug", "warn"]"#).isEmpty)
        #expect(try warnings("a: {l: {enum: [debug]}}, b: {l: string}", #"data.l == "x""#).isEmpty)
    }

    private let sources: [any EventSource.Type] = [OrderKind.self]
}

private struct OrderKind: EventSource {
    static let name = "orders"
    static let summary = "Orders."

    var emits: EventShape {
        let fields: [String: ObjectType.Field] = [
            "symbol": .init(.string), "count": .init(.int), "total": .init(.double),
        ]
        return EventShape([.init(type: "order", data: .object(ObjectType(name: "order", fields: fields)))])
    }

    func run(_ context: SourceContext) async throws {}
}

private struct MysteryStep: Filter {
    static let name = "mystery"
    static let summary = "Does something."

    mutating func apply(_ event: inout Event) throws -> FilterResult { .pass }
}

/// Says that it emits events of one type.
private struct Emitter: EventSource {
    static let name = "emitter"
    static let summary = "Emits nothing."

    @Option("The type.")
    var type = "x"

    var emits: EventShape { EventShape([.init(type: type)]) }

    func run(_ context: SourceContext) async throws {}
}
