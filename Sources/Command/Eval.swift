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
            for case .string(let name) in map.map(\.key) where !known.contains(name) {
                let nearest = nearestName(to: name, among: known).map { "; did you mean '\($0)'?" }
                throw failure("--event: an event has no '\(name)'\(nearest ?? "; it has \(known.sorted())")")
            }
        }
        return value
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

    /// The value as JSON; a number that JSON has not is written as CEL calls it.
    private static func text(of value: Value) -> String {
        if case .double(let number) = value, !number.isFinite { return TaggedValue.text(of: number) }
        return value.json
    }
}
