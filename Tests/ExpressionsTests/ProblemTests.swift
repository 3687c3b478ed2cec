import Testing

@testable import Expressions

@Suite struct ProblemTests {
    @Test(
        "a slip of the pen is told in words, with its place",
        arguments: [
            ("", "an empty expression", "1:1"),
            ("1 +", "expected an expression after '+'", "1:4"),
            ("data.x == ", "expected an expression after '=='", "1:11"),
            ("&& data.x", "expected an expression", "1:1"),
            ("data.x == 'abc", "unclosed string; expected ' at its end", "1:11"),
            (#"data.x == 'abc""#, "unclosed string; expected ' at its end", "1:11"),
            ("'abc\n'", "unclosed string; a string over several lines has three quotes", "1:1"),
            ("'''abc", "unclosed string; expected ''' at its end", "1:1"),
            ("(1 + 2", "unclosed '('; expected ')'", "1:1"),
            ("[1, 2", "unclosed '['; expected ']'", "1:1"),
            ("{'a': 1", "unclosed '{'; expected '}'", "1:1"),
            ("size(1, ", "unclosed '('; expected ')'", "1:5"),
            ("1 2", "expected an operator or the end before a number", "1:3"),
            ("'a' 'b'", "expected an operator or the end before a string; texts are joined with '+'", "1:5"),
            ("data.x = 1", "'=' does not compare; write '=='", "1:8"),
            ("data.x === 1", "'===' is not CEL's; write '=='", "1:8"),
            ("data.x !== 1", "'!==' is not CEL's; write '!='", "1:8"),
            ("data.x =~ 'a'", "'=~' is not CEL's; write x.matches('…')", "1:8"),
            ("true & false", "a single '&'; write '&&'", "1:6"),
            ("true | false", "a single '|'; write '||'", "1:6"),
            ("data.x and data.y", "expected an operator or the end before 'and'; write '&&'", "1:8"),
            ("data.x OR data.y", "expected an operator or the end before 'OR'; write '||'", "1:8"),
            ("not data.x", "'not' is not CEL's; write '!'", "1:1"),
            ("1 <> 2", "'<>' is not CEL's; write '!='", "1:3"),
            ("math.max(1, 2)", "unknown function 'math.max'; CEL has math.greatest(…)", "1:1"),
            ("math.greatest(1, 2, 'x')", "no such overload: math.greatest() does not take (int, int, string)", "1:1"),
            ("math.least()", "no such overload: 'math.least' takes one argument or more", "1:1"),
            ("'a'.size == 1", "a string has no fields, so no 'size' either; the function is size()", "1:5"),
            (
                "'a' in [1, 2]",
                "never in this list: a string is never equal to an int; write int(…) around the string, or quotes around the number",
                "1:5"
            ),
            (
                "1 in {'a': 1}",
                "never a key here: an int is never equal to a string; write int(…) around the string, or quotes around the number",
                "1:3"
            ),
            ("data.x is null", "expected an operator or the end before 'is'; write '=='", "1:8"),
            ("data.x in ('a', 'b')", "expected ')' before ','; a list has brackets: ['a', 'b']", "1:15"),
            ("data.x ? 1", "expected ':' and what else the '?' gives, as in x > 1 ? 'many' : 'one'", "1:11"),
            ("data?.x", "expected ':' and what else the '?' gives; a field that may be absent is data.?name", "1:8"),
            ("data.x ?? 1", "'??' is not CEL's; write data.?name.orValue(…)", "1:9"),
            (
                "l.filter(x => x > 1)",
                "'=>' is not CEL's; 'at least' is '>=', and a list is walked with list.filter(x, x > 1)", "1:12"
            ),
            ("5m", "a letter right after a number; a duration is written duration('5m')", "1:2"),
            ("12abc", "a letter right after a number", "1:3"),
            ("“abc”", "'“' has no meaning here; a text stands between straight quotes: '…' or \"…\"", "1:1"),
            ("data.x;", "';' has no meaning here; an expression ends without it", "1:7"),
            ("§", "'§' has no meaning here", "1:1"),
            ("'\\q'", "unknown escape; a backslash itself is '\\\\', or put r before the string", "1:2"),
            ("'\\u00g0'", "expected 4 hexadecimal digits", "1:2"),
            ("9223372036854775808", "this number does not fit; an int ends at 9223372036854775807", "1:1"),
            ("data.", "expected a name after '.'; other keys go in brackets: ['key']", "1:6"),
            ("for", "'for' is a reserved word of CEL and no name; a key of that name is ['for']", "1:1"),
            (
                "if data.x", "'if' is a reserved word of CEL and no name; a choice is written x > 1 ? 'many' : 'one'",
                "1:1"
            ),
            ("{'a'}", "expected ':' and the value of the key", "1:5"),
            ("data{x: 1}", "messages ('Name{…}') are not supported; a map is {'key': value}", "1:5"),
        ])
    func syntax(text: String, message: String, place: String) throws {
        let found = try #require(problem(text))
        #expect(found.message == message)
        #expect("\(found.place.line):\(found.place.column)" == place)
    }

    @Test(
        "names that nobody knows come with the nearest one, or with CEL's own word",
        arguments: [
            ("dat.x", "'dat' is not known here; did you mean 'data'?", "1:1"),
            (
                "whatever",
                "'whatever' is not known here; known are 'data', 'event', and a field of the data is data.whatever",
                "1:1"
            ),
            ("True", "'True' is not known here; did you mean 'true'?", "1:1"),
            ("data.x == None", "'None' is not known here; write null", "1:11"),
            ("event.typ == 'a'", "event has no field 'typ'; did you mean 'type'?", "1:7"),
            ("has(event.subjekt)", "event has no field 'subjekt'; did you mean 'subject'?", "1:11"),
            ("event['sorce']", "event has no field 'sorce'; did you mean 'source'?", "1:7"),
            ("data.name.startWith('a')", "unknown function 'startWith'; did you mean 'startsWith'?", "1:11"),
            ("math.flor(1.5)", "unknown function 'math.flor'; did you mean 'math.floor'?", "1:1"),
            ("abs(data.x)", "unknown function 'abs'; it is called as math.abs(…)", "1:1"),
            ("data.name.length()", "unknown function 'length'; CEL has size(…)", "1:11"),
            ("data.name.toUpperCase()", "unknown function 'toUpperCase'; CEL has x.upperAscii(…)", "1:11"),
            ("data.l.any(x, x > 1)", "unknown function 'any'; CEL has list.exists(x, x > 1)", "1:8"),
            ("now()", "unknown function 'now'; an expression has no clock, event.time says when the event was", "1:1"),
            ("startsWith(data.name, 'a')", "'startsWith' is called on a value: x.startsWith(…)", "1:1"),
            ("data.string()", "'string' is called as string(…)", "1:6"),
            ("['a'].contains('a')", "'contains' looks into a text; what is in a list is told by: x in list", "1:7"),
            (
                "data.l.filter(x)",
                "'filter' takes a name for the value, then what is done with it, such as list.filter(x, x > 1)", "1:8"
            ),
            ("filter(data, x, true)", "'filter' is called as in list.filter(x, x > 1)", "1:1"),
            ("data.a.exists(1, true)", "expected a name for the value, such as x", "1:15"),
            ("has(data)", "has() takes one field, such as has(data.name); a key is told by: 'key' in data", "1:1"),
            ("size(data, 1)", "no such overload: 'size' takes 1 argument, not 2", "1:1"),
            ("'a'.substring()", "no such overload: 'substring' takes 1 or 2 arguments, not 0", "1:5"),
        ])
    func names(text: String, message: String, place: String) throws {
        let found = try #require(problem(text))
        #expect(found.message == message)
        #expect("\(found.place.line):\(found.place.column)" == place)
    }

    @Test(
        "what certainly cannot work is found when it is loaded, with what would",
        arguments: [
            ("1 + 1.5", "no such overload: int + double; write double(…) around the int"),
            (
                "event.time > 5",
                "no such overload: timestamp > int; a timestamp is written timestamp('2024-05-01T12:00:00Z')"
            ),
            ("event.time > '2024'", "no such overload: timestamp > string; write timestamp(…) around the string"),
            ("event.time - event.time > 300", "no such overload: duration > int; a duration is written duration('5m')"),
            ("'n: ' + 5", "no such overload: string + int; write string(…) around the int"),
            ("5u - 1", "no such overload: uint - int; write int(…) around the uint"),
            (
                "event.type == 5",
                "a string is never equal to an int; write int(…) around the string, or quotes around the number"
            ),
            (
                "event.type > 5",
                "no such overload: string > int; write int(…) around the string, or quotes around the number"
            ),
            ("1 < data.x < 9", "no such overload: bool < int; two comparisons are joined with '&&': 1 < x && x < 9"),
            ("event.type && true", "'&&' takes true or false, this is text"),
            ("!'a'", "'!' takes true or false, this is text"),
            ("1 ? 2 : 3", "'?' takes true or false, this is a number"),
            ("-'a'", "no such overload: '-' does not take a string"),
            ("event.type.x", "a string has no fields, so no 'x' either"),
            ("event.type.all(x, true)", "'all' walks a list or a map, not a string"),
            ("5 in 'abc'", "no such overload: int in string; a text is looked into with x.contains('…')"),
            ("[1, 2]['a']", "a list is indexed with whole numbers, not with a string"),
            ("{1.5: 1}", "unsupported key type: a key is a string, an int, a uint or a bool, not a double"),
            ("size(5)", "no such overload: size() does not take (int)"),
            ("math.greatest(event.type)", "no such overload: math.greatest() does not take (string)"),
            ("data.a.matches('(')", "not a regular expression: missing ): ("),
            ("1.5 % data.x", "no such overload: '%' does not take a double; it takes whole numbers: write int(…)"),
            (
                "timestamp('2024-05-01')",
                "'2024-05-01' cannot be converted to a timestamp: one is written '2024-05-01T12:00:00Z' or '…+02:00', from the year 1 to 9999"
            ),
            (
                "duration('5 minutes')",
                "'5 minutes' cannot be converted to a duration: one is written '1h30m', '90s' or '250ms', up to 315576000000s"
            ),
            (
                "int('x')",
                "'x' cannot be converted to an int: that is a whole number from -9223372036854775808 to 9223372036854775807"
            ),
            ("'%d'.format(['a'])", "'%d' does not take a string"),
        ])
    func types(text: String, message: String) throws {
        #expect(problem(text)?.message == message)
    }

    @Test("a name that is a field of the declared data is found there")
    func dataField() throws {
        let data = ObjectType(name: "data", fields: ["price": .init(.double)])
        let environment = ExpressionEnvironment([("data", .object(data))])
        #expect(
            problem("price > 3", in: environment)?.message == "'price' is not known here; did you mean 'data.price'?")
    }

    @Test("the excerpt shows the line with a caret under the mistake")
    func excerpt() throws {
        func shown(_ text: String) throws -> String { try #require(problem(text)).excerpt(of: text) }
        #expect(try shown("data.x = 1") == "data.x = 1\n       ^")
        #expect(try shown("true &&\n\tevent.typ == 'é'") == "\tevent.typ == 'é'\n\t      ^~~")
        #expect(try shown("'" + String(repeating: "é", count: 500)).count < 140)
        #expect(try shown("") == "\n^")
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
