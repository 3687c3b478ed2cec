import Aggregator

/// What an argument may be: a small part of JSON Schema, under its names in snake case.
struct ArgumentRule: OptionGroup {
    @Option("What it is; `city: string` is short for `city: {type: string}`.", .whole) var type = ArgumentType.string
    @Option("The only values there are.", .example("[daily, weekly]"), .range(1 ... .infinity))
    var `enum`: [PlainValue] = []
    @Option("A pattern (RE2) that the whole text must match.", .example("'[a-z]{2,20}'")) var pattern: ArgumentPattern?
    @Option("The least number.") var minimum: Double?
    @Option("The greatest number.") var maximum: Double?
    @Option("The fewest characters of a text.", .range(0...65_536)) var minLength: Int?
    @Option("The most characters of a text.", .range(0...65_536)) var maxLength: Int?
    @Option("What it is when a request does not give it.") var `default`: PlainValue?
    @Option("Whether a request must give it; by default it must, where there is no `default`.") var required: Bool?
    @Option("What it means, for people.") var help: String?

    /// A request without it is refused.
    var isRequired: Bool { required ?? (`default` == nil) }

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        let isText = type == .string
        let isNumber = type == .int || type == .number
        let ofText = [("pattern", pattern != nil), ("min_length", minLength != nil), ("max_length", maxLength != nil)]
        for (name, isSet) in ofText where isSet && !isText {
            problems.report("'\(name)' is for an argument of type string", at: options[name])
        }
        for (name, isSet) in [("minimum", minimum != nil), ("maximum", maximum != nil)] where isSet && !isNumber {
            problems.report("'\(name)' is for an argument of type int or number", at: options[name])
        }
        if let minimum, let maximum, minimum > maximum {
            problems.report("no number is at least \(minimum) and at most \(maximum)", at: options["maximum"])
        }
        if let minLength, let maxLength, minLength > maxLength {
            problems.report(
                "no text has at least \(minLength) and at most \(maxLength) characters", at: options["max_length"])
        }
        for value in `enum` {
            if case .failure(let mistake) = type.text(of: value.value) {
                problems.report("not every value is of type \(type.rawValue): \(mistake.reason)", at: options["enum"])
            }
        }
        guard let value = `default` else { return }
        if required == true {
            problems.report("an argument that every request must give needs no default", at: options["default"])
        }
        if case .failure(let mistake) = text(of: value.value) {
            problems.report("the default is not what the argument may be: \(mistake.reason)", at: options["default"])
        }
    }

    /// The text of the default.
    var defaultText: String? { `default`.flatMap { try? type.text(of: $0.value).get() } }

    /// A value of JSON as the text that the program is given, or why it is not what the argument may be.
    func text(of value: Value) -> Result<String, ArgumentMistake> { type.text(of: value).flatMap(checked) }

    /// The same for what came as a text: in a query, or in a list of `args`.
    func text(ofText text: String) -> Result<String, ArgumentMistake> { type.text(ofText: text).flatMap(checked) }

    private func checked(_ text: String) -> Result<String, ArgumentMistake> {
        if text.utf8.contains(0) { return .mistake("has a NUL in it, which no argument of a program can have") }
        if !`enum`.isEmpty {
            let known = `enum`.compactMap { try? type.text(of: $0.value).get() }
            guard known.contains(text) else { return .mistake("must be one of \(known.joined(separator: ", "))") }
        }
        switch type {
        case .int, .number:
            let number = Double(text) ?? .nan
            if let minimum, !(number >= minimum) { return .mistake("must be at least \(Self.text(minimum))") }
            if let maximum, !(number <= maximum) { return .mistake("must be at most \(Self.text(maximum))") }
        case .string:
            let length = text.unicodeScalars.count
            if let minLength, length < minLength {
                return .mistake("has \(length) characters; at least \(minLength) are expected")
            }
            if let maxLength, length > maxLength {
                return .mistake("has \(length) characters; at most \(maxLength) may be")
            }
            if let pattern, !pattern.matches(text) { return .mistake("does not match the pattern \(pattern.text)") }
        case .bool: break
        }
        return .success(text)
    }

    private static func text(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}

/// What is wrong with a value, after its name: "must be at least 1".
struct ArgumentMistake: Error, Equatable {
    var reason: String
}

extension Result where Success == String, Failure == ArgumentMistake {
    fileprivate static func mistake(_ reason: String) -> Self { .failure(ArgumentMistake(reason: reason)) }
}

/// The type of an argument, in the words of the pipeline's `types`.
enum ArgumentType: String, OptionChoice {
    case string
    case int
    case number
    case bool

    /// A value of exactly this type.
    func text(of value: Value) -> Result<String, ArgumentMistake> {
        switch (self, value) {
        case (.string, .string(let text)): .success(text)
        case (.int, .int(let number)), (.number, .int(let number)): .success("\(number)")
        case (.number, .double(let number)) where number.isFinite: .success("\(number)")
        case (.number, .double): .mistake("is larger than any number can be")
        case (.bool, .bool(let value)): .success("\(value)")
        default: .mistake("expected \(phrase), not \(Self.phrase(of: value))")
        }
    }

    /// A text that says a value of this type.
    func text(ofText text: String) -> Result<String, ArgumentMistake> {
        switch self {
        case .string: return .success(text)
        case .int: if let number = Int64(text) { return .success("\(number)") }
        case .number:
            // Not what else Swift takes for one: nan, inf, hexadecimal.
            let isDecimal = text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || "+-.eE".utf8.contains($0) }
            if isDecimal, let number = Double(text), number.isFinite { return .success(text) }
        case .bool: if text == "true" || text == "false" { return .success(text) }
        }
        return .mistake("expected \(phrase)")
    }

    private var phrase: String {
        switch self {
        case .string: "a text"
        case .int: "a whole number"
        case .number: "a number"
        case .bool: "true or false"
        }
    }

    private static func phrase(of value: Value) -> String {
        switch value {
        case .string: "a text"
        case .int, .uint, .double: "a number"
        case .bool: "true or false"
        case .list: "a list"
        case .map, .object: "an object"
        default: "null"
        }
    }
}

/// A pattern for whole texts.
struct ArgumentPattern: OptionValue {
    /// As it was written.
    let text: String
    private let expression: RegularExpression

    static var shape: OptionShape { .string }

    static func decode(_ node: Node, _ problems: inout Problems) -> ArgumentPattern? {
        guard let text = String.decode(node, &problems) else { return nil }
        do throws(RegularExpression.Problem) {
            // Alone first: what is unbalanced must not find its other half in what is put around it.
            _ = try RegularExpression(text)
            return ArgumentPattern(text: text, expression: try RegularExpression("\\A(?:\(text))\\z"))
        } catch {
            problems.report("the pattern is not right: \(error.message)", at: node)
            return nil
        }
    }

    var optionText: String? { text.optionText }

    func matches(_ text: String) -> Bool { expression.groups(in: text) != nil }
}
