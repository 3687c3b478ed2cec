import Aggregator

/// What a request for a task says in its body and query.
struct TaskWish {
    /// The job, if the body names one.
    var job: String?
    var arguments = GivenArguments.none
    /// Of the query, percent-decoded.
    var query: [(name: String, value: String)] = []

    init(arguments: GivenArguments = .none, query: [(name: String, value: String)] = []) {
        (self.arguments, self.query) = (arguments, query)
    }

    /// Reads a body: none, or a JSON object with `job` and `args`.
    init(
        _ body: [UInt8], contentType: String?, query: [(name: String, value: String)] = []
    ) throws(TaskRefusal) {
        self.query = query
        guard !body.isEmpty else { return }
        if let contentType {
            let name = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
            guard name == "application/json" else {
                throw TaskRefusal(415, "The body is '\(name)'; expected application/json, or none.")
            }
        }
        let value: Value
        do throws(JSONProblem) {
            value = try Value(json: body)
        } catch {
            throw TaskRefusal(400, "The body is not JSON: \(error.message), at byte \(error.offset + 1).")
        }
        guard case .map(let members) = value else {
            throw TaskRefusal(at: "", "the body must be a JSON object with 'job' and 'args', or there must be none")
        }
        for (key, value) in members {
            switch (key, value) {
            case (.string("job"), .string(let name)): job = name
            case (.string("job"), _): throw TaskRefusal(at: "/job", "expected a text")
            case (.string("args"), .list(let elements)): arguments = .list(elements)
            case (.string("args"), .map(let members)): arguments = .named(Self.named(members))
            case (.string("args"), .null): arguments = .none
            case (.string("args"), _):
                throw TaskRefusal(at: "/args", "expected a list, or an object for a job that names its arguments")
            default:
                let name = if case .string(let name) = key { name } else { "" }
                throw TaskRefusal(at: "/" + name.pointerToken, "the body may have 'job' and 'args', nothing else")
            }
        }
    }

    private static func named(_ members: ValueMap) -> [(name: String, value: Value)] {
        members.compactMap { key, value in if case .string(let name) = key { (name, value) } else { nil } }
    }
}

/// The `args` of a body, as they came.
enum GivenArguments {
    case none
    case list([Value])
    case named([(name: String, value: Value)])
}
