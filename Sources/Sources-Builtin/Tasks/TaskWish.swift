import Aggregator

/// What the body of a request for a task says.
struct TaskWish: Equatable {
    /// The job, if the body names one.
    var job: String?
    var arguments = Arguments.none

    /// The arguments as they came.
    enum Arguments: Equatable {
        case none
        case list([String])
        case named([(name: String, value: String)])

        static func == (left: Self, right: Self) -> Bool {
            switch (left, right) {
            case (.none, .none): true
            case (.list(let a), .list(let b)): a == b
            case (.named(let a), .named(let b)): a.map(\.name) == b.map(\.name) && a.map(\.value) == b.map(\.value)
            default: false
            }
        }
    }

    /// Reads a body: none, or a JSON object with `job` and `args`.
    init(_ body: [UInt8], contentType: String?) throws(Refusal) {
        guard !body.isEmpty else { return }
        if let contentType {
            let name = MediaType.parts(of: contentType).name
            guard name == "application/json" else {
                throw Refusal(415, "The body is '\(name)'; expected application/json, or none.")
            }
        }
        let value: Value
        do throws(JSONProblem) {
            value = try Value(json: body)
        } catch {
            throw Refusal(400, "The body is not JSON: \(error.message), at byte \(error.offset + 1).")
        }
        guard case .map(let members) = value else {
            throw Refusal(422, "The body must be a JSON object with 'job' and 'args', or there must be none.")
        }
        for (key, value) in members {
            switch (key, value) {
            case (.string("job"), .string(let name)): job = name
            case (.string("job"), _): throw Refusal(422, "/job must be a text.")
            case (.string("args"), let value): arguments = try Self.arguments(value)
            default: throw Refusal(422, "The body may have 'job' and 'args', nothing else.")
            }
        }
    }

    private static func arguments(_ value: Value) throws(Refusal) -> Arguments {
        switch value {
        case .list(let elements):
            var texts: [String] = []
            for (index, element) in elements.enumerated() {
                guard case .string(let text) = element else { throw Refusal(422, "/args/\(index) must be a text.") }
                texts.append(text)
            }
            return .list(texts)
        case .map(let members):
            var texts: [(name: String, value: String)] = []
            for (key, element) in members {
                guard case .string(let name) = key, case .string(let text) = element else {
                    throw Refusal(422, "/args must have texts as its values.")
                }
                texts.append((name, text))
            }
            return .named(texts)
        default:
            throw Refusal(
                422, "/args must be a list of texts, or an object of texts for a job that names its arguments.")
        }
    }
}

/// What a job takes from a request beside its own command line. What is taken becomes whole argv entries after the
/// command's own, never text for a shell. A job whose program knows options should end its command with `--`.
enum JobArguments: OptionValue, Equatable {
    /// None.
    case none
    /// At most so many.
    case atMost(Int)
    /// These, in this order, all of them; as a list, or as an object by name.
    case named([String])

    /// Bytes of all arguments of one request, which Linux bounds at 128 KiB for a single one.
    static let bytes = 64 << 10

    static var shape: OptionShape { .either([.boolean, .integer, .list(.string)]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> JobArguments? {
        switch node.content {
        case .list: return [String].decode(node, &problems).map { .named($0) }
        case .scalar("true", _): return .atMost(64)
        case .scalar("false", _): return JobArguments.none
        case .scalar(let text, _):
            if let most = Int(text), (0...1024).contains(most) { return .atMost(most) }
            fallthrough
        case .mapping:
            problems.report("expected true (at most 64), a number up to 1024, or a list of names", at: node)
            return nil
        }
    }

    var optionText: String? {
        switch self {
        case .none: "false"
        case .atMost(let most): "\(most)"
        case .named(let names): names.optionText
        }
    }

    /// The argv entries for what a request gives, or why not.
    func arguments(_ given: TaskWish.Arguments) throws(Refusal) -> [String] {
        let texts: [String]
        switch (self, given) {
        case (_, .none): texts = []
        case (_, .list(let list)): texts = list
        case (.named(let names), .named(let pairs)): texts = try Self.texts(of: pairs, in: names)
        case (_, .named): throw Refusal(422, "/args must be a list: this job does not name its arguments.")
        }
        switch self {
        case .none where !texts.isEmpty:
            throw Refusal(422, "This job takes no arguments; it does not declare any (`args`).")
        case .atMost(let most) where texts.count > most:
            throw Refusal(422, "\(texts.count) arguments are too many: this job takes at most \(most).")
        case .named(let names) where texts.count != names.count:
            throw Refusal(422, "This job takes \(names.count) arguments: \(names.joined(separator: ", ")).")
        default: break
        }
        if let index = texts.firstIndex(where: { $0.utf8.contains(0) }) {
            throw Refusal(422, "/args/\(index) has a NUL in it, which no argument of a program can have.")
        }
        let size = texts.reduce(0) { $0 + $1.utf8.count + 1 }
        guard size <= Self.bytes else {
            throw Refusal(413, "The arguments have \(size) bytes; at most \(Self.bytes) can be.")
        }
        return texts
    }

    private static func texts(of pairs: [(name: String, value: String)], in names: [String]) throws(Refusal) -> [String]
    {
        if let stranger = pairs.first(where: { !names.contains($0.name) }) {
            throw Refusal(422, "This job has no argument '\(stranger.name)'; known: \(names.joined(separator: ", ")).")
        }
        return names.compactMap { name in pairs.first { $0.name == name }?.value }
    }
}
