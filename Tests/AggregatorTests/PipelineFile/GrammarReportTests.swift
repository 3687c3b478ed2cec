import Testing

@testable import Aggregator

@Suite("Reports: Grammar")
struct GrammarReportTests {
    @Test(
        "What is wrong with an option is told with its place, what was expected, and the nearest name", arguments: cases
    )
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
        ReportCase(
            "an unknown option, with the nearest name",
            #"""
            sources:
              market:
                ticker:
                  type: price
                  intervall: 1s
            channels: {prices: {from: market}}
            """#,
            reports: #"""
                p.yaml:5:7: unknown option 'intervall' of ticker; did you mean 'interval'?
                   5 |       intervall: 1s
                     |       ^~~~~~~~~
                """#),
        ReportCase(
            "an unknown option, with all names when none is near",
            #"""
            channels: {prices: {colour: red}}
            """#,
            reports: #"""
                p.yaml:1:12: prices needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   1 | channels: {prices: {colour: red}}
                     |            ^~~~~~
                p.yaml:1:21: unknown option 'colour' of prices; known are 'from', 'path', 'keep', 'replay', 'event', 'end', 'access', 'envelope'
                   1 | channels: {prices: {colour: red}}
                     |                     ^~~~~~
                """#),
        ReportCase(
            "an unknown section",
            #"""
            chanels: {}
            """#,
            reports: #"""
                p.yaml:1:1: unknown option 'chanels' of the pipeline file; did you mean 'channels'?
                   1 | chanels: {}
                     | ^~~~~~~
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | chanels: {}
                     | ^
                """#),
        ReportCase(
            "keys that come later",
            #"""
            server: {tls: {}}
            auth: {jwt: {}, tokens: [{name: a, token: b}]}
            types: {}
            tests: []
            sources: {m: {file_tail: {type: t, include: [], multiline: x}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:10: option 'tls' of server is not supported yet
                   1 | server: {tls: {}}
                     |          ^~~
                p.yaml:2:8: option 'jwt' of auth is not supported yet
                   2 | auth: {jwt: {}, tokens: [{name: a, token: •••}]}
                     |        ^~~
                p.yaml:3:1: option 'types' of the pipeline file is not supported yet
                   3 | types: {}
                     | ^~~~~
                p.yaml:4:1: option 'tests' of the pipeline file is not supported yet
                   4 | tests: []
                     | ^~~~~
                p.yaml:5:49: option 'multiline' of file_tail is not supported yet
                   5 | sources: {m: {file_tail: {type: t, include: [], multiline: x}}}
                     |                                                 ^~~~~~~~~
                """#),
        ReportCase(
            "an access expression",
            #"""
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m, access: token.sub == subject}, d: {from: m, access: authentcated}}
            """#,
            reports: #"""
                p.yaml:2:33: access expressions are not supported yet: expected 'public' or 'authenticated'
                   2 | channels: {c: {from: m, access: token.sub == subject}, d: {from: m, access: authentcated}}
                     |                                 ^~~~~~~~~~~~~~~~~~~~
                p.yaml:2:77: expected 'public' or 'authenticated'; did you mean 'authenticated'?
                   2 | channels: {c: {from: m, access: token.sub == subject}, d: {from: m, access: authentcated}}
                     |                                                                             ^~~~~~~~~~~~
                """#),
        ReportCase(
            "required options, all that are missing",
            #"""
            sources: {m: {ticker: {}}, n: {file_tail: }}
            channels: {c: {keep: 1}}
            """#,
            reports: #"""
                p.yaml:1:15: ticker needs the option 'type': The type of its events
                   1 | sources: {m: {ticker: {}}, n: {file_tail: }}
                     |               ^~~~~~
                p.yaml:1:32: file_tail needs the option 'type': The type of its events
                   1 | sources: {m: {ticker: {}}, n: {file_tail: }}
                     |                                ^~~~~~~~~
                p.yaml:1:32: file_tail needs the option 'include': Files
                   1 | sources: {m: {ticker: {}}, n: {file_tail: }}
                     |                                ^~~~~~~~~
                p.yaml:2:12: c needs the option 'from': The sources and filters whose events it carries: a name, or a list
                   2 | channels: {c: {keep: 1}}
                     |            ^
                """#),
        ReportCase(
            "quantities",
            #"""
            sources:
              m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
              n: {ticker: {type: t, interval: 1ms, volatility: 101%}}
              o: {ticker: {type: t, interval: 2 weeks, volatility: -1%}}
            channels: {c: {from: [m, n, o]}}
            """#,
            reports: #"""
                p.yaml:2:35: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not '5'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                   ^
                p.yaml:2:50: expected a percentage from 0% to 100%, such as 0.5%, not '0.5'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                                  ^~~
                p.yaml:2:68: expected a number, not 'x'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                                                    ^
                p.yaml:2:75: expected a number, not the text '1'
                   2 |   m: {ticker: {type: t, interval: 5, volatility: 0.5, symbols: {A: x, ON: "1", 1: .5}}}
                     |                                                                           ^~~
                p.yaml:3:35: expected a duration from 10ms to 1d, not '1ms'
                   3 |   n: {ticker: {type: t, interval: 1ms, volatility: 101%}}
                     |                                   ^~~
                p.yaml:3:52: expected a percentage from 0% to 100%, such as 0.5%, not '101%'
                   3 |   n: {ticker: {type: t, interval: 1ms, volatility: 101%}}
                     |                                                    ^~~~
                p.yaml:4:35: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not '2 weeks'
                   4 |   o: {ticker: {type: t, interval: 2 weeks, volatility: -1%}}
                     |                                   ^~~~~~~
                p.yaml:4:56: expected a percentage from 0% to 100%, such as 0.5%, not '-1%'
                   4 |   o: {ticker: {type: t, interval: 2 weeks, volatility: -1%}}
                     |                                                        ^~~
                """#),
        ReportCase(
            "a value of another shape",
            #"""
            server: {hosts: a.example, limits: [], drain: {}}
            sources: {m: {ticker: {type: [], symbols: 5}}}
            channels: {c: {from: {}}, d: 5}
            """#,
            reports: #"""
                p.yaml:1:17: expected a list, each element text, not 'a.example'
                   1 | server: {hosts: a.example, limits: [], drain: {}}
                     |                 ^~~~~~~~~
                p.yaml:1:36: expected a mapping with 'connections', 'body', 'event', 'header', 'head_time', 'body_time', 'idle', 'stall', 'send_buffer', 'pinned', not an empty list
                   1 | server: {hosts: a.example, limits: [], drain: {}}
                     |                                    ^
                p.yaml:1:47: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not an empty mapping
                   1 | server: {hosts: a.example, limits: [], drain: {}}
                     |                                               ^
                p.yaml:2:30: expected text, not an empty list
                   2 | sources: {m: {ticker: {type: [], symbols: 5}}}
                     |                              ^
                p.yaml:2:43: expected a mapping from names, each to a number, not '5'
                   2 | sources: {m: {ticker: {type: [], symbols: 5}}}
                     |                                           ^
                p.yaml:3:22: expected text, not an empty mapping
                   3 | channels: {c: {from: {}}, d: 5}
                     |                      ^
                p.yaml:3:30: expected a mapping with 'from', 'path', 'keep', 'replay', 'event', 'end', 'access', 'envelope', not '5'
                   3 | channels: {c: {from: {}}, d: 5}
                     |                              ^
                """#),
        ReportCase(
            "server",
            #"""
            server:
              listen: [example.com:80, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 127.0.0.1:1, 127.0.0.1:1]
              loops: 65
              heartbeat: 0s
              retry: {after: 0s, jitter: 11}
              hosts: ["http://a"]
              limits: {body: 1 TB, head_time: 10, connections: many}
            channels: {}
            """#,
            reports: #"""
                p.yaml:2:12: 'example.com' is no address to listen on; a name is not looked up: write a numeric address, or localhost
                   2 |   listen: [example.com:80, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 1…
                     |            ^~~~~~~~~~~~~~
                p.yaml:2:28: expected an address: host:port, "[v6]:port" or unix:/path, not the text '8080'; 127.0.0.1:8080 is that port on this machine
                   2 |   listen: [example.com:80, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 1…
                     |                            ^~~~~~
                p.yaml:2:36: '*' is no address to listen on; 0.0.0.0 listens on every IPv4 address, "[::]" on every address
                   2 | …listen: [example.com:80, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 127…
                     |                                   ^~~~~~
                p.yaml:2:56: '[:' is no address to listen on; a name is not looked up: write a numeric address, or localhost
                   2 | …:80, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 127.0.0.1:1, 127.0.0.1:…
                     |                                   ^~~~~~
                p.yaml:2:64: '::1' is no address to listen on; an IPv6 address stands in brackets: "[::1]:PORT"
                   2 | …0, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 127.0.0.1:1, 127.0.0.1:1]
                     |                                         ^~~~~~~~
                p.yaml:2:74: expected a port from 0 to 65535 after the last ':'; an IPv6 address stands in brackets: "[::1]:8080"
                   2 | …0, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 127.0.0.1:1, 127.0.0.1:1]
                     |                                                   ^~~~~~~~~~~~~~~
                p.yaml:2:91: expected the path of a socket after 'unix:', at most 107 bytes with its folder
                   2 | …0, "8080", "*:80", "[::1]:80", "[::1", "::1:80", 127.0.0.1:65536, "unix:", 127.0.0.1:1, 127.0.0.1:1]
                     |                                                                    ^~~~~~~
                p.yaml:3:10: expected 'auto', or a whole number from 1 to 64, not '65'
                   3 |   loops: 65
                     |          ^~
                p.yaml:4:14: expected a duration from 1s to 1h, not '0s'
                   4 |   heartbeat: 0s
                     |              ^~
                p.yaml:5:18: expected a duration from 1ms to 1d, not '0s'
                   5 |   retry: {after: 0s, jitter: 11}
                     |                  ^~
                p.yaml:5:30: expected a number from 0 to 10, not '11'
                   5 |   retry: {after: 0s, jitter: 11}
                     |                              ^~
                p.yaml:6:11: expected a host's name without scheme, port and path, such as live.example.com, not the text 'http://a'
                   6 |   hosts: ["http://a"]
                     |           ^~~~~~~~~~
                p.yaml:7:18: expected a size from 0B to 1GiB, not '1 TB'
                   7 |   limits: {body: 1 TB, head_time: 10, connections: many}
                     |                  ^~~~
                p.yaml:7:35: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not '10'
                   7 |   limits: {body: 1 TB, head_time: 10, connections: many}
                     |                                   ^~
                p.yaml:7:52: expected 'auto', or a whole number, not 'many'
                   7 |   limits: {body: 1 TB, head_time: 10, connections: many}
                     |                                                    ^~~~
                p.yaml:8:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   8 | channels: {}
                     | ^
                """#),
        ReportCase(
            "listening twice on one address",
            #"""
            server: {listen: [127.0.0.1:1, "localhost:1"]}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:18: the same address stands here twice
                   1 | server: {listen: [127.0.0.1:1, "localhost:1"]}
                     |                  ^
                """#),
        ReportCase(
            "origins",
            #"""
            server: {cors: {origins: ["https://a.example/", "a.example", "https://a b", "https://a:99999"]}}
            channels: {}
            """#,
            reports: #"""
                p.yaml:1:27: expected an origin: "*", or scheme://host[:port] without a path, such as https://app.example.com, not the text 'https://a.example/'
                   1 | server: {cors: {origins: ["https://a.example/", "a.example", "https://a b", "https://a:99999"]}}
                     |                           ^~~~~~~~~~~~~~~~~~~~
                p.yaml:1:49: expected an origin: "*", or scheme://host[:port] without a path, such as https://app.example.com, not the text 'a.example'
                   1 | server: {cors: {origins: ["https://a.example/", "a.example", "https://a b", "https://a:99999"]}}
                     |                                                 ^~~~~~~~~~~
                p.yaml:1:62: expected an origin: "*", or scheme://host[:port] without a path, such as https://app.example.com, not the text 'https://a b'
                   1 | server: {cors: {origins: ["https://a.example/", "a.example", "https://a b", "https://a:99999"]}}
                     |                                                              ^~~~~~~~~~~~~
                p.yaml:1:77: expected an origin: "*", or scheme://host[:port] without a path, such as https://app.example.com, not the text 'https://a:99999'
                   1 | server: {cors: {origins: ["https://a.example/", "a.example", "https://a b", "https://a:99999"]}}
                     |                                                                             ^~~~~~~~~~~~~~~~~
                p.yaml:2:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   2 | channels: {}
                     | ^
                """#),
        ReportCase(
            "every origin with credentials",
            #"""
            server: {cors: {origins: ["*"], credentials: true}}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """#,
            reports: #"""
                p.yaml:1:46: origins: ["*"] with credentials would let every site act as your users; name the origins instead
                   1 | server: {cors: {origins: ["*"], credentials: true}}
                     |                                              ^~~~
                """#),
        ReportCase(
            "channels",
            #"""
            sources: {m: {ticker: {type: t}}}
            channels:
              a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
              b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
              c: {from: m, keep: many, event: ""}
              d: {from: []}
            """#,
            reports: #"""
                p.yaml:3:22: expected a whole number from 0 to 100000000, not '-1'
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                      ^~
                p.yaml:3:34: expected 'none', 'all', 'latest' or a number, not 'some'
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                                  ^~~~
                p.yaml:3:47: 'gap' is the event that tells of a gap; choose another name
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                                               ^~~
                p.yaml:3:62: expected 'none' or 'cloudevents', not 'cloudevent'; did you mean 'cloudevents'?
                   3 |   a: {from: m, keep: -1, replay: some, event: gap, envelope: cloudevent}
                     |                                                              ^~~~~~~~~~
                p.yaml:4:31: expected a whole number, not '1.5'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                               ^~~
                p.yaml:4:43: expected a size such as 512B, 16KiB, 1MiB or 2GB, not '1x'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                           ^~
                p.yaml:4:52: expected a duration such as 100ms, 15s, 10m, 1h or 7d, not 'long'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                                    ^~~~
                p.yaml:4:67: expected 'none', 'all', 'latest' or a number, not '-1'
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                                                   ^~
                p.yaml:4:78: expected a name of 1 to 256 bytes without line breaks and other control characters
                   4 |   b: {from: m, keep: {events: 1.5, bytes: 1x, age: long}, replay: -1, event: "a\nb"}
                     |                                                                              ^~~~~~
                p.yaml:5:22: expected a whole number, not 'many'
                   5 |   c: {from: m, keep: many, event: ""}
                     |                      ^~~~
                p.yaml:5:35: expected a name of 1 to 256 bytes without line breaks and other control characters
                   5 |   c: {from: m, keep: many, event: ""}
                     |                                   ^~
                p.yaml:6:13: expected at least one element
                   6 |   d: {from: []}
                     |             ^
                """#),
        ReportCase(
            "no channels",
            #"""
            sources: {m: {ticker: {type: t}}}
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | sources: {m: {ticker: {type: t}}}
                     | ^
                """#),
        ReportCase(
            "no channels under the key",
            #"""
            channels:
            """#,
            reports: #"""
                p.yaml:1:1: a pipeline needs at least one channel: channels: {name: {from: …}}
                   1 | channels:
                     | ^
                """#),
        ReportCase(
            "channels without names",
            #"""
            channels: [a]
            """#,
            reports: #"""
                p.yaml:1:11: expected a mapping from names, not a list
                   1 | channels: [a]
                     |           ^
                """#),
        ReportCase(
            "channel paths",
            #"""
            sources: {m: {ticker: {type: t}}}
            channels:
              a: {from: m, path: prices}
              b: {from: m, path: /channels/x}
              c: {from: m, path: "/a/{sub}"}
              d: {from: m, path: "/a-{subject}"}
              e: {from: m, path: "/{subject}/{subject}"}
              f: {from: m, path: /a//b}
              g: {from: m, path: /a/}
              h: {from: m, path: /}
              i: {from: m, path: /a%2}
              j: {from: m, path: /%73tream}
              k: {from: m, path: /a/../b}
              l: {from: m, path: "/a?b"}
            """#,
            reports: #"""
                p.yaml:3:22: a path begins with '/'
                   3 |   a: {from: m, path: prices}
                     |                      ^~~~~~
                p.yaml:4:22: '/channels' is the server's own, and so is all below it; choose another path
                   4 |   b: {from: m, path: /channels/x}
                     |                      ^~~~~~~~~~~
                p.yaml:5:22: '{sub}' means nothing in a channel's path; expected {subject}, or none
                   5 |   c: {from: m, path: "/a/{sub}"}
                     |                      ^~~~~~~~~~
                p.yaml:6:22: a placeholder is a whole part of the path: /a/{subject}, not /a-{subject}
                   6 |   d: {from: m, path: "/a-{subject}"}
                     |                      ^~~~~~~~~~~~~~
                p.yaml:7:22: '{subject}' stands in this path twice
                   7 |   e: {from: m, path: "/{subject}/{subject}"}
                     |                      ^~~~~~~~~~~~~~~~~~~~~~
                p.yaml:8:22: a part of this path is empty; write no '/' at the end, and none twice
                   8 |   f: {from: m, path: /a//b}
                     |                      ^~~~~
                p.yaml:9:22: a part of this path is empty; write no '/' at the end, and none twice
                   9 |   g: {from: m, path: /a/}
                     |                      ^~~
                p.yaml:10:22: '/' is the server's own page; choose another path
                  10 |   h: {from: m, path: /}
                     |                      ^
                p.yaml:11:22: '%' begins two hexadecimal digits, and together they are UTF-8; '%25' is a '%'
                  11 |   i: {from: m, path: /a%2}
                     |                      ^~~~
                p.yaml:12:22: '/stream' is the server's own, and so is all below it; choose another path
                  12 |   j: {from: m, path: /%73tream}
                     |                      ^~~~~~~~~
                p.yaml:13:22: clients resolve '..' before they ask; leave it out
                  13 |   k: {from: m, path: /a/../b}
                     |                      ^~~~~~~
                p.yaml:14:22: '?' cannot stand in a path; write it percent-encoded
                  14 |   l: {from: m, path: "/a?b"}
                     |                      ^~~~~~
                """#),
        ReportCase(
            "names",
            #"""
            sources: {1m: {ticker: {type: t}}, "a b": {ticker: {type: t}}}
            filters: {-f: {from: 1m, steps: [where: "true"]}}
            channels: {é: {from: [1m, a b, -f]}}
            """#,
            reports: #"""
                p.yaml:1:11: '1m' cannot be the name of a source: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   1 | sources: {1m: {ticker: {type: t}}, "a b": {ticker: {type: t}}}
                     |           ^~
                p.yaml:1:36: 'a b' cannot be the name of a source: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   1 | sources: {1m: {ticker: {type: t}}, "a b": {ticker: {type: t}}}
                     |                                    ^~~
                p.yaml:2:11: '-f' cannot be the name of a filter: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   2 | filters: {-f: {from: 1m, steps: [where: "true"]}}
                     |           ^~
                p.yaml:3:12: 'é' cannot be the name of a channel: expected letters of ASCII, digits, '_' and '-', first a letter or '_'
                   3 | channels: {é: {from: [1m, a b, -f]}}
                     |            ^
                """#),
    ]
}
