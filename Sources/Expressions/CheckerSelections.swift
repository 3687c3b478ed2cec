// The types of `a.b`, `a[b]`, their optional forms, and `has(a.b)`.

extension Checker {
    mutating func select(
        _ tree: Syntax, _ operand: Syntax, _ field: Syntax.Name, isOptional: Bool
    ) throws(ExpressionProblem) -> Checked {
        // The longest name wins: the variable `a.b` goes before the field `b` of a variable `a`.
        if let (name, isAbsolute) = qualifiedName(tree), let found = resolve(name, isAbsolute: isAbsolute, tree.span) {
            return found
        }
        let checked = try check(operand)
        let holder = holder(checked, operand)
        let (type, declared) = try fieldType(of: holder, field)
        let isKey = checked.type.unwrapped.contained != nil
        let node = SelectNode(
            checked.node, field: field.text, declared: declared, isKey: isKey, isOptional: isOptional, field.span)
        let result = isOptional || checked.type.isOptional ? .optional(type) : type
        return Checked(
            node: node, type: result, weight: checked.weight + 1, texts: isOptional ? nil : holder.texts(of: field.text)
        )
    }

    /// What a field is looked for in: of a variable that may be an object or something else, the object.
    private func holder(_ checked: Checked, _ tree: Syntax) -> ValueType {
        let type = checked.type.unwrapped
        guard type == .dyn, let (name, _) = qualifiedName(tree), let object = environment.objects[name] else {
            return type
        }
        return .object(object)
    }

    private func fieldType(
        of type: ValueType, _ field: Syntax.Name
    ) throws(ExpressionProblem) -> (type: ValueType, declared: ValueType?) {
        switch type {
        case .dyn: return (.dyn, nil)
        case .map(_, let value): return (value, value.isReadDifferently ? value : nil)
        case .object(let object):
            if let field = object.fields[field.text] { return (field.type, field.type) }
            let near = suggestion(for: field.text, among: object.fields.keys)
            let names = object.fields.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            let help = near.isEmpty ? "; its fields are \(names)" : near
            try require(false, "\(object.name) has no field '\(field.text)'\(help)", at: field.span)
            return (.dyn, nil)
        default:
            let isFunction = Functions.table[field.text]?.contains(where: \.isMember) == true
            let hint = isFunction ? "; the function is \(field.text)()" : ""
            try require(false, "\(type.phrase) has no fields, so no '\(field.text)' either\(hint)", at: field.span)
            return (.dyn, nil)
        }
    }

    mutating func presence(_ arguments: [Syntax], _ span: Span) throws(ExpressionProblem) -> Checked {
        guard arguments.count == 1, case .select(let operand, let field, isOptional: false) = arguments[0].kind else {
            throw source.problem(
                "has() takes one field, such as has(data.name); a key is told by: 'key' in data", at: span)
        }
        let checked = try check(operand)
        _ = try fieldType(of: holder(checked, operand), field)
        let select = SelectNode(checked.node, field: field.text, declared: nil, field.span)
        return Checked(node: PresenceNode(select, span), type: .bool, weight: checked.weight + 1)
    }

    mutating func index(
        _ operand: Syntax, _ index: Syntax, isOptional: Bool, _ span: Span
    ) throws(ExpressionProblem) -> Checked {
        let container = try check(operand)
        let key = try check(index)
        let type: ValueType
        let declared = container.type.unwrapped.contained
        var node: any Node = IndexNode(
            container.node, key.node, declared: declared, isOptional: isOptional, span)
        var texts: Set<String>?
        let holder = holder(container, operand)
        switch holder {
        case .list(let element):
            try require(
                key.type == .dyn || key.type.isNumber,
                "a list is indexed with whole numbers, not with \(key.type.phrase)",
                at: index.span)
            type = element
        case .map(_, let value): type = value
        case .object:
            // A name that is known now is checked, and read, like the field it is.
            guard case .literal(.string(let name)) = index.kind else {
                type = .dyn
                break
            }
            let field = Syntax.Name(text: name, span: index.span)
            let (fieldType, declared) = try fieldType(of: holder, field)
            node = SelectNode(container.node, field: name, declared: declared, isOptional: isOptional, index.span)
            (type, texts) = (fieldType, isOptional ? nil : holder.texts(of: name))
        case .dyn: type = .dyn
        default:
            try require(false, "\(container.type.phrase) has no elements to pick with […]", at: span)
            type = .dyn
        }
        let result = isOptional || container.type.isOptional ? .optional(type) : type
        return Checked(node: node, type: result, weight: container.weight + key.weight + 1, texts: texts)
    }
}

extension ValueType {
    fileprivate func texts(of field: String) -> Set<String>? {
        if case .object(let object) = self { object.fields[field]?.texts } else { nil }
    }
}
