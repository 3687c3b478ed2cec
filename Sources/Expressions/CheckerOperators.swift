// The types of operators and literals.

extension Checker {
    mutating func negation(_ operand: Syntax, _ span: Span) throws(ExpressionProblem) -> Checked {
        let checked = try check(operand)
        let type = checked.type
        try require(
            type == .dyn || type == .int || type == .double,
            "no such overload: '-' does not take \(type.phrase)", at: span)
        return Checked(node: NegationNode(checked.node, span), type: type, weight: checked.weight + 1)
    }

    mutating func conditional(
        _ condition: Syntax, _ yes: Syntax, _ no: Syntax, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        let condition = try bool(condition, for: "?")
        let yes = try check(yes)
        let no = try check(no)
        return Checked(
            node: ConditionalNode(condition.node, yes.node, no.node, span),
            type: joined([yes, no], [yes.type, no.type]),
            weight: weight([condition, yes, no]))
    }

    mutating func list(_ elements: [Syntax.Element], _ span: Span) throws(ExpressionProblem) -> Checked {
        var checked: [Checked] = []
        var types: [ValueType] = []
        for element in elements {
            let part = try check(element.value)
            checked.append(part)
            types.append(try type(of: part, isOptional: element.isOptional, element.value.span))
        }
        let node = ListNode(zip(checked, elements).map { ($0.node, $1.isOptional) }, span)
        let list = Checked(node: node, type: .list(joined(checked, types)), weight: weight(checked))
        // A list of literals, as in `x in ['a', 'b']`, is made once.
        return checked.allSatisfy { $0.constant != nil } ? folded(list) : list
    }

    /// The smallest type that all parts are. `[]`, `{}` and `optional.none()` say nothing of what they do not hold, so they
    /// count only beside parts of another kind.
    private func joined(_ parts: [Checked], _ types: [ValueType]) -> ValueType {
        let telling = zip(parts, types).filter { part, type in
            !part.isEmptyHanded || types.contains { $0.kind != type.kind }
        }.map(\.1)
        guard let first = telling.first ?? types.first else { return .dyn }
        return telling.dropFirst().reduce(first) { $0.joined(with: $1) }
    }

    /// The type of an element or entry, where one with a '?' has to be an optional value.
    private func type(
        of part: Checked, isOptional: Bool, _ span: Span
    ) throws(ExpressionProblem) -> ValueType {
        guard isOptional else { return part.type }
        try require(
            part.type == .dyn || part.type.isOptional,
            "'?' takes an optional value, such as optional.of(…) or data.?name; this is \(part.type.plainPhrase)",
            at: span)
        return part.type.unwrapped
    }

    mutating func map(_ entries: [Syntax.Entry], _ span: Span) throws(ExpressionProblem) -> Checked {
        var keys: [Checked] = []
        var values: [Checked] = []
        var types: [ValueType] = []
        for entry in entries {
            let key = try check(entry.key)
            if let kind = key.type.kind, ![.string, .int, .uint, .bool].contains(kind) {
                try require(false, unsupportedKeyMessage(kind), at: entry.key.span)
            }
            let value = try check(entry.value)
            keys.append(key)
            values.append(value)
            types.append(try type(of: value, isOptional: entry.isOptional, entry.value.span))
        }
        let nodes = entries.indices.map { index in
            MapNode.Entry(
                key: keys[index].node, value: values[index].node, isOptional: entries[index].isOptional)
        }
        let type = ValueType.map(joined(keys, keys.map(\.type)), joined(values, types))
        let checked = Checked(node: MapNode(nodes, span), type: type, weight: weight(keys + values))
        return (keys + values).allSatisfy { $0.constant != nil } ? folded(checked) : checked
    }

    /// Computes now what depends on nothing. What fails stays as it is, and fails when it is reached.
    func folded(_ checked: Checked) -> Checked {
        var frame = Frame(activation: Bindings(), budget: 10_000)
        guard let value = try? checked.node.evaluate(&frame) else { return checked }
        return Checked(node: ConstantNode(value, checked.node.span), type: checked.type, weight: 1)
    }

    mutating func binary(
        _ operation: BinaryOperator, _ place: Span, _ first: Syntax, _ second: Syntax
    ) throws(ExpressionProblem) -> Checked {
        let left = try check(first)
        let right = try check(second)
        remark(operation, (first, left), (second, right))
        let weight = left.weight + right.weight + 1
        switch operation {
        case .equal, .notEqual:
            try require(
                left.type.canEqual(right.type), unequal(left.type, right.type), at: place)
            let node = EqualityNode(left.node, right.node, isNegated: operation == .notEqual, place)
            return Checked(node: direct(operation, left.node, right.node, or: node), type: .bool, weight: weight)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            try requireOverload(operation, left.type, right.type, isThere: isOrdered(left.type, right.type), place)
            let node = OrderNode(operation, left.node, right.node, place)
            return Checked(node: direct(operation, left.node, right.node, or: node), type: .bool, weight: weight)
        case .contains:
            let isContainer = right.type == .dyn || right.type.kind == .list || right.type.kind == .map
            try requireOverload(operation, left.type, right.type, isThere: isContainer, place)
            try requireMember(left.type, of: right.type, place)
            let node = MembershipNode(left.node, right.node, place)
            return Checked(node: direct(operation, left.node, right.node, or: node), type: .bool, weight: weight)
        case .add, .subtract, .multiply, .divide, .remainder:
            let isJoined = operation == .add && (left.isEmptyHanded || right.isEmptyHanded)
            let result =
                isJoined && left.type.kind == .list && right.type.kind == .list
                ? joined([left, right], [left.type, right.type]) : sumType(operation, left.type, right.type)
            try requireOverload(operation, left.type, right.type, isThere: result != nil, place)
            let node = ArithmeticNode(operation, left.node, right.node, place)
            return Checked(node: node, type: result ?? .dyn, weight: weight)
        }
    }

    /// Notes where a name is compared with a text that it never is.
    private mutating func remark(
        _ operation: BinaryOperator, _ left: (tree: Syntax, checked: Checked), _ right: (tree: Syntax, checked: Checked)
    ) {
        guard [.equal, .notEqual, .contains].contains(operation) else { return }
        for (part, other) in operation == .contains ? [(left, right)] : [(left, right), (right, left)] {
            let name = qualifiedName(part.tree)?.name
            guard let texts = part.checked.texts ?? name.flatMap({ environment.texts[$0] }) else { continue }
            var compared = [other.tree]
            if operation == .contains, case .list(let elements) = other.tree.kind { compared = elements.map(\.value) }
            for part in compared {
                guard case .literal(.string(let text)) = part.kind, !texts.contains(text) else { continue }
                let near = suggestion(for: text, among: texts)
                let known = texts.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
                let help = near.isEmpty ? "; it can be \(known)\(texts.count > 8 ? ", …" : "")" : near
                remarks.append(source.problem("\(name ?? "this field") is never '\(text)' here\(help)", at: part.span))
            }
        }
    }

    /// A comparison of a field with a constant or another field is done on the text of the field, where it can be.
    private func direct(
        _ operation: BinaryOperator, _ left: any Node, _ right: any Node, or node: any TruthNode
    ) -> any Node {
        if let field = left as? SelectNode, let constant = right as? ConstantNode {
            if operation == .contains {
                guard case .list(let constants) = constant.value else { return node }
                return FieldMembershipNode(field, constants, otherwise: node) ?? node
            }
            return FieldComparisonNode(field, operation, constant.value, otherwise: node) ?? node
        }
        if operation != .contains, let a = left as? SelectNode, let b = right as? SelectNode {
            return FieldPairNode(a, operation, b, otherwise: node) ?? node
        }
        if operation != .contains, let field = right as? SelectNode, let constant = left as? ConstantNode {
            return FieldComparisonNode(field, operation.mirrored, constant.value, otherwise: node) ?? node
        }
        return node
    }

    /// What can never be in there was meant otherwise.
    private func requireMember(_ element: ValueType, of container: ValueType, _ place: Span) throws(ExpressionProblem) {
        switch container {
        case .list(let elements):
            try require(element.canEqual(elements), "never in this list: \(unequal(element, elements))", at: place)
        case .map(let keys, _):
            try require(element.canEqual(keys), "never a key here: \(unequal(element, keys))", at: place)
        case .object:
            try require(element.canEqual(.string), "\(element.phrase) is no name of a field", at: place)
        default: break
        }
    }

    private func unequal(_ left: ValueType, _ right: ValueType) -> String {
        let hint = left.kind.flatMap { left in right.kind.map { Hints.conversion(left, $0) } } ?? ""
        return "\(left.phrase) is never equal to \(right.phrase)\(hint)"
    }

    private func requireOverload(
        _ operation: BinaryOperator, _ left: ValueType, _ right: ValueType, isThere: Bool, _ place: Span
    ) throws(ExpressionProblem) {
        if isThere { return }
        guard let a = left.kind, let b = right.kind else {
            let known = left == .dyn ? right : left
            let hint = operation == .remainder && known == .double ? "; it takes whole numbers: write int(…)" : ""
            try require(
                false, "no such overload: '\(operation.rawValue)' does not take \(known.phrase)\(hint)", at: place)
            return
        }
        try require(false, noOverloadMessage(operation.rawValue, [a, b]), at: place)
    }

    private func isOrdered(_ left: ValueType, _ right: ValueType) -> Bool {
        func isOrdered(_ type: ValueType) -> Bool {
            switch type {
            case .list, .map, .object, .null, .type: false
            default: true
            }
        }
        return isOrdered(left) && isOrdered(right) && (left.canBe(right) || (left.isNumber && right.isNumber))
    }

    /// What arithmetic gives, nil where there is no such overload. An operand of unknown type must be what the other one
    /// needs, as CEL never mixes: `data.n + 1` is an int, or an error.
    private func sumType(_ operation: BinaryOperator, _ left: ValueType, _ right: ValueType) -> ValueType? {
        let isSum = operation == .add
        let isDifference = operation == .subtract
        switch (left, right) {
        case (.dyn, .dyn): return .dyn
        case (.int, .int), (.int, .dyn), (.dyn, .int): return .int
        case (.uint, .uint), (.uint, .dyn), (.dyn, .uint): return .uint
        case (.double, .double), (.double, .dyn), (.dyn, .double): return operation == .remainder ? nil : .double
        case (.string, .string), (.string, .dyn), (.dyn, .string): return isSum ? .string : nil
        case (.bytes, .bytes), (.bytes, .dyn), (.dyn, .bytes): return isSum ? .bytes : nil
        case (.list(let a), .list(let b)): return isSum ? .list(a.joined(with: b)) : nil
        case (.list, .dyn), (.dyn, .list): return isSum ? .list(.dyn) : nil
        case (.timestamp, .timestamp): return isDifference ? .duration : nil
        case (.timestamp, .duration): return isSum || isDifference ? .timestamp : nil
        case (.duration, .timestamp): return isSum ? .timestamp : nil
        case (.duration, .duration): return isSum || isDifference ? .duration : nil
        case (.timestamp, .dyn), (.duration, .dyn), (.dyn, .duration): return isSum || isDifference ? .dyn : nil
        case (.dyn, .timestamp): return isSum || isDifference ? .dyn : nil
        default: return nil
        }
    }
}
