import TestSupport
import Testing

@testable import Aggregator

@Suite("Reports: Types")
struct TypeReportTests {
    @Test(
        "What is wrong with a declared type is told with its place, what was expected, and the nearest name",
        arguments: cases)
    func report(_ example: ReportCase) { #expect(Pipeline.report(on: example.text) == example.report) }

    private static let cases: [ReportCase] = [
        ReportCase(
            "a word that only YAML 1.1 takes for true",
            """
            types: {t: {a: int, closed: yes}}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """,
            reports: """
                p.yaml:1:29: true and false are written as such here: closed: true
                   1 | types: {t: {a: int, closed: yes}}
                     |                             ^~~
                """),
        ReportCase(
            "unknown and misspelt types",
            """
            types:
              t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """,
            reports: """
                p.yaml:2:10: unknown type 'strng'; did you mean 'string'?
                   2 |   t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
                     |          ^~~~~
                p.yaml:2:20: unknown type 'integer'; write int
                   2 |   t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
                     |                    ^~~~~~~
                p.yaml:2:33: unknown type 'nubmer'; did you mean 'number'?
                   2 |   t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
                     |                                 ^~~~~~
                p.yaml:2:54: unknown type 'x'; known are 'any', 'bool', 'bytes', 'duration', 'int', 'number', 'string', 'timestamp'
                   2 |   t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
                     |                                                      ^
                p.yaml:2:61: unknown type 'boolean'; write bool
                   2 |   t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
                     |                                                             ^~~~~~~~~~~~
                p.yaml:2:78: expected a type such as string, number, [string] or {field: type}, not nothing
                   2 |   t: {a: strng, b: integer, c: [nubmer], d: {string: x}, e: "[boolean]?", f: }
                     |                                                                              ^
                """),
        ReportCase(
            "lists, enumerations, fields and names",
            """
            types:
              t: {a: [debug, info], b: {enum: []}, c: {enum: [x, x]}, d: int, d?: int}
              gap: string
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """,
            reports: """
                p.yaml:2:10: a list type has one element, the type of what is in the list: [string]; one of several values is written {enum: [debug, info]}
                   2 |   t: {a: [debug, info], b: {enum: []}, c: {enum: [x, x]}, d: int, d?: int}
                     |          ^
                p.yaml:2:35: expected at least one value
                   2 |   t: {a: [debug, info], b: {enum: []}, c: {enum: [x, x]}, d: int, d?: int}
                     |                                   ^
                p.yaml:2:54: the value stands here twice
                   2 |   t: {a: [debug, info], b: {enum: []}, c: {enum: [x, x]}, d: int, d?: int}
                     |                                                      ^
                p.yaml:2:67: the field 'd' stands here twice
                   2 |   t: {a: [debug, info], b: {enum: []}, c: {enum: [x, x]}, d: int, d?: int}
                     |                                                                   ^~
                p.yaml:3:3: the type of an event must not be 'gap': subscribers are told of lost events by that name
                   3 |   gap: string
                     |   ^~~
                """),
        ReportCase(
            "a source's type that is nearly a declared one, and a declared one that no source emits",
            """
            types: {price: {price: number}}
            sources: {m: {ticker: {type: prise}}}
            channels: {c: {from: m}}
            """,
            reports: """
                p.yaml:1:9: warning: no source says that it emits events of the type 'price'
                   1 | types: {price: {price: number}}
                     |         ^~~~~
                p.yaml:2:15: warning: no type 'prise' is declared, so its data is not checked; did you mean 'price'?
                   2 | sources: {m: {ticker: {type: prise}}}
                     |               ^~~~~~
                """),
        ReportCase(
            "the channel for what is not of its type",
            """
            types: {price: {price: number}}
            sources: {m: {ticker: {type: price, invalid: rejeced}}}
            channels: {c: {from: m}, rejected: {keep: 5}}
            """,
            reports: """
                p.yaml:2:46: there is no channel 'rejeced'; did you mean 'rejected'?
                   2 | sources: {m: {ticker: {type: price, invalid: rejeced}}}
                     |                                              ^~~~~~~
                p.yaml:3:26: rejected needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   3 | channels: {c: {from: m}, rejected: {keep: 5}}
                     |                          ^~~~~~~~
                """),
    ]

    @Test(
        "Expressions are checked with the declared types, from the source to the channel",
        arguments: [
            ("data.price > 3.0 && data.at > timestamp('2024-01-01T00:00:00Z') && data.tags[0] == 'x'", nil),
            ("data.counts.a > 1 && data.place.city == 'Rome' && data.level == 'info'", nil),
            ("data.price / 2.0 > 1.5 && data.took < duration('1h') && size(data.raw) == 3", nil),
            ("data.prise > 3.0", "data of the type 't' has no field 'prise'; did you mean 'price'?"),
            ("data.place.town == 'x'", "'place' has no field 'town'"),
            ("data.price == 'high'", "a double is never equal to a string"),
            ("data.level > 3", "no such overload"),
            ("data.at == 5", "never equal"),
        ])
    func expressions(_ expression: String, _ mistake: String?) {
        let report = Pipeline.report(
            on: """
                types:
                  t:
                    price: number
                    at: timestamp?
                    took: duration
                    raw: bytes
                    tags: [string]
                    counts: {string: int}
                    place?: {city: string}
                    level: {enum: [debug, info]}
                sources: {m: {ticker: {type: t}}}
                filters: {f: {from: m, steps: [sample: 10%]}, g: {from: m, steps: [where: "\(expression)"]}}
                channels: {c: {from: [f, g], end: "\(expression)"}}
                """)
        guard let mistake else {
            #expect(report.isEmpty, "\(report)")
            return
        }
        #expect(report.contains(mistake), "\(report)")
    }

    @Test(
        "What a JSON Schema says is an error of the file that names it, with its place in the schema",
        arguments: mistakes)
    func schemas(_ schema: String, _ mistake: String) throws {
        let folder = try TemporaryFolder()
        try folder.append("s.json", schema)
        let report = Pipeline.report(
            on: """
                types: {t: {schema: "\(folder.path)/s.json"}}
                sources: {m: {ticker: {type: t}}}
                channels: {c: {from: m}}
                """
        ).replacing(folder.path + "/", with: "")
        #expect(report.hasPrefix("p.yaml:1:21: \(mistake)"), "\(report)")
    }

    private static let mistakes: [(String, String)] = [
        (##"{"type": "objekt"}"##, "s.json at /type: unknown type 'objekt'; did you mean 'object'?"),
        (
            ##"{"properties": {"a": {"minimun": 1}}}"##,
            "s.json at /properties/a/minimun: the keyword 'minimun' is not supported; did you mean 'minimum'?"
        ),
        (
            ##"{"patternProperties": {}}"##,
            "s.json at /patternProperties: the keyword 'patternProperties' is not supported"
        ),
        (
            ##"{"properties": {"a/b": {"pattern": "("}}}"##,
            "s.json at /properties/a~1b/pattern: not a regular expression"
        ),
        (##"{"$ref": "other.json"}"##, "s.json at /$ref: 'other.json' leads elsewhere"),
        (##"{"$ref": "#/$defs/x"}"##, "s.json at /$ref: '#/$defs/x' leads to nothing"),
        (
            ##"{"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}"##,
            "s.json at /$defs/a: refers to itself"
        ),
        (##"{"items": [true]}"##, "s.json at /items: a list of schemas is written 'prefixItems'"),
        (##"{"$schema": "http://json-schema.org/draft-07/schema#"}"##, "s.json at /$schema: only"),
        (##"{"minLength": -1}"##, "s.json at /minLength: expected a whole number"),
        (##"{"format": "colour"}"##, "s.json at /format: unknown format 'colour'"),
        ("{", "s.json: not JSON"), ("[]", "s.json: expected a schema"),
    ]

    @Test("A schema's file that is not there is told of where it is named")
    func missingSchema() {
        let report = Pipeline.report(
            on: "types: {t: {schema: no.json}}\nsources: {m: {ticker: {type: t}}}\nchannels: {c: {from: m}}")
        #expect(report.hasPrefix("p.yaml:1:21: no.json: cannot be read"), "\(report)")
    }
}
