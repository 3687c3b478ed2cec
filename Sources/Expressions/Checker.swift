/// From the tree to something that can be evaluated: resolves names to variables and slots, finds the type of every part,
/// and refuses what certainly cannot work (language definition, "Type checking", but gradual: `dyn` where nothing is known).
struct Checker {
    let source: Source
    let environment: ExpressionEnvironment
    /// Those that were compiled already.
    let patterns: PatternCache
    /// The macro variables in sight, innermost last; the index is the slot.
    var scope: [Local] = []
    /// The names of the variables that were met.
    var touched: Set<String> = []
    /// What is no mistake, but never true.
    var remarks: [ExpressionProblem] = []

    /// A macro variable.
    struct Local {
        var name: String
        var type: ValueType
        /// Of `cel.bind`: it may turn out to have no value.
        var isBound: Bool
    }

    /// A part that was understood.
    struct Checked {
        var node: any Node
        var type: ValueType
        /// How many parts it has, which is about what one evaluation of it costs.
        var weight = 1
        /// Of a field: the texts that it can be.
        var texts: Set<String>?

        var constant: Value? { (node as? ConstantNode)?.value }

        /// Whether this is `[]`, `{}` or `optional.none()`: what it would hold is not said.
        var isEmptyHanded: Bool {
            switch constant {
            case .list(let elements): elements.isEmpty
            case .map(let map): map.count == 0
            case .optional(let value): value == nil
            default: false
            }
        }
    }

    init(_ source: Source, in environment: ExpressionEnvironment, patterns: PatternCache = PatternCache()) {
        self.source = source
        self.environment = environment
        self.patterns = patterns
    }

    mutating func check(_ tree: Syntax) throws(ExpressionProblem) -> Checked {
        switch tree.kind {
        case .literal(let value):
            return Checked(node: ConstantNode(value, tree.span), type: ValueType(value.kind))
        case .identifier(let name, let isAbsolute):
            return try identifier(name, isAbsolute: isAbsolute, tree.span)
        case .select(let operand, let field, let isOptional):
            return try select(tree, operand, field, isOptional: isOptional)
        case .index(let operand, let index, let isOptional):
            return try self.index(operand, index, isOptional: isOptional, tree.span)
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
    mutating func resolve(_ name: String, isAbsolute: Bool, _ span: Span) -> Checked? {
        for candidate in environment.candidates(for: name, isAbsolute: isAbsolute) {
            if let (variable, type) = environment.variables[candidate] {
                touched.insert(candidate)
                return Checked(node: VariableNode(variable, span), type: type)
            }
            if let kind = ValueKind(rawValue: candidate) {
                return Checked(node: ConstantNode(.type(kind), span), type: .type)
            }
        }
        return nil
    }

    private mutating func identifier(
        _ name: String, isAbsolute: Bool, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        if !isAbsolute, let slot = scope.lastIndex(where: { $0.name == name }) {
            let node: any Node = scope[slot].isBound ? BoundNode(slot: slot, span) : LocalNode(slot: slot, span)
            return Checked(node: node, type: scope[slot].type)
        }
        if let found = resolve(name, isAbsolute: isAbsolute, span) { return found }
        if isOfProtobuf(name, isAbsolute: isAbsolute) {
            throw source.unsupported("protobuf messages, enums and their fields are not supported", at: span)
        }
        return try refuse("'\(name)' is not known here\(help(for: name))", at: span)
    }

    /// What somebody may have meant by a name that nobody knows.
    private func help(for name: String) -> String {
        let known = Set(environment.variables.keys).union(scope.map(\.name))
        if let value = Hints.values[name.lowercased()] { return "; write \(value)" }
        let data = environment.variables["data"]?.type
        if case .object(let object)? = data, object.fields[name] != nil { return "; did you mean 'data.\(name)'?" }
        let near = suggestion(for: name, among: known.union(["true", "false", "null"]))
        if !near.isEmpty { return near }
        let list = known.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        if known.isEmpty { return "; there are no variables" }
        return "; known are \(list)" + (data == nil ? "" : ", and a field of the data is data.\(name)")
    }

    /// Whether a name that nobody has declared leads into the protobuf packages of the specification and its tests.
    func isOfProtobuf(_ name: String, isAbsolute: Bool) -> Bool {
        environment.candidates(for: name, isAbsolute: isAbsolute).contains { candidate in
            ["google", "cel", "proto"].contains(candidate)
                || ["google.protobuf.", "google.api.expr.", "cel.expr."].contains(where: candidate.hasPrefix)
        }
    }

    /// `a.b.c` as one name, unless it begins with a macro variable.
    func qualifiedName(_ tree: Syntax) -> (name: String, isAbsolute: Bool)? {
        switch tree.kind {
        case .identifier(let name, let isAbsolute):
            return isAbsolute || !scope.contains { $0.name == name } ? (name, isAbsolute) : nil
        case .select(let operand, let field, isOptional: false):
            return qualifiedName(operand).map { ("\($0.name).\(field.text)", $0.isAbsolute) }
        default: return nil
        }
    }
}
