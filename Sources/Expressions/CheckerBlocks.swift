// `cel.block([a, b, …], body)`: what optimizers turn repeated parts into (cel-spec, "block_ext"). Nobody writes it by hand, so
// it is there for the specification's tests alone: `ExpressionEnvironment.hasBlocks`.

extension Checker {
    /// Each element is a variable `cel.index(N)` for the later ones and the body. It is computed once; that it has no value is
    /// an error of whoever uses it.
    mutating func block(_ arguments: [Syntax], _ span: Span) throws(ExpressionProblem) -> Checked {
        guard arguments.count == 2, case .list(let elements) = arguments[0].kind else {
            throw source.problem("'block' takes a list of parts and a body: cel.block([1], cel.index(0))", at: span)
        }
        let slot = scope.count
        defer { scope.removeLast(scope.count - slot) }
        var parts: [Checked] = []
        for (index, element) in elements.enumerated() {
            let part = try check(element.value)
            parts.append(part)
            scope.append(Local(name: "@index\(index)", type: part.type, isBound: true))
        }
        let body = try check(arguments[1])
        let node = parts.enumerated().reversed().reduce(body.node) { inner, part in
            BindNode(slot: slot + part.offset, part.element.node, inner, span)
        }
        return Checked(node: node, type: body.type, weight: weight(parts + [body]))
    }

    /// The name behind `cel.index(N)`, `cel.iterVar(N, M)` and `cel.accuVar(N, M)`, nil when the call is none of them.
    func blockVariable(_ function: String, on target: Syntax, _ arguments: [Syntax]) -> String? {
        guard environment.hasBlocks, case .identifier("cel", _) = target.kind else { return nil }
        let numbers = arguments.compactMap { argument -> Int64? in
            if case .literal(.int(let number)) = argument.kind { number } else { nil }
        }
        guard numbers.count == arguments.count else { return nil }
        switch (function, numbers.count) {
        case ("index", 1): return "@index\(numbers[0])"
        case ("iterVar", 2): return "@it:\(numbers[0]):\(numbers[1])"
        case ("accuVar", 2): return "@ac:\(numbers[0]):\(numbers[1])"
        default: return nil
        }
    }
}
