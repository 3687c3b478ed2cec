import Expressions
import Foundation
import Testing

@testable import Aggregator

@Suite("Types: What Codable types tell")
struct CodableProbeTests {
    private enum Level: String, Codable, CaseIterable { case debug, info }
    private enum Strict: String, Codable { case only }

    private struct Place: Codable {
        var city: String
        var height: Float?
    }

    private struct Report: Codable {
        enum CodingKeys: String, CodingKey {
            case city, celsius, count, isOK = "is_ok", at, raw, tags, counts, place, previous, level, link, note
        }
        var city: String
        var celsius: Double
        var count: UInt16
        var isOK: Bool
        var at: Date
        var raw: Data
        var tags: [String]
        var counts: [String: Int]
        var place: Place
        var previous: [Report]
        var level: Level
        var link: URL
        var note: String?
    }

    private struct Custom: Decodable {
        var first: Int
        init(from decoder: any Decoder) throws { throw CancellationError() }
    }

    private struct Holder: Codable {
        var name: String
        var strict: Strict?
    }

    @Test("every field of a struct is known with its type, as events encode it")
    func fields() throws {
        guard case .object(let object) = CodableProbe.valueType(of: Report.self, named: "data") else {
            Issue.record("no object")
            return
        }
        let expected: [String: ValueType] = [
            "city": .string, "celsius": .double, "count": .int, "is_ok": .bool, "at": .timestamp, "raw": .bytes,
            "tags": .list(.string), "counts": .map(.string, .int), "level": .string, "link": .string, "note": .string,
        ]
        for (name, type) in expected { #expect(object.fields[name]?.type == type, "\(name)") }
        #expect(Set(object.fields.keys) == Set(expected.keys).union(["place", "previous"]))
        #expect(object.fields.filter(\.value.isOptional).map(\.key) == ["note"])
        guard case .object(let place)? = object.fields["place"]?.type else {
            Issue.record("no object")
            return
        }
        #expect(place.fields == ["city": .init(.string), "height": .init(.double, isOptional: true)])
        guard case .list(.object(let previous))? = object.fields["previous"]?.type else {
            Issue.record("no list of objects")
            return
        }
        #expect(previous.fields["celsius"]?.type == .double)
    }

    @Test("a list or a map of values is known, and a type that decides for itself is not")
    func others() {
        #expect(CodableProbe.valueType(of: [Int].self, named: "data") == .list(.int))
        #expect(CodableProbe.valueType(of: [String: Double].self, named: "data") == .map(.string, .double))
        #expect(CodableProbe.valueType(of: Custom.self, named: "data") == .dyn)
        guard case .object(let holder) = CodableProbe.valueType(of: Holder.self, named: "data") else {
            Issue.record("no object")
            return
        }
        #expect(holder.fields["name"]?.type == .string)
        #expect(holder.fields["strict"] == .init(.dyn, isOptional: true))
    }

    @Test("expressions are checked with a source's Codable type")
    func checked() {
        let report = Pipeline.report(
            on: """
                sources: {w: {weather: {}}}
                filters: {f: {from: w, steps: [where: data.celsius > 3.0 && data.cty == 'Rome']}}
                channels: {c: {from: f}}
                """, kinds: ([Weather.self], builtinFilters))
        #expect(report.contains("data of the type 'weather' has no field 'cty'; did you mean 'city'?"), "\(report)")
    }

    private struct Weather: EventSource {
        static let name = "weather"
        static let summary = "The weather."

        var emits: EventShape { EventShape([.init("weather", Report.self)]) }

        func run(_ context: SourceContext) async throws {}
    }
}
