import Aggregator
import ArgumentParser
import Expressions

/// `aggregator eval EXPR`: tries an expression, or answers many of them.
struct Eval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Evaluate a CEL expression, as where: and set: would, and print its value as JSON.",
        discussion: """
            For example:  aggregator eval 'data.price > 3' --data '{"price": 4}'
            With --json-lines each line of standard input is a request {"expr", "bindings", "container"?, "type_env"?, \
            "disable_macros"?} and has one line of answer: {"value": V}, {"error": TEXT} or {"unsupported": TEXT}. \
            Values carry their type: {"int": "5"}, {"list": [V, …]}, {"map": [[K, V], …]}; docs/expressions.md has them all.
            """)

    @Argument(help: "The expression, in quotes that your shell leaves alone.") var expression: String?
    @ArgumentParser.Option(help: "What 'data' is: JSON.") var data: String?
    @ArgumentParser.Option(help: "What 'event' is: a JSON object with type, subject, source, id, time.")
    var event: String?
    @Flag(help: "Answer the requests on standard input, one a line.") var jsonLines = false

    func validate() throws {
        if jsonLines, expression != nil || data != nil || event != nil {
            throw ValidationError("--json-lines takes everything from standard input: no EXPR, --data or --event")
        }
        if !jsonLines, expression == nil {
            throw ValidationError("expected an expression, such as 'data.price > 3', or --json-lines")
        }
    }

    func run() async throws {
        if jsonLines {
            EvalLines.answer(from: 0)
        } else if let expression {
            print(Self.text(of: try evaluate(expression)), to: .result)
        }
    }

    private func evaluate(_ text: String) throws -> Value {
        var bindings = Bindings()
        if let data { bindings.values["data"] = try value(data, of: "--data") }
        if let event { bindings.values["event"] = try eventValue(event) }
        let expression = try compile(text)
        do throws(EvaluationError) {
            return try expression.evaluate(bindings)
        } catch {
            throw failure(error.description)
        }
    }

    private func compile(_ text: String) throws(ExitCode) -> Expression {
        do throws(ExpressionProblem) {
            return try Expression(text, in: EventEnvironment.standard)
        } catch {
            let lines = error.excerpt(of: text).split(separator: "\n").map { "  \($0)" }
            throw failure("\(error)\n\(lines.joined(separator: "\n"))")
        }
    }

    private func eventValue(_ text: String) throws -> Value {
        let value = try value(text, of: "--event")
        guard case .object(let object) = value else {
            throw failure("--event: expected a JSON object, such as '{\"type\": \"price\"}'")
        }
        let known = EventEnvironment.event.fields.keys
        if case .map(let map) = object.value() {
            for entry in map {
                guard case .string(let name) = entry.key else { continue }
                guard known.contains(name) else {
                    let nearest = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
                    let names = known.sorted().joined(separator: ", ")
                    throw failure("--event: an event has no '\(name)'\(nearest ?? "; it has \(names)")")
                }
                try checkAttribute(name, entry.value)
            }
        }
        return value
    }

    /// Every attribute is text, and the time is a time, whether the expression looks at it or not.
    private func checkAttribute(_ name: String, _ value: Value) throws(ExitCode) {
        let isTime = name == "time"
        if case .string(let text) = value, !isTime || Timestamp(lenient: text) != nil { return }
        let expected = isTime ? "a time such as \"2024-05-01T12:00:00Z\"" : "text"
        throw failure("--event: expected \(expected) for '\(name)', not \(value.json)")
    }

    private func value(_ text: String, of option: String) throws -> Value {
        do throws(JSONProblem) {
            let bytes = Array(text.utf8)
            let value = try Value(json: bytes)
            // As in a pipeline: an object is read as it is touched.
            return value.kind == .map ? .object(try JSONObject(bytes)) : value
        } catch {
            throw failure("\(option): not JSON: \(error)")
        }
    }

    private func failure(_ message: String) -> ExitCode {
        print(message, to: .error)
        return .failure
    }

    /// The value as JSON. Where it holds a number that JSON does not have, with types: `{"double":"Infinity"}`.
    private static func text(of value: Value) -> String {
        var json: [UInt8] = []
        if !value.json(into: &json) {
            json = []
            TaggedValue.append(value, to: &json)
        }
        return String(decoding: json, as: UTF8.self)
    }
}
