import Testing

@testable import Aggregator

@Suite("Reports: YAML")
struct YAMLReportTests {
    @Test("What is wrong with the YAML itself is told in words that say what to do", arguments: cases)
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "a tab in the indentation",
            #"""
            sources:
            	market: 1
            """#,
            reports: #"""
                p.yaml:2:1: a tab stands where YAML wants spaces: it indents with spaces only
                   2 | →market: 1
                     | ^
                """#),
        ReportCase(
            "a key without its colon",
            #"""
            channels:
              prices
              orders: 1
            """#,
            reports: #"""
                p.yaml:3:9: no ':' is expected here; text with ': ' in it stands in quotes, and keys of one mapping are indented alike
                   3 |   orders: 1
                     |         ^
                """#),
        ReportCase(
            "keys that are not aligned",
            #"""
            channels:
                a: {from: m}
              b: {from: m}
            """#,
            reports: #"""
                p.yaml:3:3: expected a key or the end of the mapping that begins at 1:1; keys of one mapping are indented alike
                   3 |   b: {from: m}
                     |   ^
                """#),
        ReportCase(
            "a colon in plain text",
            #"""
            channels: a: b
            """#,
            reports: #"""
                p.yaml:1:12: no ':' is expected here; text with ': ' in it stands in quotes, and keys of one mapping are indented alike
                   1 | channels: a: b
                     |            ^
                """#),
        ReportCase(
            "a bracket without its end",
            #"""
            channels: {a: {from: [m}
            """#,
            reports: #"""
                p.yaml:1:24: expected ',' or ']' in the list that begins at 1:22; text with braces, brackets or commas stands in quotes
                   1 | channels: {a: {from: [m}
                     |                        ^
                """#),
        ReportCase(
            "braces in plain text inside braces",
            #"""
            channels: {a: {path: /a/{subject}}}
            """#,
            reports: #"""
                p.yaml:1:25: expected ',' or '}' in the mapping that begins at 1:15; text with braces, brackets or commas stands in quotes
                   1 | channels: {a: {path: /a/{subject}}}
                     |                         ^
                """#),
        ReportCase(
            "a quote without its end",
            #"""
            channels:
              a: "b
            """#,
            reports: #"""
                p.yaml:2:8: the text in quotes that begins at 2:6 has no end
                   2 |   a: "b
                     |        ^
                """#),
        ReportCase(
            "a character that begins nothing",
            #"""
            channels:
              a: @b
            """#,
            reports: #"""
                p.yaml:2:6: '@' cannot begin plain text; put the text in quotes
                   2 |   a: @b
                     |      ^
                """#),
        ReportCase(
            "an empty file",
            "",
            reports: #"""
                p.yaml:1:1: the file is empty
                   1 |
                     | ^
                """#),
        ReportCase(
            "only a comment",
            #"""
            # nothing
            """#,
            reports: #"""
                p.yaml:1:1: the file is empty
                   1 | # nothing
                     | ^
                """#),
        ReportCase(
            "nothing in other words",
            #"""
            ~
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | ~
                     | ^
                """#),
        ReportCase(
            "text instead of a mapping",
            #"""
            hello
            """#,
            reports: #"""
                p.yaml:1:1: expected a mapping with 'server', 'auth', 'types', 'sources', 'filters', 'channels', 'tests', not 'hello'
                   1 | hello
                     | ^~~~~
                """#),
        ReportCase(
            "two documents",
            #"""
            channels: {}
            ---
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | channels: {}
                     | ^
                p.yaml:2:1: a second document begins here; a pipeline file is one
                   2 | ---
                     | ^~~
                """#),
        ReportCase(
            "a tag",
            #"""
            channels: !!map {}
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | channels: !!map {}
                     | ^
                p.yaml:1:11: tags such as '!!str' are not supported; text in quotes is always text
                   1 | channels: !!map {}
                     |           ^
                """#),
        ReportCase(
            "keys that are no text",
            #"""
            ? [a]
            : 1
            &b channels: {}
            *b : 2
            """#,
            reports: #"""
                p.yaml:1:3: a key is text; a list, a mapping or an alias cannot be one
                   1 | ? [a]
                     |   ^
                p.yaml:3:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   3 | &b channels: {}
                     | ^
                p.yaml:4:1: a key is text; a list, a mapping or an alias cannot be one
                   4 | *b : 2
                     | ^
                """#),
        ReportCase(
            "a key that is missing",
            #"""
            : 1
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:1: expected a key or the end of the mapping that begins at 1:1; keys of one mapping are indented alike
                   1 | : 1
                     | ^
                """#),
        ReportCase(
            "a key twice",
            #"""
            channels: {}
            sources: {}
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | channels: {}
                     | ^
                p.yaml:3:1: the key 'channels' stands here twice, first at 1:1
                   3 | channels: {}
                     | ^~~~~~~~
                """#),
        ReportCase(
            "an anchor that is not there",
            #"""
            sources: {market: &market {ticker: {type: t}}, two: *markt}
            channels: {a: {from: [market, two]}}
            """#,
            reports: #"""
                p.yaml:1:53: there is no anchor '&markt' before this place; did you mean '*market'?
                   1 | sources: {market: &market {ticker: {type: t}}, two: *markt}
                     |                                                     ^~~~~~
                """#),
        ReportCase(
            "an anchor that contains itself",
            #"""
            channels: &c
              a: *c
            """#,
            reports: #"""
                p.yaml:2:3: a needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   2 |   a: *c
                     |   ^
                p.yaml:2:6: '*c' refers to what it stands in, and would have no end
                   2 |   a: *c
                     |      ^~
                """#),
        ReportCase(
            "a merge of what is no mapping",
            #"""
            channels:
              <<: [{}, 5]
              a: {<<: text, from: m}
            """#,
            reports: #"""
                p.yaml:2:12: expected a mapping, or a list of mappings, to merge, not '5'
                   2 |   <<: [{}, 5]
                     |            ^
                p.yaml:3:11: expected a mapping, or a list of mappings, to merge, not 'text'
                   3 |   a: {<<: text, from: m}
                     |           ^~~~
                p.yaml:3:23: there is no source or filter 'm'; there are none
                   3 |   a: {<<: text, from: m}
                     |                       ^
                """#),
        ReportCase(
            "two merge keys",
            #"""
            channels: {<<: {}, <<: {}}
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | channels: {<<: {}, <<: {}}
                     | ^
                p.yaml:1:20: '<<' stands here twice; it takes a list for several: '<<: [*a, *b]'
                   1 | channels: {<<: {}, <<: {}}
                     |                    ^~
                """#),
        ReportCase(
            "a very long line",
            #"""
            channels: {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {from: m}, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: {form: m}, ccccccccccccccccccccccccccccccccccccccccccccc: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:70: there is no source or filter 'm'; there are none
                   1 | …aaaaaaaaaaaaaaaaaaaaaaaa: {from: m}, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: {form: m}, c…
                     |                                   ^
                p.yaml:1:74: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   1 | …aaaaaaaaaaaaaaaaaaaa: {from: m}, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: {form: m}, ccccc…
                     |                                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p.yaml:1:126: unknown option 'form' of bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb; did you mean 'from'?
                   1 | …bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: {form: m}, ccccccccccccccccccccccccccccccccccccccccccccc: {from: m}}
                     |                                   ^~~~
                p.yaml:1:190: there is no source or filter 'm'; there are none
                   1 | …bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: {form: m}, ccccccccccccccccccccccccccccccccccccccccccccc: {from: m}}
                     |                                                                                                   ^
                """#),
        ReportCase(
            "wide characters before the caret",
            #"""
            channels: {日本: {from: m}, é: {}}
            """#,
            reports: #"""
                p.yaml:1:12: '日本' cannot be the name of a channel: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   1 | channels: {日本: {from: m}, é: {}}
                     |            ^~~~
                p.yaml:1:23: there is no source or filter 'm'; there are none
                   1 | channels: {日本: {from: m}, é: {}}
                     |                         ^
                p.yaml:1:27: 'é' cannot be the name of a channel: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   1 | channels: {日本: {from: m}, é: {}}
                     |                             ^
                p.yaml:1:27: é needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   1 | channels: {日本: {from: m}, é: {}}
                     |                             ^
                """#),
    ]
}
