import Testing

@testable import Expressions

@Suite struct LimitTests {
    @Test(
        "ten thousand levels are refused, not run into",
        arguments: [
            String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000),
            String(repeating: "[", count: 10_000), String(repeating: "{1:", count: 10_000),
            String(repeating: "-", count: 10_000) + "x", String(repeating: "!", count: 10_000) + "true",
            String(repeating: "true?1:", count: 9000) + "1", String(repeating: "true?(", count: 10_000) + "1",
            "data" + String(repeating: ".a", count: 10_000), "data" + String(repeating: "[0]", count: 10_000),
            "1" + String(repeating: "+1", count: 10_000), String(repeating: "size(", count: 10_000),
            String(repeating: "[1].map(x,", count: 6000), "data" + String(repeating: ".size()", count: 9000),
            String(repeating: "1<", count: 10_000) + "1",
        ])
    func depth(text: String) {
        #expect(problem(text)?.message == "nested too deep; an expression has at most 200 levels")
    }

    @Test("what nests less than the limit is understood")
    func deepEnough() throws {
        #expect(try evaluate(String(repeating: "(", count: 195) + "1" + String(repeating: ")", count: 195)) == .int(1))
        #expect(try evaluate("0" + String(repeating: "+1", count: 195)) == .int(195))
        let alternatives = (0..<2000).map { "1 == \($0 + 2)" }.joined(separator: " || ")
        #expect(try evaluate(alternatives + " || true") == .bool(true))
    }

    @Test("a text of more than 64 KiB is refused")
    func size() {
        let text = "'" + String(repeating: "a", count: 65_534) + "'"
        #expect(problem(text) == nil)
        #expect(problem(text + " ")?.message == "an expression has at most 65536 bytes, this has 65537")
    }

    @Test(
        "what would take too long ends with an error, also where || would swallow one",
        arguments: [
            "l.all(a, l.all(b, l.all(c, l.all(d, true))))", "l.map(a, l.map(b, l.map(c, l)))",
            "true || l.all(a, l.all(b, l.all(c, l.all(d, 1 / 0 > 1)))) || true ? l.all(a, l.all(b, l.all(c, true))) : true",
            "l.all(a, l.all(b, l + l + l + l == l + l + l + l + [1] || true))",
            "l.all(x, t + t + t + t != '')", "l.all(x, l.all(y, t.contains('xxxxxxx') || true))",
            "l.all(x, l.all(y, t == t))", "l.all(x, l.all(y, t.matches('a.*b') || true))",
            "l.exists(a, l.exists(b, l.exists(c, x.y.size() > 1e6)))",
            "[0]" + String(repeating: ".map(a, [a, a])", count: 60),
            "[0]" + String(repeating: ".map(a, {1: a, 2: a})", count: 60),
            "[l]" + String(repeating: ".map(a, l.map(b, a))", count: 10),
            "[l].map(a, [a] + [a])" + String(repeating: ".map(a, a + a)", count: 60),
        ])
    func cost(text: String) throws {
        let list = Value.list((0..<100).map { .int($0) })
        let long = Value.string(String(repeating: "a", count: 100_000))
        let bindings: Bindings = ["l": list, "t": long, "x": .map(["y": list])]
        let clock = ContinuousClock()
        let start = clock.now
        let error = #expect(throws: EvaluationError.self) {
            try evaluate(text, bindings, checking: .deferred, cost: 100_000)
        }
        #expect(error?.isBudget == true, "\(error?.message ?? "none")")
        // Generous: it is some milliseconds, but a tester may be busy, and a sanitizer slow.
        #expect(clock.now - start < .seconds(20))
    }

    @Test(
        "patterns that are computed are paid for by their size, whether they compile or not",
        arguments: [#"[\\pL\\pN]{90}b"#, "[a-z]{900}b", #"(?i)\\pL{2}"#, "((a{30}){30}"])
    func computedPatterns(pattern: String) {
        expectBudget("lists.range(1000).exists(i, 'zz'.matches('\(pattern)' + string(i)) || false)")
    }

    @Test(
        "understanding a pattern is paid for as well",
        arguments: [
            String(repeating: #"\\pL"#, count: 170), String(repeating: "a?", count: 3200),
            "x{0,1000}x{0,1000}x{0,1000}x{0,1000}",
        ])
    func parsing(pattern: String) { expectBudget("'zz'.matches('\(pattern)' + string(t))") }

    private func expectBudget(_ text: String) {
        let error = #expect(throws: EvaluationError.self) { try evaluate(text, ["t": .int(1)]) }
        #expect(error?.isBudget == true, "\(error?.message ?? "none")")
    }

    @Test("matching is paid for by what it takes, and not begun where it could take very long")
    func dearMatches() throws {
        var random = SystemRandomNumberGenerator()
        func text(_ count: Int) -> Bindings {
            ["t": .string(String((0..<count).map { _ in Bool.random(using: &random) ? "a" : "b" }))]
        }
        let dear = "t.matches('(([ab]?){30}){30}c')"
        #expect(try evaluate(dear, text(100)) == .bool(false))
        for count in [16_384, 1 << 20] {
            let error = #expect(throws: EvaluationError.self) { try evaluate(dear, text(count)) }
            #expect(error?.isBudget == true)
        }
        #expect(try evaluate("t.matches('foo.*bar') || t.matches('^[ab]+$')", text(1 << 20)) == .bool(true))
    }

    @Test("what would be compiled anew for very many types is refused when it is long")
    func alternatives() throws {
        var environment = ExpressionEnvironment([("data", .dyn), ("event", .dyn)])
        let types = (0..<200).map { number -> (String, ValueType) in
            ("t\(number)", .object(ObjectType(name: "t", fields: ["f\(number)": .init(.double)])))
        }
        environment.alternatives = Alternatives(
            of: "data", by: "event", "type", Dictionary(uniqueKeysWithValues: types))
        let long = (0..<40).map { "data.f\($0) > 1.0" }.joined(separator: " || ")
        #expect(throws: Never.self) { try Expression("data.f1 > 1.0", in: environment) }
        #expect(throws: Never.self) { try Expression(long.replacing("data", with: "event"), in: environment) }
        let problem = #expect(throws: ExpressionProblem.self) { try Expression(long, in: environment) }
        #expect(problem?.message.hasPrefix("too long for the 200 types of events that can come here") == true)
    }

    @Test("a large object costs what reading it costs")
    func readingCost() throws {
        let json = #"{"l": [\#((0..<50_000).map(String.init).joined(separator: ","))], "n": 1}"#
        let object = try JSONObject(Array(json.utf8))
        let bindings: Bindings = ["data": .object(object)]
        #expect(try evaluate("data.n == 1 && data.n < 2 && size(data.l) == 50000", bindings) == .bool(true))
        let error = #expect(throws: EvaluationError.self) { try evaluate("data.l.all(x, data.l.size() > 1)", bindings) }
        #expect(error?.isBudget == true)
    }
}
