import Testing

@testable import Expressions

@Suite struct OperatorTests {
    @Test("arithmetic keeps the type of its operands")
    func arithmetic() throws {
        try expectAll([
            "40 + 2": "42", "1 - 3": "-2", "6 * 7": "42", "-7 / 2": "-3", "-42 % -5": "-2", "43 % -5": "3",
            "1 + 2 * 3 - 4 / 2": "5", "(1 + 2) * 3": "9", "--19": "19", "-(1.5)": "-1.5", "2u * 3u": "6u",
            "0.5 + 0.25": "0.75", "'a' + 'b'": "'ab'", "b'a' + b'b'": "b'ab'", "[1] + ['b']": "[1, 'b']",
            "5 - -3": "8", "2 - 3 - 4": "-5",
        ])
        #expect(try evaluate("15.75 / 0.0") == .double(.infinity))
    }

    @Test(
        "integers that overflow and divisions by zero are errors",
        arguments: [
            "9223372036854775807 + 1", "-9223372036854775808 - 1", "5000000000 * 5000000000", "-(-9223372036854775808)",
            "(-9223372036854775808) / -1", "(-9223372036854775808) % -1", "18446744073709551615u + 1u", "0u - 1u",
        ])
    func overflow(text: String) throws {
        #expect(try failure(text)?.contains("overflow") == true)
        #expect(try failure("1 / 0") == "division by zero")
        #expect(try failure("1u % 0u") == "division by zero")
    }

    @Test("equality compares numbers across types, never Unicode forms, never order in maps")
    func equality() throws {
        try expectAll([
            "1 == 1.0 && 1u == 1 && 2u == 2.0": "true", "dyn(1) == dyn('1')": "false", "dyn(null) == null": "true",
            "0.0/0.0 == 0.0/0.0": "false", "0.0/0.0 != 0.0/0.0": "true", "-0.0 == 0.0": "true",
            #"'Am\u00E9lie' == 'Ame\u0301lie'"#: "false", "[1, 2.0] == [1u, 2]": "true", "[1] == [1, 2]": "false",
            "{'a': 1, 'b': 2} == {'b': 2.0, 'a': 1u}": "true", "{1: 'x'} == {1u: 'x'}": "true",
            "b'a' == b'a'": "true", "int == type(1)": "true",
        ])
    }

    @Test("order holds across numeric types, also where a double cannot tell two integers apart")
    func order() throws {
        try expectAll([
            "1 < 2": "true", "'a' < 'b'": "true", "'Z' < 'a'": "true", "'abc' < 'abcd'": "true",
            "'f' < '\\u1EBF'": "true",
            "false < true": "true", "b'\\xff' > b'a'": "true", "1 < 1.5": "true", "2u >= 2": "true", "-1 < 0u": "true",
            "9223372036854775807 < 9223372036854775808u": "true",
            "18446744073709551615u < 18446744073709590000.0": "true",
            "dyn(9223372036854775807) < 9223372036854777857.0": "true", "1.0 < 0.0/0.0 || 1.0 >= 0.0/0.0": "false",
            "timestamp(1) < timestamp(2)": "true", "duration('1m') >= duration('60s')": "true",
        ])
    }

    @Test("what decides an && or || wins over an error on the other side, whichever side that is")
    func logic() throws {
        try expectAll([
            "1 / 0 > 0 || true": "true", "true || 1 / 0 > 0": "true", "1 / 0 > 0 && false": "false",
            "false && 1 / 0 > 0": "false", "!true || !false": "true", "true && !(false || false)": "true",
            "false || true && false": "false", "true ? 1 : 1 / 0": "1", "false ? 1 / 0 : 2": "2",
            "true ? (false ? 1 : 2) : 3": "2", "false ? 1 : false ? 2 : 3": "3",
        ])
        #expect(try failure("1 / 0 > 0 || false") == "division by zero")
        #expect(try failure("true && 1 / 0 > 0") == "division by zero")
        #expect(try failure("'horses' && true") == "no such overload: '&&' does not take a string")
        #expect(try evaluate("'horses' && false", checking: .deferred) == .bool(false))
    }

    @Test("'in' finds elements of lists and keys of maps, numbers by their value")
    func membership() throws {
        try expectAll([
            "2 in [1, 2]": "true", "dyn(2.0) in [1, 2]": "true", "'x' in []": "false", "'k' in {'k': 1}": "true",
            "3.0 in {3: 1}": "true", "3.1 in {3: 1}": "false", "[1] in [[1]]": "true", "!('a' in ['b'])": "true",
        ])
    }

    @Test("lists are indexed by whole numbers, maps by their keys")
    func indexing() throws {
        try expectAll([
            "[7, 8, 9][1]": "8", "[7][dyn(0.0)]": "7", "[7][0u]": "7", "{'a': 1}['a']": "1", "{'a': 1}.a": "1",
            "{1: 'x'}[1u]": "'x'", "{1u: 'x'}[1.0]": "'x'", "{true: 5}[true]": "5", "{'a-b': 1}.`a-b`": "1",
            "{'as': 1}.as": "1", "{'a': {'b': [1, 2]}}.a.b[1]": "2",
        ])
        #expect(try failure("[1, 2, 3][3]") == "index 3 is outside the list, which has 3 elements")
        #expect(try failure("[1][-1]") == "index -1 is outside the list, which has 1 elements")
        #expect(try failure("{'a': 1}.b") == "no such key: 'b'")
        #expect(try failure("{'a': 1, 'a': 2}") == "the key 'a' is there twice")
    }

    @Test("has() tells a missing field from one that is null")
    func presence() throws {
        try expectAll([
            "has({'a': null}.a)": "true", "has({'a': 1}.b)": "false", "has({'a': {'b': 1}}.a.b)": "true",
        ])
        #expect(try failure("has({}.a.b)") == "no such key: 'a'")
    }

    @Test("macros walk lists and the keys of maps, and nest")
    func macros() throws {
        try expectAll([
            "[1, 2, 3].all(x, x > 0)": "true", "[1, 2, 3].exists(x, x > 2)": "true", "[].all(x, x)": "true",
            "[1, 2, 3].exists_one(x, x > 1)": "false", "[1, 2, 3].existsOne(x, x == 2)": "true",
            "[1, 2, 3].map(x, x * x)": "[1, 4, 9]", "[1, 2, 3].map(x, x > 1, x * 10)": "[20, 30]",
            "[1, 2, 3].filter(x, x % 2 == 1)": "[1, 3]", "{'a': 1, 'b': 2}.map(k, k)": "['a', 'b']",
            "[[1], [2, 3]].map(x, x.map(y, y + size(x)))": "[[2], [4, 5]]", "[1].map(x, [2].map(x, x))": "[[2]]",
            "[1, 0].exists(x, 4 / x == 4)": "true", "[0, 1].exists(x, 4 / x == 4)": "true",
            "[1, 2].exists(x, [2].exists(y, x == y))": "true",
        ])
        #expect(try failure("[1, 0].all(x, 4 / x == 4)") == "division by zero")
    }
}
