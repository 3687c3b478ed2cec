import Testing

@testable import Expressions

@Suite("Optional values") struct OptionalTests {
    @Test("an optional value holds something, null too, or nothing")
    func holding() throws {
        try expectAll([
            "optional.of(null).hasValue()": "true", "optional.none().hasValue()": "false",
            "optional.of(1).value()": "1", "type(optional.none()) == optional_type": "true",
            "optional.of(1) == optional.of(1.0)": "true", "optional.none() == optional.none()": "true",
            "optional.of(1) != optional.none()": "true", "optional.of(optional.none()).hasValue()": "true",
        ])
        #expect(try failure("optional.none().value()")?.contains("orValue") == true)
    }

    @Test("ofNonZeroValue holds nothing that is the zero of its type")
    func zeros() throws {
        for zero in ["null", "false", "0", "0u", "-0.0", "''", "b''", "[]", "{}", "duration('0')", "optional.none()"] {
            #expect(try evaluate("optional.ofNonZeroValue(\(zero)).hasValue()") == .bool(false), "\(zero)")
        }
        for other in ["true", "1", "0.1", "'a'", "[0]", "{'a': 0}", "timestamp(1)", "int"] {
            #expect(try evaluate("optional.ofNonZeroValue(\(other)).hasValue()") == .bool(true), "\(other)")
        }
    }

    @Test("or and orValue look at their argument only where there is nothing")
    func alternatives() throws {
        try expectAll([
            "optional.none().or(optional.none()).orValue(42)": "42", "optional.of(1).orValue(1 / 0)": "1",
            "optional.of(1).or(optional.of(1 / 0)).value()": "1", "optional.none().or(optional.of(20)).value()": "20",
        ])
        #expect(try failure("optional.none().orValue(1 / 0)") == "division by zero")
        #expect(try failure("dyn(1).orValue(2)") == "no such overload: orValue() does not take (int)")
    }

    @Test("'.?' and '[?' find what may be absent, and go on through it")
    func selecting() throws {
        try expectAll([
            "{}.?x.hasValue()": "false", "{'x': 1}.?x.value()": "1", "{'x': null}.?x.hasValue()": "true",
            "{'a': {'b': 1}}.?a.b.value()": "1", "{'a': {}}.?a.b.hasValue()": "false", "{}.?a.b.c.hasValue()": "false",
            "{true: dyn(0)}[?false].absent.hasValue()": "false", "[][?0].hasValue()": "false",
            "[7][?0].value()": "7", "[7][?-1].hasValue()": "false", "{1u: 'a'}[?1.0].value()": "'a'",
            "{'c': {'a-b': 'x'}}.c[?'a-b'].orValue('y')": "'x'", "optional.of([7])[?0].value()": "7",
            "optional.of({'c': {'d': 1}}).c.d.orValue(2)": "1", "optional.of({'c': {}}).c['d'].orValue(2)": "2",
            "optional.none()[0].hasValue()": "false", "optional.none().?x.hasValue()": "false",
            "has({}.?x.y)": "false", "has({'x': {'y': 1}}.?x.y)": "true",
            "has(optional.of({'c': 1}).c) && !has(optional.of({'c': 1}).d)": "true",
        ])
        #expect(try failure("{'a': dyn(null)}.?a.b.hasValue()") == "null has no fields, so no 'b' either")
        #expect(try failure("{true: dyn(0)}[?true].b") == "an int has no fields, so no 'b' either")
        #expect(try failure("{}.a.?b") == "no such key: 'a'")
    }

    @Test("a '?' leaves an element or entry out that holds nothing")
    func literals() throws {
        try expectAll([
            "[?{}.?c, ?optional.of(42), ?optional.none(), 1]": "[42, 1]",
            "{?'a': {}.?c, 'b': true, ?'d': optional.of(1)}": "{'b': true, 'd': 1}",
            "optional.ofNonZeroValue({?'a': optional.of({}).?c}).hasValue()": "false",
        ])
        #expect(try failure("[?dyn(1)]") == "'?' takes an optional value, this is an int")
    }

    @Test("optMap and optFlatMap go on with what is there")
    func mapping() throws {
        try expectAll([
            "optional.of(42).optMap(y, y + 1).value()": "43", "optional.none().optMap(y, y + 1).hasValue()": "false",
            "{'k': {'s': ''}}.?k.optFlatMap(k, k.?s).value()": "''",
            "{'k': {}}.?k.optFlatMap(k, k.?s).hasValue()": "false", "{}.?k.optFlatMap(k, k.?s).hasValue()": "false",
            "optional.of(2).optMap(x, optional.of(3).optMap(y, x * y)).value().value()": "6",
        ])
        #expect(try failure("optional.of(1).optFlatMap(x, dyn(x))")?.contains("optional value") == true)
    }

    @Test("lists give their first and last as optional values, and unwrap such")
    func lists() throws {
        try expectAll([
            "[1, 2, 3].first().value()": "1", "[1, 2, 3].last().value()": "3", "[].first().orValue('x')": "'x'",
            "optional.unwrap([optional.of(1), optional.none()])": "[1]", "[optional.of(1)].unwrapOpt()": "[1]",
        ])
    }

    @Test("the checker knows what optional values hold")
    func types() throws {
        func type(_ text: String) throws -> ValueType { try Expression(text, in: .sample).resultType }
        #expect(try type("event.?subject") == .optional(.string))
        #expect(try type("event.?subject.orValue('x')") == .string)
        #expect(try type("event.?time.optMap(t, t.getHours())") == .optional(.int))
        #expect(try type("[1, 2].first()") == .optional(.int))
        #expect(try type("[?event.?subject]") == .list(.string))
        #expect(
            problem("event.?subject + 'x'")?.message
                == "no such overload: optional value + string; orValue(…) says what stands for none")
        #expect(problem("event.?subjekt")?.message == "event has no field 'subjekt'; did you mean 'subject'?")
        #expect(
            problem("event.type.orValue('x')")?.message
                == "'orValue' is called on an optional value, such as data.?name, not on text")
        #expect(
            problem("[?event.type]")?.message
                == "'?' takes an optional value, such as optional.of(…) or data.?name; this is text")
    }

    @Test("a declared timestamp is read as one through '.?' as well")
    func declared() throws {
        let event = Value.map(["time": .string("2024-05-01T12:00:00Z")])
        let expression = try Expression("event.?time.optMap(t, t.getHours()).value()", in: .sample)
        #expect(try expression.evaluate(["event": event] as Bindings) == .int(12))
    }
}
