import Testing

@testable import Aggregator

@Suite("Reports: Secrets")
struct SecretReportTests {
    @Test("No report shows a secret", arguments: cases)
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
        #expect(!report.contains("s3cr3t"))
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "tokens",
            #"""
            auth:
              tokens:
                - {name: a, token: s3cr3t}
                - {name: a, token: s3cr3t}
                - {name: "", token: ""}
                - {name: c, token: "s3cr3t x"}
                - {name: d, token: [s3cr3t]}
                - {name: e}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:5:14: expected a name
                   5 |     - {name: "", token: •••}
                     |              ^~
                p.yaml:5:25: an empty token would let everybody in
                   5 |     - {name: "", token: •••}
                     |                         ^~~
                p.yaml:6:24: expected a token of visible ASCII characters without blanks
                   6 |     - {name: c, token: •••}
                     |                        ^~~
                p.yaml:7:24: expected text, not a list
                   7 |     - {name: d, token: [•••]}
                     |                        ^
                p.yaml:8:7: tokens needs the option 'token': The token, as the caller sends it
                   8 |     - {name: e}
                     |       ^
                """#),
        ReportCase(
            "two names for one token",
            #"""
            auth: {tokens: [{name: a, token: s3cr3t}, {name: b, token: s3cr3t}, {name: a, token: other}]}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:60: this token is that of 'a' already
                   1 | auth: {tokens: [{name: a, token: •••}, {name: b, token: •••}, {name: a, token: •••}]}
                     |                                                         ^~~
                p.yaml:1:76: the name 'a' stands here twice, first on line 1
                   1 | auth: {tokens: [{name: a, token: •••}, {name: b, token: •••}, {name: a, token: •••}]}
                     |                                                                      ^
                """#),
        ReportCase(
            "a misspelt token",
            #"""
            auth: {tokens: [{name: a, tokn: s3cr3t}]}
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:17: tokens needs the option 'token': The token, as the caller sends it
                   1 | auth: {tokens: [{name: a, tokn: •••}]}
                     |                 ^
                p.yaml:1:27: unknown option 'tokn' of tokens; did you mean 'token'?
                   1 | auth: {tokens: [{name: a, tokn: •••}]}
                     |                           ^~~~
                p.yaml:2:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   2 | channels: {}
                     | ^
                """#),
        ReportCase(
            "a token where a list is expected",
            #"""
            auth: {tokens: s3cr3t}
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:16: expected a list, each element a mapping with 'name', 'token', 'claims', not this text
                   1 | auth: {tokens: •••}
                     |                ^~~
                p.yaml:2:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   2 | channels: {}
                     | ^
                """#),
        ReportCase(
            "a token where a mapping is expected",
            #"""
            auth: {tokens: [s3cr3t]}
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:17: expected a mapping with 'name', 'token', 'claims', not this text
                   1 | auth: {tokens: [•••]}
                     |                 ^~~
                p.yaml:2:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   2 | channels: {}
                     | ^
                """#),
        ReportCase(
            "auth without anything",
            #"""
            auth:
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:6: auth needs 'tokens'; without any auth, leave the key out
                   1 | auth:
                     |      ^
                """#),
        ReportCase(
            "auth without tokens",
            #"""
            auth: {tokens: []}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:16: without a token nobody could come in; give one, or leave out auth
                   1 | auth: {tokens: []}
                     |                ^
                """#),
        ReportCase(
            "a file that is no YAML",
            #"""
            auth: {tokens: [{name: a, token: s3cr3t
            """#,
            reports: #"""
                p.yaml:1:40: expected ',' or '}' in the mapping that begins at 1:17; text with braces, brackets or commas stands in quotes
                   1 | auth:•••
                     |         ^
                """#),
        ReportCase(
            "a file that is no YAML, over several lines",
            #"""
            auth:
              tokens:
                - name: a
                  token: s3cr3t: x
            """#,
            reports: #"""
                p.yaml:4:20: no ':' is expected here; text with ': ' in it stands in quotes, and keys of one mapping are indented alike
                   4 |       token:•••
                     |                ^
                """#),
        ReportCase(
            "a secret option",
            #"""
            sources: {j: {jobs: {key: {a: s3cr3t}, kye: s3cr3t}}}
            channels: {c: {from: j}}
            """#,
            reports: #"""
                p.yaml:1:27: expected text, not a mapping
                   1 | sources: {j: {jobs: {key: {a: •••}, kye: •••}}}
                     |                           ^
                p.yaml:1:40: unknown option 'kye' of jobs; did you mean 'key'?
                   1 | sources: {j: {jobs: {key: {a: •••}, kye: •••}}}
                     |                                     ^~~
                """#),
        ReportCase(
            "a mistake beside a secret",
            #"""
            sources: {j: {jobs: {key: "s3cr3t s3cr3t", path: {}}}}
            channels: {c: {from: j}}
            """#,
            reports: #"""
                p.yaml:1:50: expected text, not an empty mapping
                   1 | sources: {j: {jobs: {key: •••, path: {}}}}
                     |                                      ^
                """#),
        ReportCase(
            "a token from an anchor",
            #"""
            sources: {j: {jobs: {key: &key s3cr3t, kind: 1}}}
            auth: {tokens: [{name: a, token: *key, nme: b}]}
            channels: {c: {from: j}}
            """#,
            reports: #"""
                p.yaml:1:40: unknown option 'kind' of jobs; known are 'path', 'jobs', 'key', 'access', 'invalid'
                   1 | sources: {j: {jobs: {key: •••, kind: •••}}}
                     |                                ^~~~
                p.yaml:2:40: unknown option 'nme' of tokens; did you mean 'name'?
                   2 | auth: {tokens: [{name: a, token: *key, nme: •••}]}
                     |                                        ^~~
                """#),
        ReportCase(
            "a token whose variable is not set",
            #"""
            auth: {tokens: [{name: a, token: "${NOT_SET}"}]}
            channels: {c: {from: j}}
            """#,
            reports: #"""
                p.yaml:1:35: the environment variable NOT_SET is not set; ${NOT_SET:-…} would give it a default
                   1 | auth: {tokens: [{name: a, token: •••}]}
                     |                                     ^
                p.yaml:2:22: there is no source or filter 'j'; there are none
                   2 | channels: {c: {from: j}}
                     |                      ^
                """#),
    ]
}
