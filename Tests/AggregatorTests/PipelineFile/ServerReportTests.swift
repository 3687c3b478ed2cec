import Testing

@testable import Aggregator

@Suite("Reports: server")
struct ServerReportTests {
    @Test(
        "What is wrong with the server's settings is told with what would be right", arguments: cases
    )
    func report(_ example: ReportCase) {
        let report = Pipeline.report(on: example.text, ["A": "1"])
        #expect(report == example.report)
    }

    private static let cases: [ReportCase] = [
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
                p.yaml:4:14: expected a duration from 100ms to 1d, not '0s'
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
    ]
}
