// Functions.

extension Checker {
    mutating func call(
        _ function: Syntax.Name, on target: Syntax?, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        if environment.hasMacros, let macro = try self.macro(function, on: target, arguments, span) { return macro }
        if let target, let (prefix, isAbsolute) = qualifiedName(target) {
            // `math.abs(x)` is the function `math.abs`, not `abs` of something called math.
            let full = Syntax.Name(text: "\(prefix).\(function.text)", span: target.span.through(function.span))
            if let found = self.function(full.text, isAbsolute: isAbsolute) {
                return try apply(Syntax.Name(text: found, span: full.span), on: nil, arguments, span)
            }
            // `cel.bind` is a macro: where there are none, it is a function that nobody has defined.
            let isOfProtobuf = isOfProtobuf(prefix, isAbsolute: true) && Functions.macros[full.text] == nil
            let isNamespace = Functions.namespaces.contains(prefix) || isOfProtobuf
            if isNamespace, environment.variables[prefix] == nil { return try unknown(full, on: nil) }
        }
        let name = target == nil ? self.function(function.text, isAbsolute: false) ?? function.text : function.text
        return try apply(Syntax.Name(text: name, span: function.span), on: target, arguments, span)
    }

    /// The function that a name means in the container.
    private func function(_ name: String, isAbsolute: Bool) -> String? {
        environment.candidates(for: name, isAbsolute: isAbsolute).first { Functions.table[$0] != nil }
    }

    private mutating func apply(
        _ function: Syntax.Name, on target: Syntax?, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        // Of the optionals extension, and lazy in their argument.
        if let target, arguments.count == 1, function.text == "or" || function.text == "orValue" {
            return try optionalElse(function, target, arguments[0], span)
        }
        var checked: [Checked] = []
        // A name that nobody knows may be a target that was never meant to be evaluated: the function is the mistake.
        guard let overloads = Functions.table[function.text] else { return try unknown(function, on: target) }
        for argument in (target.map { [$0] } ?? []) + arguments { checked.append(try check(argument)) }
        let types = checked.map(\.type)
        let fitting = overloads.filter { $0.mayTake(types, isMember: target != nil) }
        guard !fitting.isEmpty else {
            return try refuse(misuse(of: function.text, overloads, types, isMember: target != nil), at: function.span)
        }
        if function.text == "matches", let pattern = checked.last?.constant, case .string(let text) = pattern {
            return try match(checked[0], text, checked[1].node.span, span)
        }
        if let get = Functions.dateGetters[function.text], checked.count == 2,
            case .string(let name)? = checked[1].constant
        {
            return try zoned(function, get, checked[0], name, checked[1].node.span)
        }
        let results = fitting.map { $0.resultType(of: types) }
        let type = results.allSatisfy { $0 == results[0] } ? results[0] : .dyn
        let node = CallNode(function.text, fitting, checked.map(\.node), function.span)
        let call = Checked(node: node, type: type, weight: weight(checked))
        return checked.allSatisfy { $0.constant != nil } ? try settled(call) : call
    }

    /// Computes now what depends on nothing: `timestamp('2024-13-01')` is wrong whatever happens later.
    private func settled(_ call: Checked) throws(ExpressionProblem) -> Checked {
        var frame = Frame(activation: Bindings(), budget: 10_000)
        do throws(Failure) {
            let value = try call.node.evaluate(&frame)
            return Checked(node: ConstantNode(value, call.node.span), type: call.type, weight: 1)
        } catch {
            try require(error.isFinal, error.reason.message, at: call.node.span)
            return call
        }
    }

    private mutating func optionalElse(
        _ function: Syntax.Name, _ target: Syntax, _ argument: Syntax, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        let first = try check(target)
        let second = try check(argument)
        let isUnwrapping = function.text == "orValue"
        try require(
            first.type == .dyn || first.type.isOptional,
            "'\(function.text)' is called on an optional value, such as data.?name, not on \(first.type.plainPhrase)",
            at: function.span)
        try require(
            isUnwrapping || second.type == .dyn || second.type.isOptional,
            "'or' takes an optional value; this is \(second.type.plainPhrase), for which there is orValue(…)",
            at: argument.span)
        let node = OptionalElseNode(first.node, or: second.node, isUnwrapping: isUnwrapping, function.span)
        let type = isUnwrapping ? first.type.unwrapped.joined(with: second.type) : first.type.joined(with: second.type)
        return Checked(node: node, type: type, weight: weight([first, second]))
    }

    private func match(
        _ operand: Checked, _ text: String, _ place: Span, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        do throws(Pattern.Problem) {
            let node = MatchNode(operand.node, try patterns.pattern(text), span)
            return Checked(node: node, type: .bool, weight: operand.weight + 1)
        } catch {
            return try refuse("not a regular expression: \(error.message)", at: place)
        }
    }

    private func zoned(
        _ function: Syntax.Name, _ get: @escaping @Sendable (LocalTime) -> Int64, _ operand: Checked, _ name: String,
        _ place: Span
    ) throws(ExpressionProblem) -> Checked {
        guard let zone = TimeZoneRules(name: name) else { return try refuse(Functions.unknownZone(name), at: place) }
        let node = ZonedGetterNode(function.text, get, of: operand.node, in: zone, function.span)
        return Checked(node: node, type: .int, weight: operand.weight + 1)
    }

    private func unknown(_ function: Syntax.Name, on target: Syntax?) throws(ExpressionProblem) -> Checked {
        let root = function.text.split(separator: ".").first.map(String.init) ?? ""
        if target == nil, function.text.contains("."), isOfProtobuf(root, isAbsolute: true) {
            throw source.unsupported("'\(function.text)' is not supported", at: function.span)
        }
        if let example = Functions.macros[function.text] {
            return try refuse(
                "'\(function.text)' is called as in \(example)", at: function.span)
        }
        if let other = Functions.table.keys.filter({ $0.hasSuffix(".\(function.text)") }).min() {
            return try refuse("unknown function '\(function.text)'; it is called as \(other)(…)", at: function.span)
        }
        // `Math.max` is looked for as `max`.
        let last = function.text.lowercased().split(separator: ".").last.map(String.init) ?? ""
        if let other = Hints.functions[last] {
            let call = other.contains(".") || Functions.table[other]?.contains { !$0.isMember } == true
            let example = Functions.macros[other] ?? (call ? "\(other)(…)" : "x.\(other)(…)")
            return try refuse("unknown function '\(function.text)'; CEL has \(example)", at: function.span)
        }
        if function.text.lowercased() == "now" {
            let hint = "; an expression has no clock, event.time says when the event was"
            return try refuse("unknown function '\(function.text)'\(hint)", at: function.span)
        }
        let known = Set(Functions.table.keys).union(Functions.macros.keys)
        let help = suggestion(for: function.text, among: known)
        return try refuse("unknown function '\(function.text)'\(help)", at: function.span)
    }

    /// Why none of the overloads fits.
    private func misuse(of name: String, _ overloads: [Overload], _ types: [ValueType], isMember: Bool) -> String {
        if overloads.allSatisfy({ $0.isMember != isMember }) {
            return isMember ? "'\(name)' is called as \(name)(…)" : "'\(name)' is called on a value: x.\(name)(…)"
        }
        if types.isEmpty, overloads.contains(where: \.takesNumbers) {
            return "no such overload: '\(name)' takes one argument or more"
        }
        let counts = Set(overloads.filter { $0.isMember == isMember }.map { $0.parameters.count - (isMember ? 1 : 0) })
        let given = types.count - (isMember ? 1 : 0)
        if !counts.contains(given), !overloads.contains(where: \.takesNumbers) {
            let expected = counts.sorted().map(String.init).joined(separator: " or ")
            return "no such overload: '\(name)' takes \(expected) argument\(counts == [1] ? "" : "s"), not \(given)"
        }
        if name == "contains", isMember, types.first?.kind == .list {
            return "'contains' looks into a text; what is in a list is told by: x in list"
        }
        let words = types.map { $0.kind?.word ?? "any" }.joined(separator: ", ")
        return "no such overload: \(name)() does not take (\(words))"
    }
}
