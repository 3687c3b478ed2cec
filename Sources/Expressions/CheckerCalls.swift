// Functions and macros.

extension Checker {
    mutating func call(
        _ function: Syntax.Name, on target: Syntax?, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        if environment.hasMacros, function.text == "has", target == nil { return try presence(arguments, span) }
        if environment.hasMacros, let target, let macro = try self.macro(function, on: target, arguments, span) {
            return macro
        }

        var checked: [Checked] = []
        // A name that nobody knows may be a target that was never meant to be evaluated: the function is the mistake.
        guard let overloads = Functions.table[function.text] else { return try unknown(function, on: target) }
        for argument in (target.map { [$0] } ?? []) + arguments { checked.append(try check(argument)) }
        let types = checked.map(\.type)
        let fitting = overloads.filter { $0.mayTake(types, isMember: target != nil) }
        guard let first = fitting.first else {
            return try refuse(misuse(of: function.text, overloads, types, isMember: target != nil), at: function.span)
        }
        if function.text == "matches", let pattern = checked.last?.constant, case .string(let text) = pattern {
            return try match(checked[0], text, checked[1].node.span, span)
        }
        let isSame = fitting.allSatisfy { $0.result == first.result }
        let node = CallNode(function.text, fitting, checked.map(\.node), span)
        let call = Checked(node: node, type: isSame ? first.result : .dyn, weight: weight(checked))
        return checked.allSatisfy { $0.constant != nil } ? folded(call) : call
    }

    private func match(
        _ operand: Checked, _ text: String, _ place: Span, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        do throws(Pattern.Problem) {
            let node = MatchNode(operand.node, try Pattern(text), span)
            return Checked(node: node, type: .bool, weight: operand.weight + 1)
        } catch {
            return try refuse("not a regular expression: \(error.message)", at: place)
        }
    }

    private func unknown(_ function: Syntax.Name, on target: Syntax?) throws(ExpressionProblem) -> Checked {
        let known = Set(Functions.table.keys).union(Functions.macros)
        let isMacro = Functions.macros.contains(function.text)
        let help =
            isMacro
            ? "; it is called on a list: [1, 2].\(function.text)(x, x > 1)"
            : suggestion(for: function.text, among: known)
        return try refuse("unknown function '\(function.text)'\(help)", at: function.span)
    }

    /// Why none of the overloads fits.
    private func misuse(of name: String, _ overloads: [Overload], _ types: [ValueType], isMember: Bool) -> String {
        if overloads.allSatisfy({ $0.isMember != isMember }) {
            return isMember ? "'\(name)' is called as \(name)(…)" : "'\(name)' is called on a value: x.\(name)(…)"
        }
        let counts = Set(overloads.filter { $0.isMember == isMember }.map { $0.parameters.count - (isMember ? 1 : 0) })
        let given = types.count - (isMember ? 1 : 0)
        if !counts.contains(given) {
            let expected = counts.sorted().map(String.init).joined(separator: " or ")
            return "no such overload: '\(name)' takes \(expected) argument\(counts == [1] ? "" : "s"), not \(given)"
        }
        let words = types.map { $0.kind?.word ?? "any" }.joined(separator: ", ")
        return "no such overload: \(name)() does not take (\(words))"
    }

    // MARK: Macros

    /// The macro this call is, nil when it is none.
    private mutating func macro(
        _ name: Syntax.Name, on target: Syntax, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked? {
        let macro: MacroNode.Macro
        switch (name.text, arguments.count) {
        case ("all", 2): macro = .all
        case ("exists", 2): macro = .exists
        case ("exists_one", 2), ("existsOne", 2): macro = .existsOne
        case ("map", 2), ("map", 3): macro = .map
        case ("filter", 2): macro = .filter
        case _ where Functions.macros.contains(name.text) && name.text != "has":
            let counts = name.text == "map" ? "2 or 3" : "2"
            throw source.problem(
                "'\(name.text)' takes \(counts) arguments: a name for the element, then what is done with it",
                at: name.span)
        default: return nil
        }
        guard case .identifier(let variable, false) = arguments[0].kind else {
            throw source.problem("expected a name for the element", at: arguments[0].span)
        }
        let range = try check(target)
        let element = try elementType(of: range.type, name)
        let slot = scope.count
        scope.append((variable, element))
        defer { scope.removeLast() }
        let isPlainMap = macro == .map && arguments.count == 2
        let condition = isPlainMap ? nil : try bool(arguments[1], for: name.text)
        let transform = macro == .map ? try check(arguments[arguments.count - 1]) : nil
        let weight = 1 + (condition?.weight ?? 0) + (transform?.weight ?? 0)
        let node = MacroNode(
            macro, over: range.node, slot: slot, condition: condition?.node, transform: transform?.node,
            weight: weight, name.span)
        let type: ValueType =
            switch macro {
            case .all, .exists, .existsOne: .bool
            case .filter: .list(element)
            case .map: .list(transform?.type ?? .dyn)
            }
        return Checked(node: node, type: type, weight: range.weight + weight)
    }

    private func elementType(of range: ValueType, _ name: Syntax.Name) throws(ExpressionProblem) -> ValueType {
        switch range {
        case .list(let element): return element
        case .map(let key, _): return key
        case .object: return .string
        case .dyn: return .dyn
        default:
            try require(false, "'\(name.text)' walks a list or a map, not \(range.phrase)", at: name.span)
            return .dyn
        }
    }
}
