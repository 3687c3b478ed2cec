/// From the tree to something that can be evaluated: resolves names to variables and slots, finds the type of every part,
/// and refuses what certainly cannot work (language definition, "Type checking", but gradual: `dyn` where nothing is known).
struct Checker {
    let source: Source
    let environment: ExpressionEnvironment
    /// The macro variables in sight, innermost last; the index is the slot.
    var scope: [(name: String, type: ValueType)] = []
    /// The names of the variables that were met.
    var touched: Set<String> = []

    /// A part that was understood.
    struct Checked {
        var node: any Node
        var type: ValueType
        /// How many parts it has, which is about what one evaluation of it costs.
        var weight = 1

        var constant: Value? { (node as? ConstantNode)?.value }
    }

    init(_ source: Source, in environment: ExpressionEnvironment) {
        self.source = source
        self.environment = environment
    }

    mutating func check(_ tree: Syntax) throws(ExpressionProblem) -> Checked {
        switch tree.kind {
        case .literal(let value):
            return Checked(node: ConstantNode(value, tree.span), type: ValueType(value.kind))
        case .identifier(let name, let isAbsolute):
            return try identifier(name, isAbsolute: isAbsolute, tree.span)
        case .select(let operand, let field): return try select(tree, operand, field)
        case .index(let operand, let index): return try self.index(operand, index, tree.span)
        case .call(let target, let function, let arguments):
            return try call(function, on: target, arguments, tree.span)
        case .negation(let operand): return try negation(operand, tree.span)
        case .not(let operand):
            let operand = try bool(operand, for: "!")
            return Checked(node: NotNode(operand.node, tree.span), type: .bool, weight: operand.weight + 1)
        case .binary(let operation, let place, let left, let right):
            return try binary(operation, place, left, right)
        case .logical(let which, let parts):
            var checked: [Checked] = []
            for part in parts { checked.append(try bool(part, for: which.rawValue)) }
            let node = LogicalNode(which, checked.map(\.node), tree.span)
            return Checked(node: node, type: .bool, weight: weight(checked))
        case .conditional(let condition, let yes, let no): return try conditional(condition, yes, no, tree.span)
        case .list(let elements): return try list(elements, tree.span)
        case .map(let entries): return try map(entries, tree.span)
        }
    }

    func weight(_ parts: [Checked]) -> Int { parts.reduce(1) { $0 + $1.weight } }

    // MARK: Mistakes

    /// A mistake that is certain: a problem now, or later when that part is evaluated.
    func refuse(_ message: String, at span: Span) throws(ExpressionProblem) -> Checked {
        if environment.checking == .strict { throw source.problem(message, at: span) }
        return Checked(node: ProblemNode(message, span), type: .dyn)
    }

    /// A mistake of type. The evaluator would find it as well, so there is nothing to do when it is left to it.
    func require(_ isRight: Bool, _ message: @autoclosure () -> String, at span: Span) throws(ExpressionProblem) {
        if !isRight, environment.checking == .strict { throw source.problem(message(), at: span) }
    }

    /// A part that has to be true or false.
    mutating func bool(_ tree: Syntax, for name: String) throws(ExpressionProblem) -> Checked {
        let checked = try check(tree)
        try require(
            checked.type.canBe(.bool), "'\(name)' takes true or false, this is \(checked.type.plainPhrase)",
            at: tree.span)
        return checked
    }

    // MARK: Names

    /// The variable or type of a name that may have dots.
    private mutating func resolve(_ name: String, isAbsolute: Bool, _ span: Span) -> Checked? {
        for candidate in environment.candidates(for: name, isAbsolute: isAbsolute) {
            if let (variable, type) = environment.variables[candidate] {
                touched.insert(candidate)
                return Checked(node: VariableNode(variable, span), type: type)
            }
        }
        guard let kind = ValueKind(rawValue: name) else { return nil }
        return Checked(node: ConstantNode(.type(kind), span), type: .type)
    }

    private mutating func identifier(
        _ name: String, isAbsolute: Bool, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        if !isAbsolute, let slot = scope.lastIndex(where: { $0.name == name }) {
            return Checked(node: LocalNode(slot: slot, span), type: scope[slot].type)
        }
        if let found = resolve(name, isAbsolute: isAbsolute, span) { return found }
        let known = Set(environment.variables.keys).union(scope.map(\.name))
        let near = suggestion(for: name, among: known)
        let list = known.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        let help = !near.isEmpty ? near : known.isEmpty ? "; there are no variables" : "; known are \(list)"
        return try refuse("'\(name)' is not known here\(help)", at: span)
    }

    /// `a.b.c` as one name, unless it begins with a macro variable.
    private func qualifiedName(_ tree: Syntax) -> (name: String, isAbsolute: Bool)? {
        switch tree.kind {
        case .identifier(let name, let isAbsolute):
            return isAbsolute || !scope.contains { $0.name == name } ? (name, isAbsolute) : nil
        case .select(let operand, let field):
            return qualifiedName(operand).map { ("\($0.name).\(field.text)", $0.isAbsolute) }
        default: return nil
        }
    }

    private mutating func select(
        _ tree: Syntax, _ operand: Syntax, _ field: Syntax.Name
    ) throws(ExpressionProblem) -> Checked {
        // The longest name wins: the variable `a.b` goes before the field `b` of a variable `a`.
        if let (name, isAbsolute) = qualifiedName(tree), let found = resolve(name, isAbsolute: isAbsolute, tree.span) {
            return found
        }
        let checked = try check(operand)
        let (type, declared) = try fieldType(of: checked.type, field)
        let node = SelectNode(checked.node, field: field.text, declared: declared, field.span)
        return Checked(node: node, type: type, weight: checked.weight + 1)
    }

    private func fieldType(
        of type: ValueType, _ field: Syntax.Name
    ) throws(ExpressionProblem) -> (type: ValueType, declared: ValueType?) {
        switch type {
        case .dyn: return (.dyn, nil)
        case .map(_, let value): return (value, nil)
        case .object(let object):
            if let field = object.fields[field.text] { return (field.type, field.type) }
            let near = suggestion(for: field.text, among: object.fields.keys)
            let names = object.fields.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            let help = near.isEmpty ? "; its fields are \(names)" : near
            try require(false, "\(object.name) has no field '\(field.text)'\(help)", at: field.span)
            return (.dyn, nil)
        default:
            try require(false, "\(type.phrase) has no fields, so no '\(field.text)' either", at: field.span)
            return (.dyn, nil)
        }
    }

    mutating func presence(_ arguments: [Syntax], _ span: Span) throws(ExpressionProblem) -> Checked {
        guard arguments.count == 1, case .select(let operand, let field) = arguments[0].kind else {
            throw source.problem("has() takes one field, such as has(data.name)", at: span)
        }
        let checked = try check(operand)
        _ = try fieldType(of: checked.type, field)
        let select = SelectNode(checked.node, field: field.text, declared: nil, field.span)
        return Checked(node: PresenceNode(select, span), type: .bool, weight: checked.weight + 1)
    }

    private mutating func index(
        _ operand: Syntax, _ index: Syntax, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        let container = try check(operand)
        let key = try check(index)
        let node = IndexNode(container.node, key.node, span)
        let weight = container.weight + key.weight + 1
        switch container.type {
        case .list(let element):
            try require(
                key.type == .dyn || key.type.isNumber,
                "a list is indexed with whole numbers, not with \(key.type.phrase)",
                at: index.span)
            return Checked(node: node, type: element, weight: weight)
        case .map(_, let value): return Checked(node: node, type: value, weight: weight)
        case .object:
            // A name that is known now is checked, and read, like the field it is.
            guard case .literal(.string(let name)) = index.kind else { return Checked(node: node, type: .dyn) }
            let field = Syntax.Name(text: name, span: index.span)
            let (type, declared) = try fieldType(of: container.type, field)
            let select = SelectNode(container.node, field: name, declared: declared, index.span)
            return Checked(node: select, type: type, weight: weight)
        case .dyn: return Checked(node: node, type: .dyn, weight: weight)
        default:
            try require(false, "\(container.type.phrase) has no elements to pick with […]", at: span)
            return Checked(node: node, type: .dyn, weight: weight)
        }
    }
}
