import Foundation
import TestSupport
import Testing

/// What declared types promise, over real connections.
struct TypeTests {
    private static let file = """
        types:
          reading: {sensor: string, celsius: number, count: int?, tags?: [string], ok: bool?, level?: {enum: [low, 5, true]}}
        sources:
          readings: {http_ingest: {type: reading, path: /readings, invalid: rejected}}
          by_sensor: {http_ingest: {type: reading, path: "/sensors/{sensor}"}}
        channels:
          all: {from: [readings, by_sensor], replay: all}
          rejected: {replay: all}
        """
    private static let json = ["Content-Type: application/json"]

    @Test("An event's own type says how its fields are read, whatever else comes to the same place")
    func ownType() async throws {
        let condition = #"data.celsius + 1.0 > 2.0 && data.at < timestamp("2030-01-01T00:00:00Z")"#
        try await Server.run(
            """
            types:
              reading: {celsius: number, at: timestamp}
              other: {celsius: int, at: string}
              line: string
            sources:
              readings: {http_ingest: {type: reading, path: /reading}}
              others: {http_ingest: {type: other, path: /other}}
              lines: {http_ingest: {type: line, path: /line}}
              undeclared: {http_ingest: {type: free, path: /free}}
              any: {http_ingest: {path: "/any/{type}"}}
            filters:
              with_others: {from: [readings, others], steps: [{where: '\(condition)'}]}
              with_lines: {from: [readings, lines], steps: [{where: '\(condition)'}]}
              with_undeclared: {from: [readings, undeclared], steps: [{where: '\(condition)'}]}
              of_any: {from: any, steps: [{set: {data.double: data.celsius * 2.0}}, {where: '\(condition)'}]}
            channels:
              with_others: {from: with_others, replay: all}
              with_lines: {from: with_lines, replay: all}
              with_undeclared: {from: with_undeclared, replay: all}
              of_any: {from: of_any, replay: all}
              all: {from: [readings, undeclared], replay: all}
            """
        ) { server in
            let json = ["Content-Type: application/json"]
            let reading = #"{"celsius":5,"at":"2024-01-01T00:00:00"}"#
            for target in ["/reading", "/any/reading"] {
                let answer = try await server.ask("POST \(target)", json, body: reading) { $0.status != 503 }
                #expect(answer.status == 202)
            }
            let query = try #require(condition.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            for target in ["with_others", "with_lines", "with_undeclared", "of_any", "all?where=\(query)"] {
                let (_, stream) = try await server.follow("/channels/\(target)")
                _ = try await stream.readBlock()
                let block = try #require(try await stream.readBlock(), "\(target)")
                #expect(block.contains(#""celsius":5"#), "\(target)")
            }
        }
    }

    @Test(
        "A body that is not of the declared type is 422 with a JSON Pointer to the fault and the reason",
        arguments: [
            (#"{"sensor":"a"}"#, "application/json", "/celsius", "missing; expected a number"),
            (#"{"sensor":"a","celsius":"warm"}"#, "application/json", "/celsius", "expected a number, not a string"),
            (
                #"[{"sensor":"a","celsius":1},{"sensor":"b","celsius":2,"tags":[1]}]"#, "application/json", "/1/tags/0",
                "expected a string"
            ),
            (#""text""#, "application/json", "", "expected an object, not a string"),
            ("sensor=a&celsius=warm", "application/x-www-form-urlencoded", "/celsius", "expected a number"),
            (
                #"{"specversion":"1.0","id":"1","source":"s","type":"reading","data":{"sensor":"a"}}"#,
                "application/cloudevents+json", "/data/celsius", "missing"
            ),
            ("hello", "text/plain", "", "expected an object, not a string"),
        ])
    func refused(body: String, type: String, pointer: String, reason: String) async throws {
        try await Server.run(Self.file) { server in
            let answer = try await server.ask("POST /readings", ["Content-Type: \(type)"], body: body) {
                $0.status != 503
            }
            #expect(answer.status == 422)
            #expect(answer.field("content-type") == "application/problem+json")
            #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(answer.text)")
            #expect(answer.text.contains("\"reason\":\"\(reason)"), "\(answer.text)")
            let counted = "aggregator_dropped_events_total{node=\"readings\",step=\"\",reason=\"invalid\"} "
            let metrics = try await server.ask("GET /metrics").text
            #expect(metrics.contains(counted) && !metrics.contains(counted + "0"))
            // All or nothing, and a channel was told.
            #expect(metrics.contains("aggregator_channel_events_total{channel=\"all\"} 0\n"))
            let (_, stream) = try await server.follow("/channels/rejected")
            _ = try await stream.readBlock()
            let block = try #require(try await stream.readBlock())
            let within = pointer.split(separator: "/").drop { $0 == "1" || $0 == "data" }.map { "/" + $0 }.joined()
            #expect(block.contains("event: invalid") && block.contains("\"pointer\":\"\(within)\""), "\(block)")
        }
    }

    @Test("All faults of an event are told at once, ten of them at most, with the type's name")
    func faults() async throws {
        try await Server.run(Self.file) { server in
            let json = ["Content-Type: application/json"]
            let body = #"[{"sensor":"a","celsius":1},{"sensor":2,"tags":["x",1,{"a/b c":2}]}]"#
            let answer = try await server.ask("POST /readings", json, body: body) { $0.status != 503 }
            #expect(
                answer.text.contains("not of the declared type 'reading' at JSON Pointer /1/sensor: "), "\(answer.text)"
            )
            #expect(answer.text.contains("'errors' has 3 more."), "\(answer.text)")
            let pointers = ["/1/sensor", "/1/tags/1", "/1/tags/2", "/1/celsius"].map { "\"pointer\":\"#\($0)\"" }
            #expect(pointers.allSatisfy(answer.text.contains), "\(answer.text)")
            let many = "{\"tags\":[\(Array(repeating: "1", count: 50).joined(separator: ","))]}"
            let text = try await server.ask("POST /readings", json, body: many).text
            #expect(text.matches(of: /"detail":"expected a string/).count == 10, "\(text)")
        }
    }

    @Test("Fields of forms, queries and paths become what their types say")
    func converted() async throws {
        try await Server.run(Self.file) { server in
            let form = ["Content-Type: application/x-www-form-urlencoded"]
            let first = try await server.ask(
                "POST /readings", form, body: "sensor=5&celsius=21.5&count=&tags=a&ok=true&more=7&level=5"
            ) { $0.status != 503 }
            #expect(first.status == 202, "\(first.text)")
            let second = try await server.ask("POST /sensors/12?celsius=3&count=4&tags=a&tags=b") { $0.status != 503 }
            #expect(second.status == 202, "\(second.text)")
            let third = try await server.ask("POST /sensors/x", Self.json, body: #"{"celsius": 1.0}"#) {
                $0.status != 503
            }
            #expect(third.status == 202, "\(third.text)")
            let (_, stream) = try await server.follow("/channels/all")
            _ = try await stream.readBlock()
            let blocks = [try await stream.readBlock(), try await stream.readBlock(), try await stream.readBlock()]
            #expect(
                blocks[0]?.contains(#"{"sensor":"5","celsius":21.5,"tags":["a"],"ok":true,"more":"7","level":5}"#)
                    == true,
                "\(blocks)")
            #expect(
                blocks[1]?.contains(#"{"celsius":3,"count":4,"tags":["a","b"],"sensor":"12"}"#) == true, "\(blocks)")
            #expect(blocks[2]?.contains(#"{"celsius":1.0,"sensor":"x"}"#) == true, "\(blocks)")
        }
    }
}
