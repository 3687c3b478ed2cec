/// From tokens to a tree: recursive descent, with precedence climbing for the operators (language definition, "Syntax").
///
/// Both the recursion and the height of the tree are bounded, so that neither parsing nor anything that walks the tree
/// later can run out of stack.
struct Parser {
    /// How many levels an expression may nest.
    static let maximumDepth = 200
    /// How many bytes an expression may have.
    static let maximumSize = 64 * 1024

    let source: Source
    private var lexer: Lexer
    var token: Token
    /// The token before the current one: what "expected … after" refers to.
    private var last: Token?
    private var depth = 0

    /// The tree of a whole text.
    static func parse(_ source: Source) throws(ExpressionProblem) -> Syntax {
        guard source.bytes.count <= maximumSize else {
            throw source.problem(
                "an expression has at most \(maximumSize) bytes, this has \(source.bytes.count)", at: Span(0, 0))
        }
        var parser = try Parser(source)
        let tree = try parser.expression()
        if parser.token.kind != .end {
            if let last = parser.last, last.kind == .identifier("not") {
                throw source.problem("'not' is not CEL's; write '!'", at: last.span)
            }
            let hint = Hints.expectedOperator(at: parser.token.kind, after: parser.last?.kind)
            throw parser.problem("expected an operator or the end before \(parser.token.description)\(hint)")
        }
        return tree
    }

    private init(_ source: Source) throws(ExpressionProblem) {
        self.source = source
        lexer = Lexer(source)
        token = try lexer.next()
    }

    // MARK: Tokens

    mutating func advance() throws(ExpressionProblem) {
        last = token
        token = try lexer.next()
    }

    /// Steps over a symbol if it is next.
    mutating func skip(_ symbol: String) throws(ExpressionProblem) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    /// Steps over the closing bracket; it must be next.
    mutating func close(_ symbol: String, opened: Span) throws(ExpressionProblem) {
        if try skip(symbol) { return }
        let opening = String(decoding: source.bytes[Int(opened.offset)..<opened.end], as: UTF8.self)
        if token.kind == .end { throw source.problem("unclosed '\(opening)'; expected '\(symbol)'", at: opened) }
        let isList = symbol == ")" && token.kind == .symbol(",")
        let hint =
            isList ? "; a list has brackets: ['a', 'b']" : Hints.expectedOperator(at: token.kind, after: last?.kind)
        throw problem("expected '\(symbol)' before \(token.description)\(hint)")
    }

    func problem(_ message: String) -> ExpressionProblem { source.problem(message, at: token.span) }

    func expectedExpression() -> ExpressionProblem {
        guard let last else { return problem(token.kind == .end ? "an empty expression" : "expected an expression") }
        return problem("expected an expression after \(last.description)")
    }

    /// A node above `children`, refused when the tree gets too high.
    func node(_ kind: Syntax.Kind, _ span: Span, over children: [Syntax]) throws(ExpressionProblem) -> Syntax {
        var height = 1
        for child in children where child.height >= height { height = child.height + 1 }
        guard height <= Self.maximumDepth else { throw tooDeep(at: span) }
        return Syntax(kind: kind, span: span, height: height)
    }

    private func tooDeep(at span: Span) -> ExpressionProblem {
        source.problem(
            "nested too deep; an expression has at most \(Self.maximumDepth) levels", at: Span(Int(span.offset), 1))
    }

    // MARK: Operators

    /// `Expr = ConditionalOr ["?" ConditionalOr ":" Expr]`
    mutating func expression() throws(ExpressionProblem) -> Syntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw tooDeep(at: token.span) }
        let condition = try logical(.or)
        guard try skip("?") else { return condition }
        if token.kind == .symbol("?") { throw problem("'??' is not CEL's; write data.?name.orValue(…)") }
        let isChain = token.kind == .symbol(".")
        let yes = try logical(.or)
        guard try skip(":") else {
            let hint = isChain ? "; a field that may be absent is data.?name" : ", as in x > 1 ? 'many' : 'one'"
            throw problem("expected ':' and what else the '?' gives\(hint)")
        }
        let no = try expression()
        return try node(.conditional(condition, yes, no), condition.span.through(no.span), over: [condition, yes, no])
    }

    private mutating func logical(_ which: LogicalOperator) throws(ExpressionProblem) -> Syntax {
        let first = which == .or ? try logical(.and) : try binary(above: 0)
        guard token.kind == .symbol(which.rawValue) else { return first }
        var parts = [first]
        while try skip(which.rawValue) { parts.append(which == .or ? try logical(.and) : try binary(above: 0)) }
        let span = first.span.through(parts[parts.count - 1].span)
        return try node(.logical(which, parts), span, over: parts)
    }

    private var binaryOperator: BinaryOperator? {
        switch token.kind {
        case .symbol(let text): BinaryOperator(rawValue: text)
        case .identifier("in"): .contains
        default: nil
        }
    }

    private mutating func binary(above precedence: Int) throws(ExpressionProblem) -> Syntax {
        var left = try unary()
        while let operation = binaryOperator, operation.precedence > precedence {
            let span = token.span
            try advance()
            let right = try binary(above: operation.precedence)
            left = try node(
                .binary(operation, span, left, right), left.span.through(right.span), over: [left, right])
        }
        return left
    }

    /// `Unary = Member | "!" {"!"} Member | "-" {"-"} Member`; a loop, as the signs may be many.
    private mutating func unary() throws(ExpressionProblem) -> Syntax {
        var signs: [Token] = []
        while token.kind == .symbol("!") || token.kind == .symbol("-") {
            if let first = signs.first, first.kind != token.kind { break }
            guard signs.count < Self.maximumDepth else { throw tooDeep(at: token.span) }
            signs.append(token)
            try advance()
        }
        if let first = signs.first, token.kind == .symbol("!") || token.kind == .symbol("-") {
            throw problem("\(token.description) after \(first.description) needs parentheses")
        }
        var minus: Token?
        if case .symbol("-") = signs.last?.kind, isNumber { minus = signs.popLast() }
        var tree = try member(minus: minus)
        for sign in signs.reversed() {
            let kind: Syntax.Kind = sign.kind == .symbol("!") ? .not(tree) : .negation(tree)
            tree = try node(kind, sign.span.through(tree.span), over: [tree])
        }
        return tree
    }

    private var isNumber: Bool {
        switch token.kind {
        case .int, .double: true
        default: false
        }
    }
}
