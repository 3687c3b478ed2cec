// Macros: calls whose arguments are names and bodies rather than values.

/// What a macro looks like: how many variables it has, and which of its bodies there are.
private struct MacroShape {
    var macro: MacroNode.Macro
    var variables = 1
    var hasCondition = false
    var hasTransform = false

    /// The macro of that name with so many arguments.
    static func find(_ name: String, _ count: Int) -> MacroShape? {
        switch (name, count) {
        case ("all", 2...3): .init(macro: .all, variables: count - 1, hasCondition: true)
        case ("exists", 2...3): .init(macro: .exists, variables: count - 1, hasCondition: true)
        case ("exists_one", 2...3), ("existsOne", 2...3):
            .init(macro: .existsOne, variables: count - 1, hasCondition: true)
        case ("filter", 2): .init(macro: .list, hasCondition: true)
        case ("map", 2...3): .init(macro: .list, hasCondition: count == 3, hasTransform: true)
        case ("transformList", 3...4):
            .init(macro: .list, variables: 2, hasCondition: count == 4, hasTransform: true)
        case ("transformMap", 3...4):
            .init(macro: .map, variables: 2, hasCondition: count == 4, hasTransform: true)
        case ("transformMapEntry", 3...4):
            .init(macro: .mapOfEntries, variables: 2, hasCondition: count == 4, hasTransform: true)
        default: nil
        }
    }
}

extension Functions {
    /// The macros, which are no functions but are called like some, each with an example.
    static let macros: [String: String] = [
        "has": "has(data.name)", "all": "list.all(x, x > 1)", "exists": "list.exists(x, x > 1)",
        "exists_one": "list.exists_one(x, x > 1)", "existsOne": "list.existsOne(x, x > 1)",
        "map": "list.map(x, x * 2)", "filter": "list.filter(x, x > 1)",
        "transformList": "list.transformList(i, x, i + x)", "transformMap": "map.transformMap(k, v, v + 1)",
        "transformMapEntry": "map.transformMapEntry(k, v, {v: k})", "sortBy": "list.sortBy(x, x.size)",
        "optMap": "data.?n.optMap(x, x + 1)", "optFlatMap": "data.?a.optFlatMap(x, x.?b)",
        "cel.bind": "cel.bind(x, data.a + 1, x * x)",
    ]
}

extension Checker {
    /// The macro this call is, nil when it is none.
    mutating func macro(
        _ name: Syntax.Name, on target: Syntax?, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked? {
        guard let target else { return name.text == "has" ? try presence(arguments, span) : nil }
        switch name.text {
        case "bind":
            guard case .identifier("cel", _) = target.kind else { return nil }
            return try bind(name, arguments, span)
        case "block" where environment.hasBlocks:
            guard case .identifier("cel", _) = target.kind else { return nil }
            return try block(arguments, span)
        case "index", "iterVar", "accuVar":
            guard let local = blockVariable(name.text, on: target, arguments) else { return nil }
            return try check(Syntax(kind: .identifier(local, isAbsolute: false), span: span, height: 1))
        case "optMap", "optFlatMap": return try optionalMap(name, target, arguments, span)
        case "sortBy": return try sortBy(name, target, arguments)
        default:
            if let shape = MacroShape.find(name.text, arguments.count) {
                return try comprehension(shape, name, over: target, arguments)
            }
            if name.text != "has", Functions.macros[name.text] != nil { throw wrongCount(name) }
            return nil
        }
    }

    private func wrongCount(_ name: Syntax.Name, of full: String? = nil) -> ExpressionProblem {
        let example = Functions.macros[full ?? name.text].map { ", such as \($0)" } ?? ""
        return source.problem(
            "'\(name.text)' takes a name for the value, then what is done with it\(example)", at: name.span)
    }

    /// The name that a macro gives to a value.
    private func variable(_ tree: Syntax) throws(ExpressionProblem) -> String {
        if case .identifier(let name, isAbsolute: false) = tree.kind { return name }
        if case .call(let target?, let function, let arguments) = tree.kind,
            let name = blockVariable(function.text, on: target, arguments)
        {
            return name
        }
        throw source.problem("expected a name for the value, such as x", at: tree.span)
    }

    /// Checks a body in which a variable is known.
    private mutating func check(
        _ body: Syntax, with variable: String, _ type: ValueType, isBound: Bool = false
    ) throws(ExpressionProblem) -> Checked {
        scope.append(Local(name: variable, type: type, isBound: isBound))
        defer { scope.removeLast() }
        return try check(body)
    }

    private mutating func comprehension(
        _ shape: MacroShape, _ name: Syntax.Name, over target: Syntax, _ arguments: [Syntax]
    ) throws(ExpressionProblem) -> Checked {
        let range = try check(target)
        let types = try variableTypes(of: range.type, count: shape.variables, name)
        let slot = scope.count
        for (argument, type) in zip(arguments, types) {
            let variable = try variable(argument)
            if scope.count > slot, scope[slot].name == variable {
                throw source.problem("the two variables have the same name", at: argument.span)
            }
            scope.append(Local(name: variable, type: type, isBound: false))
        }
        defer { scope.removeLast(types.count) }
        let condition = shape.hasCondition ? try bool(arguments[types.count], for: name.text) : nil
        let transform = shape.hasTransform ? try check(arguments[arguments.count - 1]) : nil
        let weight = 1 + (condition?.weight ?? 0) + (transform?.weight ?? 0)
        let node = MacroNode(
            shape.macro, over: range.node, slot: slot, hasTwoVariables: types.count == 2, condition: condition?.node,
            transform: transform?.node, weight: weight, name.span)
        let result = transform?.type ?? types[0]
        let type: ValueType =
            switch shape.macro {
            case .all, .exists, .existsOne: .bool
            case .list: .list(result)
            case .map: .map(types[0], result)
            case .mapOfEntries: if case .map = result { result } else { .map(.dyn, .dyn) }
            }
        if shape.macro == .mapOfEntries {
            try require(
                result.canBe(.map(.dyn, .dyn)),
                "'\(name.text)' takes a map with the new entries, such as {v: k}; this is \(result.plainPhrase)",
                at: arguments[arguments.count - 1].span)
        }
        return Checked(node: node, type: type, weight: range.weight + weight)
    }

    /// What the variables of a macro stand for.
    private func variableTypes(
        of range: ValueType, count: Int, _ name: Syntax.Name
    ) throws(ExpressionProblem) -> [ValueType] {
        switch range {
        case .list(let element): return count == 1 ? [element] : [.int, element]
        case .map(let key, let value): return count == 1 ? [key] : [key, value]
        case .object: return count == 1 ? [.string] : [.string, .dyn]
        case .dyn: break
        default: try require(false, "'\(name.text)' walks a list or a map, not \(range.phrase)", at: name.span)
        }
        return [ValueType](repeating: .dyn, count: count)
    }

    private mutating func sortBy(
        _ name: Syntax.Name, _ target: Syntax, _ arguments: [Syntax]
    ) throws(ExpressionProblem) -> Checked {
        guard arguments.count == 2 else { throw wrongCount(name) }
        let list = try check(target)
        try require(list.type.canBe(.list(.dyn)), "'sortBy' sorts a list, not \(list.type.phrase)", at: name.span)
        let slot = scope.count
        let key = try check(arguments[1], with: try variable(arguments[0]), list.type.element)
        let node = SortNode(list.node, slot: slot, key: key.node, weight: 1 + key.weight, name.span)
        return Checked(node: node, type: .list(list.type.element), weight: list.weight + key.weight + 1)
    }

    private mutating func optionalMap(
        _ name: Syntax.Name, _ target: Syntax, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        guard arguments.count == 2 else { throw wrongCount(name) }
        let optional = try check(target)
        try require(
            optional.type == .dyn || optional.type.isOptional,
            "'\(name.text)' is called on an optional value, not on \(optional.type.plainPhrase)", at: name.span)
        let slot = scope.count
        let body = try check(arguments[1], with: try variable(arguments[0]), optional.type.unwrapped)
        let isFlat = name.text == "optFlatMap"
        if isFlat {
            try require(
                body.type == .dyn || body.type.isOptional,
                "'optFlatMap' takes an optional value, such as x.?name; this is \(body.type.plainPhrase)",
                at: arguments[1].span)
        }
        let node = OptionalMapNode(optional.node, slot: slot, body: body.node, isFlat: isFlat, name.span)
        let type: ValueType = .optional(isFlat ? body.type.unwrapped : body.type)
        return Checked(node: node, type: type, weight: weight([optional, body]))
    }

    private mutating func bind(
        _ name: Syntax.Name, _ arguments: [Syntax], _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        guard arguments.count == 3 else { throw wrongCount(name, of: "cel.bind") }
        let variable = try variable(arguments[0])
        let value = try check(arguments[1])
        let slot = scope.count
        let body = try check(arguments[2], with: variable, value.type, isBound: true)
        let node = BindNode(slot: slot, value.node, body.node, span)
        return Checked(node: node, type: body.type, weight: weight([value, body]))
    }
}
