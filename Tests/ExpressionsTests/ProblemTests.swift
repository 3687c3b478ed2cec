import Testing

@testable import Expressions

@Suite struct ProblemTests {
    @Test(
        "a mistake is told in words, with its place",
        arguments: [
            ("", "an empty expression", "1:1"),
            ("1 +", "expected an expression after '+'", "1:4"),
            ("true &&", "expected an expression after '&&'", "1:8"),
            ("data.x == 'abc", "unclosed string", "1:11"),
            ("'abc\n'", "unclosed string; a string over several lines has three quotes", "1:1"),
            ("'''abc", "unclosed string", "1:1"),
            ("(1 + 2", "unclosed '('; expected ')'", "1:1"),
            ("[1, 2", "unclosed '['; expected ']'", "1:1"),
            ("1 2", "expected an operator or the end before a number", "1:3"),
            ("data.x = 1", "'=' does not compare; write '=='", "1:8"),
            ("true & false", "a single '&'; write '&&'", "1:6"),
            ("'\\q'", "unknown escape; a backslash itself is '\\\\', or put r before the string", "1:2"),
            ("'\\u00g0'", "expected 4 hexadecimal digits", "1:2"),
            ("12abc", "a letter right after a number", "1:3"),
            ("9223372036854775808", "this number does not fit; an int ends at 9223372036854775807", "1:1"),
            ("data.", "expected a name after '.'; other keys go in brackets: ['key']", "1:6"),
            ("for", "'for' is a reserved word of CEL and no name; a key of that name is ['for']", "1:1"),
            ("a ? 1", "expected ':' and what else the '?' gives", "1:6"),
            ("{'a'}", "expected ':' and the value of the key", "1:5"),
            ("data.?x", "optional values ('.?') are not supported; use has()", "1:6"),
            ("data{x: 1}", "messages ('Name{…}') are not supported; a map is {'key': value}", "1:5"),
            ("§", "'§' has no meaning here", "1:1"),
        ])
    func syntax(text: String, message: String, place: String) throws {
        let found = try #require(problem(text))
        #expect(found.message == message)
        #expect("\(found.place.line):\(found.place.column)" == place)
    }

    @Test(
        "names that nobody knows come with the nearest one",
        arguments: [
            ("dat.x", "'dat' is not known here; did you mean 'data'?", "1:1"),
            ("whatever", "'whatever' is not known here; known are 'data', 'event'", "1:1"),
            ("event.typ == 'a'", "event has no field 'typ'; did you mean 'type'?", "1:7"),
            ("has(event.subjekt)", "event has no field 'subjekt'; did you mean 'subject'?", "1:11"),
            ("event['sorce']", "event has no field 'sorce'; did you mean 'source'?", "1:7"),
            ("data.name.startWith('a')", "unknown function 'startWith'; did you mean 'startsWith'?", "1:11"),
            ("startsWith(data.name, 'a')", "'startsWith' is called on a value: x.startsWith(…)", "1:1"),
            ("data.string()", "'string' is called as string(…)", "1:6"),
            (
                "data.list.filter(x)", "'filter' takes 2 arguments: a name for the element, then what is done with it",
                "1:11"
            ),
            (
                "filter(data, x, true)", "unknown function 'filter'; it is called on a list: [1, 2].filter(x, x > 1)",
                "1:1"
            ),
            ("data.a.exists(1, true)", "expected a name for the element", "1:15"),
            ("has(data)", "has() takes one field, such as has(data.name)", "1:1"),
            ("size(data, 1)", "no such overload: 'size' takes 1 argument, not 2", "1:1"),
        ])
    func names(text: String, message: String, place: String) throws {
        let found = try #require(problem(text))
        #expect(found.message == message)
        #expect("\(found.place.line):\(found.place.column)" == place)
    }

    @Test(
        "what certainly cannot work is found when it is loaded",
        arguments: [
            ("1 + 1.5", "no such overload: int + double; write double(…) around the int"),
            ("event.time > 5", "no such overload: timestamp > int"),
            ("'n: ' + 5", "no such overload: string + int; write string(…) around the int"),
            ("5u - 1", "no such overload: uint - int; write int(…) around the uint"),
            ("event.type == 5", "a string is never equal to an int"),
            ("event.type && true", "'&&' takes true or false, this is text"),
            ("!'a'", "'!' takes true or false, this is text"),
            ("1 ? 2 : 3", "'?' takes true or false, this is a number"),
            ("event.type.x", "a string has no fields, so no 'x' either"),
            ("event.type.all(x, true)", "'all' walks a list or a map, not a string"),
            ("5 in 'abc'", "no such overload: int in string"),
            ("{1.5: 1}", "unsupported key type: a key is a string, an int, a uint or a bool, not a double"),
            ("size(5)", "no such overload: size() does not take (int)"),
            ("data.a.matches('(')", "not a regular expression: missing ): ("),
            ("1.5 % data.x", "no such overload: '%' does not take a double"),
        ])
    func types(text: String, message: String) throws {
        #expect(problem(text)?.message == message)
    }

    @Test("a condition that certainly is none is a problem; one that may be is not")
    func expecting() {
        #expect(
            problem("data.n + 1", expecting: [.bool])?.message
                == "a condition must be true or false, this is a number")
        #expect(
            problem("event.type", expecting: [.int, .bool])?.message
                == "expected a number or true or false here, this is text")
        #expect(problem("data.n", expecting: [.bool]) == nil)
        #expect(problem("data.n > 1", expecting: [.bool]) == nil)
        #expect(problem("event.subject", expecting: [.string]) == nil)
    }

    @Test("places count bytes, lines and characters, also past lines of other scripts")
    func places() throws {
        let found = try #require(problem("// größer\r\n'日本🐱' == data.x &&\r\n  dat.y"))
        #expect(found.place == SourcePlace(offset: 42, line: 3, column: 3))
        #expect(found.length == 3)
    }

    @Test("an evaluation that fails says where")
    func evaluationPlace() throws {
        let expression = try Expression("true &&\n  data.missing > 1", in: .sample)
        let data = Value.map(["a": .int(1)])
        let error = #expect(throws: EvaluationError.self) { try expression.evaluate(["data": data] as Bindings) }
        #expect(error?.description == "2:8: no such key: 'missing'")
        let absent = #expect(throws: EvaluationError.self) { try expression.evaluate(Bindings()) }
        #expect(absent?.message == "no such attribute: 'data' is absent")
    }

    @Test("mixed arithmetic at run time suggests the conversion")
    func mixed() throws {
        let message = try failure("data + 1", ["data": .double(1.5)])
        #expect(message == "no such overload: double + int; write double(…) around the int")
    }

    @Test("the nearest name is one that was probably meant, or none")
    func nearest() {
        #expect(nearestName(to: "tikcer", among: ["ticker", "tasks", "file_tail"]) == "ticker")
        #expect(nearestName(to: "Ticker", among: ["ticker"]) == "ticker")
        #expect(nearestName(to: "file_tial", among: ["ticker", "file_tail"]) == "file_tail")
        #expect(nearestName(to: "xyz", among: ["abc", "a"]) == nil)
        #expect(nearestName(to: "", among: ["abc"]) == nil)
        #expect(nearestName(to: "x", among: ["y"]) == nil)
    }
}
