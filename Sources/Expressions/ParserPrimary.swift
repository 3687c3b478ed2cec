// Members, calls, literals: what binds tighter than any operator.

/// Words that are no names by themselves, but may name fields and functions after a dot.
private let reservedWords: Set<String> = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
    "namespace", "null", "package", "return", "true", "var", "void", "while",
]

extension Parser {
    /// `Member = Primary {"." SELECTOR ["(" [ExprList] ")"] | "[" Expr "]"}`
    mutating func member(minus: Token?) throws(ExpressionProblem) -> Syntax {
        var tree = try primary(minus: minus)
        while true {
            let opening = token.span
            if try skip(".") {
                tree = try selection(of: tree)
            } else if try skip("[") {
                let isOptional = try skip("?")
                let index = try expression()
                let end = token.span
                try close("]", opened: opening)
                tree = try node(
                    .index(tree, index, isOptional: isOptional), tree.span.through(end), over: [tree, index])
            } else if token.kind == .symbol("{"), tree.isName {
                throw source.unsupported(
                    "messages ('Name{…}') are not supported; a map is {'key': value}", at: token.span)
            } else {
                return tree
            }
        }
    }

    private mutating func selection(of tree: Syntax) throws(ExpressionProblem) -> Syntax {
        let isOptional = try skip("?")
        let name = token
        func select(_ field: Syntax.Name) throws(ExpressionProblem) -> Syntax {
            let kind = Syntax.Kind.select(tree, field: field, isOptional: isOptional)
            return try node(kind, tree.span.through(name.span), over: [tree])
        }
        switch token.kind {
        case .quotedName(let text):
            try advance()
            return try select(Syntax.Name(text: text, span: name.span))
        case .identifier(let text) where text != "in" && text != "true" && text != "false" && text != "null":
            try advance()
            let field = Syntax.Name(text: text, span: name.span)
            guard token.kind == .symbol("("), !isOptional else { return try select(field) }
            let (arguments, end) = try arguments()
            let kind = Syntax.Kind.call(target: tree, function: field, arguments: arguments)
            return try node(kind, tree.span.through(end), over: [tree] + arguments)
        default:
            throw problem("expected a name after '.'; other keys go in brackets: ['key']")
        }
    }

    /// `"(" [ExprList] ")"`, and where it ends.
    private mutating func arguments() throws(ExpressionProblem) -> ([Syntax], Span) {
        let opening = token.span
        try advance()
        var arguments: [Syntax] = []
        while token.kind != .symbol(")") {
            if token.kind == .end { throw source.problem(unclosed(opening, ")"), at: opening) }
            arguments.append(try expression())
            guard try skip(",") else { break }
            if token.kind == .symbol(")") { throw expectedExpression() }
        }
        let end = token.span
        try close(")", opened: opening)
        return (arguments, end)
    }

    private func unclosed(_ opened: Span, _ closing: String) -> String {
        "unclosed '\(String(decoding: source.bytes[Int(opened.offset)..<opened.end], as: UTF8.self))'; expected '\(closing)'"
    }

    private mutating func primary(minus: Token?) throws(ExpressionProblem) -> Syntax {
        let start = token
        let span = minus.map { $0.span.through(start.span) } ?? start.span
        func literal(_ value: Value) -> Syntax { Syntax(kind: .literal(value), span: span, height: 1) }
        switch start.kind {
        case .int(let magnitude):
            try advance()
            guard minus == nil else { return literal(.int(Int64(truncatingIfNeeded: 0 &- magnitude))) }
            guard let value = Int64(exactly: magnitude) else {
                throw source.problem("this number does not fit; an int ends at 9223372036854775807", at: span)
            }
            return literal(.int(value))
        case .double(let value):
            try advance()
            return literal(.double(minus == nil ? value : -value))
        case .uint(let value):
            try advance()
            return literal(.uint(value))
        case .string(let value):
            try advance()
            return literal(.string(value))
        case .bytes(let value):
            try advance()
            return literal(.bytes(value))
        case .identifier(let name): return try name == "in" ? fail() : identifier(name, start: start.span)
        case .symbol("."): return try absoluteName(start: start.span)
        case .symbol("("):
            try advance()
            var inner = try expression()
            let end = token.span
            try close(")", opened: start.span)
            inner.span = start.span.through(end)
            return inner
        case .symbol("["): return try list()
        case .symbol("{"): return try map()
        case .quotedName: throw problem("a name between backticks stands only after a dot")
        default: return try fail()
        }
    }

    private func fail() throws(ExpressionProblem) -> Syntax { throw expectedExpression() }

    private mutating func absoluteName(start: Span) throws(ExpressionProblem) -> Syntax {
        try advance()
        guard case .identifier(let name) = token.kind else { throw problem("expected a name after '.'") }
        return try identifier(name, start: start, isAbsolute: true)
    }

    private mutating func identifier(
        _ name: String, start: Span, isAbsolute: Bool = false
    ) throws(ExpressionProblem) -> Syntax {
        let span = token.span
        switch name {
        case "true", "false", "null":
            if isAbsolute { throw problem("'\(name)' is no name") }
            try advance()
            let value: Value = name == "null" ? .null : .bool(name == "true")
            return Syntax(kind: .literal(value), span: span, height: 1)
        case _ where reservedWords.contains(name):
            let hint = name == "if" ? "a choice is written x > 1 ? 'many' : 'one'" : "a key of that name is ['\(name)']"
            throw problem("'\(name)' is a reserved word of CEL and no name; \(hint)")
        default: break
        }
        try advance()
        guard token.kind == .symbol("(") else {
            return Syntax(kind: .identifier(name, isAbsolute: isAbsolute), span: start.through(span), height: 1)
        }
        let (arguments, end) = try arguments()
        let function = Syntax.Name(text: name, span: span)
        let kind = Syntax.Kind.call(target: nil, function: function, arguments: arguments)
        return try node(kind, start.through(end), over: arguments)
    }

    private mutating func list() throws(ExpressionProblem) -> Syntax {
        let opening = token.span
        try advance()
        var elements: [Syntax.Element] = []
        while token.kind != .symbol("]") {
            if token.kind == .end { throw source.problem(unclosed(opening, "]"), at: opening) }
            let isOptional = try skip("?")
            elements.append(Syntax.Element(value: try expression(), isOptional: isOptional))
            guard try skip(",") else { break }
        }
        let end = token.span
        try close("]", opened: opening)
        return try node(.list(elements), opening.through(end), over: elements.map(\.value))
    }

    private mutating func map() throws(ExpressionProblem) -> Syntax {
        let opening = token.span
        try advance()
        var entries: [Syntax.Entry] = []
        while token.kind != .symbol("}") {
            if token.kind == .end { throw source.problem(unclosed(opening, "}"), at: opening) }
            let isOptional = try skip("?")
            let key = try expression()
            guard try skip(":") else { throw problem("expected ':' and the value of the key") }
            entries.append(Syntax.Entry(key: key, value: try expression(), isOptional: isOptional))
            guard try skip(",") else { break }
        }
        let end = token.span
        try close("}", opened: opening)
        return try node(.map(entries), opening.through(end), over: entries.flatMap { [$0.key, $0.value] })
    }
}

extension Syntax {
    /// Whether this is `a` or `a.b.c`: something a message literal could be named.
    var isName: Bool {
        switch kind {
        case .identifier: true
        case .select(let operand, _, isOptional: false): operand.isName
        default: false
        }
    }
}
