import Aggregator

/// `set:` of the file: what of a request goes into the event, by expressions over the request.
struct IngestSet: Sendable {
    /// What expressions see of a request.
    static let environment = ExpressionEnvironment([
        (name: "data", type: .dyn), (name: "headers", type: .map(.string, .string)),
        (name: "query", type: .map(.string, .dyn)), (name: "path", type: .map(.string, .string)),
        (name: "cloudevent", type: .map(.string, .dyn)),
    ])

    /// What may be set.
    private enum Target: Sendable {
        case id, type, subject, time, data
        case field([String])

        /// Nil: none.
        init?(_ name: String) {
            switch name {
            case "id": self = .id
            case "type": self = .type
            case "subject": self = .subject
            case "time": self = .time
            case "data": self = .data
            default:
                let parts = name.split(separator: ".", omittingEmptySubsequences: false)
                guard parts.count > 1, parts.count <= 32, parts[0] == "data", !parts.contains("") else { return nil }
                self = .field(parts.dropFirst().map(String.init))
            }
        }

        var types: [ValueType] {
            switch self {
            case .id, .type: [.string, .dyn]
            case .subject: [.string, .null, .dyn]
            case .time: [.timestamp, .dyn]
            case .data, .field: []
            }
        }
    }

    private let assignments: [(name: String, target: Target, expression: Expression)]

    init(_ options: OrderedOptions<RequestExpression>) {
        assignments = options.entries.compactMap { entry in
            Target(entry.name).map { (entry.name, $0, entry.value.expression) }
        }
    }

    /// Objects to what cannot be set, or not to that.
    static func check(_ options: OrderedOptions<RequestExpression>, _ problems: inout Problems) {
        for entry in options.entries {
            guard let target = Target(entry.name) else {
                problems.report(
                    "'\(entry.name)' cannot be set: expected id, type, subject, time, data or data.FIELD",
                    at: entry.place, length: entry.name.unicodeScalars.count)
                continue
            }
            let type = entry.value.expression.resultType
            if !target.types.isEmpty, !target.types.contains(type) {
                problems.report(
                    "'\(entry.name)' can only be set to a value of another type than this expression has",
                    at: entry.place, length: entry.name.unicodeScalars.count)
            }
        }
    }

    /// Sets, all computed from the request as it came.
    ///
    /// - Throws: a 422 that names what could not be set.
    func apply(to event: inout Event, of item: IngestItem, _ request: RequestValues) throws(Refusal) {
        var values: [Value] = []
        values.reserveCapacity(assignments.count)
        let activation = RequestActivation(request: request, data: item.data, event: item.event)
        for (name, _, expression) in assignments {
            do throws(EvaluationError) {
                values.append(try expression.evaluate(activation))
            } catch {
                throw Refusal(422, "\(item.place.prefix)'\(name)' cannot be set: \(error.message).")
            }
        }
        for ((name, target, _), value) in zip(assignments, values) {
            do {
                try set(target, of: &event, to: value)
            } catch {
                throw Refusal(422, "\(item.place.prefix)'\(name)' cannot be set: \(error).")
            }
        }
    }

    private func set(_ target: Target, of event: inout Event, to value: Value) throws {
        switch (target, value) {
        case (.id, .string(let text)): event.id = .given(text)
        case (.type, .string(let text)): event.type = text
        case (.subject, .string(let text)): event.subject = text
        case (.subject, .null): event.subject = nil
        case (.time, .timestamp(let time)): event.time = time
        case (.data, _): event.data = EventData(value)
        case (.field(let path), _): event.data = try event.data.setting(path, to: value)
        default: throw WrongKind(kind: value.kind)
        }
    }
}

/// A value that is no attribute.
private struct WrongKind: Error, CustomStringConvertible {
    let kind: ValueKind

    var description: String { "it would be a value of type \(kind.word)" }
}

/// An expression over a request.
struct RequestExpression: OptionValue {
    let expression: Expression

    static var shape: OptionShape { .expression }

    static func decode(_ node: Node, _ problems: inout Problems) -> RequestExpression? {
        Expression.decode(node, in: IngestSet.environment, expecting: nil, &problems).map(RequestExpression.init)
    }
}

/// A request as expressions see it; made once for all its events.
struct RequestValues: Sendable {
    let headers: Value
    let query: Value
    let path: Value

    init(_ request: RouteRequest) {
        headers = Self.map(request.headers)
        path = Self.map(request.parameters)
        query = (try? Value(json: FormText.object(of: request.query))) ?? .map(ValueMap())
    }

    private static func map(_ texts: [String: String]) -> Value {
        var map = ValueMap(capacity: texts.count)
        for (name, text) in texts { map[name] = .string(text) }
        return .map(map)
    }
}

/// A class, so that evaluating allocates nothing more for it.
private final class RequestActivation: Activation {
    private let request: RequestValues
    private let data: Value?
    private let event: CloudEvent?

    init(request: RequestValues, data: EventData, event: CloudEvent?) {
        self.request = request
        self.event = event
        self.data =
            switch data {
            case .none: nil
            case .text(let text): .string(text)
            case .bytes(let bytes): .bytes(bytes)
            case .json(let bytes): (try? JSONObject(bytes)).map { .object($0) } ?? (try? Value(json: bytes))
            }
    }

    func value(of variable: Variable) -> Value? {
        switch variable.index {
        case 0: data
        case 1: request.headers
        case 2: request.query
        case 3: request.path
        case 4: event.map { .map($0.attributes) }
        default: nil
        }
    }
}
