import Foundation
import Testing

@testable import Aggregator

@Suite("The reference, as declarations make it")
struct ReferenceTests {
    private struct Settings: OptionGroup {
        @Option("How warm.", .range(-50...60)) var celsius: Double = 20
        @Option("Who asks.") var who: String
    }

    private struct Weather: EventSource {
        static let name = "weather"
        static let summary = "The weather."

        @Option("The city.", .example("Vienna")) var city: String
        @Option("The pause.", .range(0.001...60)) var pause: Duration = .seconds(5)
        @Option("The key.", .secret) var key: String?
        @Option("More.") var settings: [Settings] = []

        func run(_ context: SourceContext) async throws {}
    }

    private let reference = Reference(sources: [Weather.self], filters: builtinFilters)
    private let schema = PipelineSchema(sources: [Weather.self], filters: builtinFilters)

    @Test("a kind's help has every option with its type, default, bounds, example and what lies within it")
    func help() throws {
        let help = try #require(reference.kinds(named: "weather").first).help
        #expect(
            help == """
                weather  (a kind of source)
                  The weather.

                  weather: {city: Vienna}

                  city: text  [required]
                      The city.
                      Example: Vienna
                  pause: duration  [default 5s]
                      The pause. Takes a duration from 1ms to 1m.
                  key: text  [optional]
                      The key. A secret: never shown.
                  settings: list of mapping  [default []]
                      More.
                      celsius: number  [default 20]
                          How warm. Takes a number from -50 to 60.
                      who: text  [required]
                          Who asks.
                  invalid: text  [optional]
                      The channel that is told of events whose data is not of the type that `types` declares.
                      Without it they are only counted and logged.
                      Example: rejected
                """)
    }

    @Test("a kind is found by its word, and a misspelt one by the nearest")
    func names() {
        #expect(reference.kinds(named: "where").map(\.role) == [.step])
        #expect(reference.kinds(named: "whether").isEmpty)
        #expect(reference.nearest(to: "whether") == "weather")
    }

    @Test("the page has every kind once, in the order of their roles, and escapes what would end a cell")
    func page() {
        let lines = reference.markdown.split(separator: "\n")
        let kinds = lines.filter { $0.hasPrefix("### ") }.map { $0.dropFirst(5).dropLast() }
        #expect(kinds.contains("weather"))
        #expect(Set(kinds).count == kinds.count)
        #expect(lines.contains("| `settings[].who` | text | required | Who asks. |"))
        #expect(lines.contains { $0.contains(#"none \| all \| latest"#) })
    }

    @Test("the schema says what each option is, and knows no other")
    func schemaOfAnOption() throws {
        let root = try object(schema.text)
        let sources = try #require((root["properties"] as? [String: Any])?["sources"] as? [String: Any])
        let named = try #require((sources["anyOf"] as? [[String: Any]])?.first)
        let entry = try #require(named["additionalProperties"] as? [String: Any])
        #expect(entry["maxProperties"] as? Int == 1)
        let weather = try #require((entry["properties"] as? [String: Any])?["weather"] as? [String: Any])
        #expect(weather["description"] as? String == "The weather.")
        #expect(weather["additionalProperties"] as? Bool == false)
        #expect(weather["required"] as? [String] == ["city"])
        let options = try #require(weather["properties"] as? [String: [String: Any]])
        #expect(Set(options.keys) == ["city", "pause", "key", "settings", "invalid"])
        #expect(options["pause"]?["default"] as? String == "5s")
        #expect(options["pause"]?["description"] as? String == "The pause.")
        #expect(options["city"]?["examples"] as? [String] == ["Vienna"])
    }

    @Test(
        "the schema of a shape is that of what may be written",
        arguments: [
            (OptionShape.boolean, #"{"anyOf":[{"type":"boolean"},{"pattern":"\\$\\{","type":"string"}]}"#),
            (.choice(["a", "b"]), #"{"anyOf":[{"enum":["a","b"]},{"pattern":"\\$\\{","type":"string"}]}"#),
            (.list(.any), #"{"items":{},"type":"array"}"#),
            (.percentage, #"{"pattern":"^[0-9]+(\\.[0-9]+)?%$|\\$\\{","type":"string"}"#),
            (.expression, #"{"type":["string","number","boolean","null"]}"#),
        ])
    func shapes(shape: OptionShape, expected: String) throws {
        let found = try object(shape.schema().value.indentedJSON)
        let data = try JSONSerialization.data(withJSONObject: found, options: [.sortedKeys, .withoutEscapingSlashes])
        #expect(String(decoding: data, as: UTF8.self) == expected)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
