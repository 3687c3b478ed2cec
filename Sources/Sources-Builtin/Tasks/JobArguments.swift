import Aggregator

/// What a job takes from a request. It becomes whole argv entries or parts of one, parameters of a shell, or variables;
/// never text that anybody interprets. A job whose program knows options should end its command with `--`.
enum JobArguments: OptionValue {
    /// None.
    case none
    /// At most so many texts, after the command's own arguments.
    case atMost(Int)
    /// These, in this order.
    case declared([Argument])

    /// A name and its rule.
    struct Argument: Sendable {
        var name: String
        var rule: ArgumentRule
    }

    /// Bytes of all arguments of one request; Linux bounds a single one at 128 KiB.
    static let bytes = 64 << 10

    static var shape: OptionShape { .either([.boolean, .integer, .list(.string), .mapping(ArgumentRule.shape)]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> JobArguments? {
        switch node.content {
        case .list:
            guard let names = [String].decode(node, &problems) else { return nil }
            return declared(names.map { Argument(name: $0, rule: ArgumentRule()) }, node, &problems)
        case .mapping:
            guard let rules = OrderedOptions<ArgumentRule>.decode(node, &problems) else { return nil }
            return declared(rules.entries.map { Argument(name: $0.name, rule: $0.value) }, node, &problems)
        case .scalar("true", _): return .atMost(64)
        case .scalar("false", _): return JobArguments.none
        case .scalar(let text, _):
            if let most = Int(text), (0...1024).contains(most) { return .atMost(most) }
            problems.report(
                "expected true (at most 64), a number up to 1024, a list of names, or a mapping from names to what they may be",
                at: node)
            return nil
        }
    }

    private static func declared(
        _ arguments: [Argument], _ node: Node, _ problems: inout Problems
    ) -> JobArguments? {
        var names: Set<String> = []
        let before = problems.isEmpty
        for name in arguments.map(\.name) {
            if !Placeholders.isName(name) {
                problems.report(
                    "'\(name)' cannot be an argument's name: a letter or _, then letters, digits, _ and -", at: node)
            } else if !names.insert(name).inserted {
                problems.report("there are two arguments called '\(name)'", at: node)
            }
        }
        return before && !problems.isEmpty ? nil : .declared(arguments)
    }

    var optionText: String? {
        switch self {
        case .none: "false"
        case .atMost(let most): "\(most)"
        case .declared(let arguments): arguments.map(\.name).optionText
        }
    }

    /// Those that have names.
    var all: [Argument] { if case .declared(let arguments) = self { arguments } else { [] } }

    /// The texts that a request gives, or all that is wrong with them.
    func texts(_ wish: TaskWish) throws(TaskRefusal) -> TaskArguments {
        let arguments: TaskArguments
        switch self {
        case .none, .atMost: arguments = try listed(wish)
        case .declared(let declared): arguments = try named(wish, declared)
        }
        let size = arguments.texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) + 1 }
        guard size <= Self.bytes else {
            throw TaskRefusal(413, "The arguments have \(size) bytes; at most \(Self.bytes) can be.")
        }
        return arguments
    }

    private func listed(_ wish: TaskWish) throws(TaskRefusal) -> TaskArguments {
        if let name = wish.query.first?.name {
            let reason = "this job has no argument '\(name)': it does not name any (`args`)"
            throw TaskRefusal([.init(parameter: name, reason: reason)])
        }
        let values: [Value]
        switch wish.arguments {
        case .none: return TaskArguments()
        case .list(let list): values = list
        case .named(let pairs):
            guard !pairs.isEmpty else { return TaskArguments() }
            throw TaskRefusal(at: "/args", "expected a list: this job does not name its arguments")
        }
        let most = if case .atMost(let most) = self { most } else { 0 }
        guard values.count <= most else {
            throw TaskRefusal(
                at: "/args",
                most == 0
                    ? "this job takes no arguments; it does not declare any (`args`)"
                    : "\(values.count) arguments are too many: this job takes at most \(most)")
        }
        let rule = ArgumentRule()
        var mistakes: [TaskRefusal.Mistake] = []
        var texts: [String?] = []
        for (index, value) in values.enumerated() {
            switch rule.text(of: value) {
            case .success(let text): texts.append(text)
            case .failure(let mistake): mistakes.append(.init(pointer: "/args/\(index)", reason: mistake.reason))
            }
        }
        guard mistakes.isEmpty else { throw TaskRefusal(mistakes) }
        return TaskArguments(texts: texts)
    }

    private func named(_ wish: TaskWish, _ declared: [Argument]) throws(TaskRefusal) -> TaskArguments {
        var reading = ArgumentReading(declared)
        switch wish.arguments {
        case .none: break
        case .list(let values): reading.take(values)
        case .named(let pairs): reading.take(pairs)
        }
        reading.take(query: wish.query)
        return try reading.finish()
    }
}

/// What a job was given: a text for each of its arguments, in their order; nil for one that was left out and has no default.
struct TaskArguments: Sendable, Equatable {
    var texts: [String?] = []
}

/// Goes through what a request gives for arguments that have names, and collects every mistake.
private struct ArgumentReading {
    private let declared: [JobArguments.Argument]
    private var texts: [String?]
    private var isGiven: [Bool]
    /// It cannot be said which of them are missing.
    private var isUnclear = false
    private var mistakes: [TaskRefusal.Mistake] = []

    init(_ declared: [JobArguments.Argument]) {
        self.declared = declared
        texts = declared.map(\.rule.defaultText)
        isGiven = declared.map { _ in false }
    }

    private var names: String { declared.map(\.name).joined(separator: ", ") }

    mutating func take(_ values: [Value]) {
        guard values.count <= declared.count else {
            let reason = "\(values.count) are too many: this job takes \(declared.count) arguments: \(names)"
            isUnclear = true
            return mistakes.append(.init(pointer: "/args", reason: reason))
        }
        for (index, value) in values.enumerated() {
            // In a list they are argv entries, and may all be texts.
            let rule = declared[index].rule
            let text = if case .string(let text) = value { rule.text(ofText: text) } else { rule.text(of: value) }
            set(index, text, .init(pointer: "/args/\(index)", reason: ""))
        }
    }

    mutating func take(_ pairs: [(name: String, value: Value)]) {
        for (name, value) in pairs {
            let place = TaskRefusal.Mistake(pointer: "/args/" + name.pointerToken, reason: "")
            guard let index = index(of: name, place) else { continue }
            set(index, declared[index].rule.text(of: value), place)
        }
    }

    mutating func take(query: [(name: String, value: String)]) {
        for (name, value) in query {
            let place = TaskRefusal.Mistake(parameter: name, reason: "")
            guard let index = index(of: name, place) else { continue }
            set(index, declared[index].rule.text(ofText: value), place)
        }
    }

    private mutating func index(of name: String, _ place: TaskRefusal.Mistake) -> Int? {
        if let index = declared.firstIndex(where: { $0.name == name }) { return index }
        note("this job has no argument '\(name)'; known: \(names)", at: place)
        return nil
    }

    private mutating func set(_ index: Int, _ text: Result<String, ArgumentMistake>, _ place: TaskRefusal.Mistake) {
        if isGiven[index] { note("'\(declared[index].name)' is given twice", at: place) }
        isGiven[index] = true
        switch text {
        case .success(let text): texts[index] = text
        case .failure(let mistake): note(mistake.reason, at: place)
        }
    }

    private mutating func note(_ reason: String, at place: TaskRefusal.Mistake) {
        // Nobody reads more, and a body can name thousands.
        guard mistakes.count < 20 else { return }
        var mistake = place
        mistake.reason = reason
        mistakes.append(mistake)
    }

    mutating func finish() throws(TaskRefusal) -> TaskArguments {
        for (index, argument) in declared.enumerated()
        where argument.rule.isRequired && !isGiven[index] && !isUnclear {
            note(
                "is missing; this job takes \(declared.count) arguments: \(names)",
                at: .init(pointer: "/args/" + argument.name.pointerToken, reason: ""))
        }
        guard mistakes.isEmpty else { throw TaskRefusal(mistakes) }
        return TaskArguments(texts: texts)
    }
}
