import Testing

@testable import Expressions

@Suite("Macros with two variables, and cel.bind") struct MacroTests {
    @Test("all, exists and existsOne take the index or key with the element or value")
    func quantifiers() throws {
        try expectAll([
            "[1, 2, 3].exists(i, v, i == 1 && v == 2)": "true", "[1, 2, 3].exists(i, v, i > 2 && v > 3)": "false",
            "[1, 'foo', 3].exists(i, v, i == 1 && v != '1')": "true", "[].exists(i, v, i == 0)": "false",
            "{'a': 1, 'b': 2}.exists(k, v, k == 'b' && v == 2)": "true",
            "[1, 2, 3].all(i, v, i > -1 && v > 0)": "true", "[1, 2, 3].all(i, v, 6 / (2 - v) == i)": "false",
            "{'a': 1, 'b': 2}.all(k, v, k == 'b')": "false", "[].all(i, v, v)": "true",
            "[5, 7, 8].existsOne(i, v, v % 5 == i)": "true", "[0, 1, 2, 3, 4].exists_one(i, v, v % 2 == i)": "false",
            "{6: 'six', 7: 'seven'}.existsOne(k, v, k % 5 == 2 && v == 'seven')": "true",
        ])
        #expect(try failure("[1, 2, 3].exists(i, v, v / i == 17)") == "division by zero")
        #expect(try failure("[1, 2, 3].all(i, v, v / i != 17)") == "division by zero")
        #expect(try failure("[3, 2, 1, 0].existsOne(i, v, v / i > 1)") == "division by zero")
    }

    @Test("transformList, transformMap and transformMapEntry make new collections")
    func transforms() throws {
        try expectAll([
            "[].transformList(i, v, i / v)": "[]", "[2, 4, 6].transformList(i, v, v / 2 + i)": "[1, 3, 5]",
            "[2, 4, 6].transformList(i, v, i != 1 && v != 4, v / 2 + i)": "[1, 5]",
            "{'a': 'x', 'b': 'y'}.transformList(k, v, k + v)": "['ax', 'by']",
            "{'a': 'x', 'b': 'y'}.transformMap(k, v, k + v)": "{'a': 'ax', 'b': 'by'}",
            "{'a': 'x', 'b': 'y'}.transformMap(k, v, k != 'b', k + v)": "{'a': 'ax'}",
            "[7, 8].transformMap(i, v, v * 2)": "{0: 14, 1: 16}",
            "{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k})": "{1: 'a', 2: 'b'}",
            "{'a': 1, 'b': 2}.transformMapEntry(k, v, v > 1, {k: v, k + k: v})": "{'b': 2, 'bb': 2}",
        ])
        #expect(try failure("{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})") == "the key 1 is there twice")
        #expect(try failure("[1, 0].transformList(i, v, v / i)") == "division by zero")
    }

    @Test("cel.block names parts that are used again, where an environment has it")
    func block() throws {
        var environment = ExpressionEnvironment([])
        let nested =
            "cel.block([1, cel.index(0) + 1, [cel.index(1)]], cel.index(2).map(cel.iterVar(0, 0), cel.iterVar(0, 0) * 2))"
        #expect(problem(nested, in: environment) != nil)
        environment.hasBlocks = true
        #expect(try Expression(nested, in: environment).evaluate(Bindings()) == .list([.int(4)]))
        let unused = "cel.block([1 / dyn(0), 5], true || cel.index(0) == 1)"
        #expect(try Expression(unused, in: environment).evaluate(Bindings()) == .bool(true))
        #expect(problem("cel.block([1], cel.index(1))", in: environment) != nil)
    }

    @Test("cel.bind computes a value once and gives it a name")
    func bind() throws {
        try expectAll([
            "cel.bind(t, true, t)": "true", "cel.bind(m, 'hello', m + m)": "'hellohello'",
            "cel.bind(a, 1, cel.bind(b, a + 1, a + b))": "3", "cel.bind(v, [1, 2], [2, 3].exists(e, e in v))": "true",
            "[1, 2].map(x, cel.bind(y, x * x, y + y))": "[2, 8]", "cel.bind(x, 1, cel.bind(x, 2, x) + x)": "3",
            "cel.bind(x, 1 / 0, true || x == 1)": "true", "cel.bind(x, 1 / 0, 5)": "5",
            "[0, 2].map(d, cel.bind(x, 10 / d, d == 0 ? -1 : x))": "[-1, 5]",
        ])
        #expect(try failure("cel.bind(x, 1 / 0, x)") == "division by zero")
    }

    @Test("macros are plain functions that nobody has defined where an environment has none")
    func withoutMacros() throws {
        var environment = ExpressionEnvironment([("x", .dyn)], checking: .deferred)
        environment.hasMacros = false
        for text in ["[1].map(y, y)", "has(x.y)", "cel.bind(y, 1, y)", "[1].exists(y, true)"] {
            let expression = try Expression(text, in: environment)
            #expect(throws: EvaluationError.self, "\(text)") { try expression.evaluate(Bindings()) }
        }
    }

    @Test("the types of their variables are known")
    func types() throws {
        func type(_ text: String) throws -> ValueType { try Expression(text, in: .sample).resultType }
        #expect(try type("['a'].transformList(i, v, i)") == .list(.int))
        #expect(try type("['a'].transformMap(i, v, v)") == .map(.int, .string))
        #expect(try type("{'a': 1}.transformMapEntry(k, v, {v: k})") == .map(.int, .string))
        #expect(try type("cel.bind(x, event.type, x)") == .string)
        // What is empty says nothing of what it does not hold.
        #expect(try type("[] + [1]") == .list(.int) && type("[1] + []") == .list(.int))
        #expect(try type("event.type == '' ? [] : [1]") == .list(.int))
        #expect(try type("[[], [1], []]") == .list(.list(.int)) && type("[[], 1]") == .list(.dyn))
        #expect(try type("{'a': {}, 'b': {'c': 1}}") == .map(.string, .map(.string, .int)))
        #expect(try type("[optional.none(), optional.of(1)]") == .list(.optional(.int)))
        #expect(problem("([] + [1])[0] + 'a'")?.message.hasPrefix("no such overload: int + string") == true)
        #expect(problem("['a'].all(i, v, v > i)")?.message.hasPrefix("no such overload: string > int") == true)
        #expect(problem("[1].all(i, i, true)")?.message == "the two variables have the same name")
    }
}
