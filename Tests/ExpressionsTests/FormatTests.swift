import Testing

@testable import Expressions

@Suite("format and quote") struct FormatTests {
    @Test("each verb writes what it takes")
    func verbs() throws {
        try expectAll([
            "'no substitution'.format([])": "'no substitution'", "'%%%s%%'.format(['text'])": "'%text%'",
            "'%d %s %d'.format([1, 'A', 2u])": "'1 A 2'", "'%.3f'.format([1.2345])": "'1.234'",
            "'%b %b %b %b'.format([5, 64u, true, -5])": "'101 1000000 1 -101'", "'%o'.format([65535u])": "'177777'",
            "'%x %X %x'.format([30, 6000u, -255])": "'1e 1770 -ff'", "'%x'.format(['Hello'])": "'48656c6c6f'",
            "'%X'.format([b'\\xab!'])": "'AB21'", "'%.6e'.format([1052.032911275])": "'1.052033e+03'",
            "'%f'.format([2.71828])": "'2.718280'", "'%e'.format([2.71828])": "'2.718280e+00'",
            "'%d %d %d'.format([1.5, 1e20, -1e-7])": "'1.5 100000000000000000000 -0.0000001'",
            "'%d %f %e'.format([0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0])": "'NaN Infinity -Infinity'",
            "'%s'.format([null])": "'null'", "'%s %s'.format([true, 56.8])": "'true 56.8'",
            "'%s'.format([b'xyz'])": "'xyz'",
            "'%s'.format([type('')])": "'string'", "'%s'.format([duration('1h45m47s')])": "'6347s'",
            "'%s'.format([timestamp('2023-02-03T23:31:20+00:00')])": "'2023-02-03T23:31:20Z'",
            "'%s'.format([['abc', 3.14, null, [9, 8]]])": "'[abc, 3.14, null, [9, 8]]'",
            "'%s'.format([{'strKey': 'x', 6: duration('422s'), true: 42}])": "'{6: 422s, strKey: x, true: 42}'",
            "dyn('%s!').format([dyn('a')])": "'a!'",
        ])
    }

    @Test(
        "what a verb does not take is an error",
        arguments: [
            "'%a'.format([1])", "'%d %d'.format([0])", "'%b'.format(['abc'])", "'%d'.format([duration('30m')])",
            "'%o'.format(['a'])", "'%x'.format([0.5])", "'%E'.format([0.5])", "'%d'.format([null])",
            "'%e'.format([null])",
            "'%f'.format([null])", "'%x'.format([null])", "'%b'.format([null])", "'%'.format([1])",
            "'%.f'.format([1.5])", "'%.1001f'.format([1.5])", "'%s'.format([optional.of(1)])",
            "'%s'.format([[optional.of(1)]])",
        ])
    func errors(text: String) throws {
        #expect(try failure(text) != nil)
    }

    @Test("doubles are rounded by their exact digits, ties to even, whatever their size")
    func digits() {
        let cases: [(Double, Int, fixed: String, scientific: String)] = [
            (0, 2, "0.00", "0.00e+00"), (-0.0, 1, "-0.0", "-0.0e+00"), (2.5, 0, "2", "2e+00"), (3.5, 0, "4", "4e+00"),
            (0.5, 0, "0", "5e-01"), (1.5, 0, "2", "2e+00"), (0.05, 1, "0.1", "5.0e-02"), (0.04, 1, "0.0", "4.0e-02"),
            (9.995, 2, "9.99", "9.99e+00"), (99.99, 1, "100.0", "1.0e+02"), (0.999, 2, "1.00", "9.99e-01"),
            (123_456_789.125, 2, "123456789.12", "1.23e+08"), (1e22, 0, "10000000000000000000000", "1e+22"),
            (1e23, 0, "99999999999999991611392", "1e+23"), (.leastNonzeroMagnitude, 3, "0.000", "4.941e-324"),
            (-1234.5, 0, "-1234", "-1e+03"),
            (0.1, 20, "0.10000000000000000555", "1.00000000000000005551e-01"),
        ]
        for (number, precision, fixed, scientific) in cases {
            #expect(DecimalText(number).fixed(precision: precision) == fixed)
            #expect(DecimalText(number).scientific(precision: precision) == scientific)
        }
        #expect(DecimalText(.greatestFiniteMagnitude).fixed(precision: 0).count == 309)
    }

    @Test("quote escapes what would not be seen")
    func quote() throws {
        try expectAll([
            #"strings.quote('first\nsecond')"#: #"'"first\\nsecond"'"#,
            #"strings.quote('\a\b\f\r\t\v')"#: #"'"\\a\\b\\f\\r\\t\\v"'"#,
            #"strings.quote('a \\ b " c')"#: #"'"a \\\\ b \\" c"'"#,
            "strings.quote('size(\"π🐱\")')": #"'"size(\\"π🐱\\")"'"#,
            "strings.quote('')": "'\"\"'",
        ])
    }

    @Test("positions outside a text are errors that name them")
    func positions() throws {
        for text in [
            "'tacocat'.charAt(30)", "'tacocat'.indexOf('a', 30)", "'tacocat'.lastIndexOf('a', -1)",
            "'tacocat'.lastIndexOf('a', 30)", "'tacocat'.substring(40)", "'tacocat'.substring(-1)",
            "'tacocat'.substring(1, 50)", "'tacocat'.substring(49, 50)", "'tacocat'.substring(4, 3)",
        ] { #expect(try failure(text) != nil, "\(text)") }
        try expectAll([
            "'bananananana'.lastIndexOf('nana', 7)": "6", "''.lastIndexOf('@@')": "-1",
            "'tacocat'.lastIndexOf('')": "7",
            "'tacocat'.lastIndexOf('', 3)": "3", "'tacocat'.indexOf('', 3)": "3", "'ta©o©αT'.lastIndexOf('©α', 4)": "4",
            "'hello wello'.lastIndexOf('ello', 6)": "1",
            "'\\u0085\\u00a0\\u1680text\\u2028\\u3000'.trim()": "'text'",
            "'\\u180etext\\u200b'.trim()": "'\\u180etext\\u200b'",
        ])
    }
}
