import Testing

@testable import Aggregator

/// The source that a pipeline file makes of these lines, which stand under its kind's key.
func makeSource<Kind: EventSource>(_ kind: Kind.Type, _ options: String) throws -> Kind {
    let lines = options.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
    let text = "sources:\n  probe:\n    \(Kind.name):\n\(lines)\nchannels:\n  all: {from: [probe]}\n"
    let pipeline = try Pipeline(
        text: text, path: "/etc/aggregator/pipeline.yaml", sources: [kind], filters: [], environment: [:])
    return try #require(pipeline.definition.sources.first?.source as? Kind)
}

/// What a pipeline file with these lines is warned of.
///
/// - Parameter server: lines of the file before them.
func warnings<Kind: EventSource>(_ kind: Kind.Type, _ options: String, server: String = "") throws -> [String] {
    let lines = options.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
    let text = "\(server)\nsources:\n  probe:\n    \(Kind.name):\n\(lines)\nchannels:\n  all: {from: [probe]}\n"
    return try Pipeline(
        text: text, path: "/etc/aggregator/pipeline.yaml", sources: [kind], filters: [], environment: [:]
    ).warnings
}

/// What a pipeline file with these lines is told to be wrong; nil if nothing is.
func mistakes<Kind: EventSource>(_ kind: Kind.Type, _ options: String) -> String? {
    do {
        _ = try makeSource(kind, options)
        return nil
    } catch {
        return "\(error)"
    }
}

extension Event {
    /// The data's JSON as a value; null where there is none.
    var value: Value {
        guard case .json(let json) = data, let value = try? Value(json: json) else { return .null }
        return value
    }

    /// A field of the data; nil where there is none.
    subscript(_ name: String) -> Value? {
        guard case .map(let members) = value else { return nil }
        return members[name]
    }

    /// The data as text, whatever it is.
    var text: String {
        switch data {
        case .none: ""
        case .json(let bytes), .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .text(let text): text
        }
    }
}

extension RouteResponse {
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// A member of the JSON object that the body is.
    subscript(_ name: String) -> Value? {
        guard case .map(let members)? = try? Value(json: body) else { return nil }
        return members[name]
    }
}
