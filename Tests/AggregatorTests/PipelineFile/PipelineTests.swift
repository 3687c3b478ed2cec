import Testing

@testable import Aggregator

@Suite("Pipeline files")
struct PipelineTests {
    @Test("A file of one channel has every default")
    func defaults() throws {
        let pipeline = try Pipeline.make(
            """
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """)
        let server = pipeline.definition.server
        #expect(server.listen.values == [.tcp(host: "127.0.0.1", port: 8080)])
        #expect(server.loops == .auto)
        #expect(server.heartbeat == .seconds(15))
        #expect(server.retry == Retry())
        #expect(server.retry.jitter == 0.5)
        #expect(server.drain == .seconds(10))
        #expect(server.state.path == "/etc/live/.aggregator")
        #expect(server.static == nil)
        #expect(server.cors == nil)
        #expect(server.hosts.isEmpty)
        #expect(server.limits.connectionCount == Limits.connectionCeiling)
        #expect(server.limits.sendBuffer == .kibibytes(256))
        #expect(pipeline.definition.auth == nil)
        #expect(pipeline.warnings.isEmpty)

        let channel = try #require(pipeline.definition.channels.first)
        #expect(channel.keep == Keep(events: 1000, bytes: 16 << 20, age: nil, subjects: 10_000))
        #expect(channel.replay == .none)
        #expect(channel.event == .type)
        #expect(channel.envelope == .none)
        #expect(channel.access == .public)
        #expect(channel.path == nil)
        #expect(channel.end == nil)
    }

    @Test("Every key of server is understood")
    func server() throws {
        let pipeline = try Pipeline.make(
            """
            server:
              listen: ["[::1]:0", localhost:81, "unix:run/live.sock", "unix:/run/a"]
              loops: 4
              heartbeat: 500ms
              retry: {after: 5s, jitter: 0}
              drain: 1m
              state: /var/lib/live
              hosts: [Live.Example.com]
              cors: {origins: ["https://App.example.com:443", "http://a:8080"], credentials: true}
              static: /usr
              limits: {connections: 10, body: 2MiB, event: 1KiB, header: 8KiB, head_time: 1s, body_time: 2s, idle: 3s,
                stall: 4s, send_buffer: 64KiB, pinned: 1MB}
            sources: {m: {ticker: {type: t}}}
            channels: {c: {from: m}}
            """.replacing("500ms", with: "1500ms"))
        let server = pipeline.definition.server
        #expect(
            server.listen.values == [
                .tcp(host: "::1", port: 0), .tcp(host: "127.0.0.1", port: 81), .unix(path: "/etc/live/run/live.sock"),
                .unix(path: "/run/a"),
            ])
        #expect(server.loops == .value(4))
        #expect(server.heartbeat == .milliseconds(1500))
        #expect(server.retry.after == .seconds(5))
        #expect(server.retry.jitter == 0)
        #expect(server.drain == .seconds(60))
        #expect(server.state.path == "/var/lib/live")
        #expect(server.hosts == [HostName(name: "live.example.com")])
        #expect(server.cors?.origins.values == [.site("https://app.example.com"), .site("http://a:8080")])
        #expect(server.cors?.credentials == true)
        #expect(server.static?.path == "/usr")
        #expect(server.limits.connectionCount == 10)
        #expect(server.limits.headTime == .seconds(1))
        #expect(server.limits.pinned.bytes == 1_000_000)
    }

    @Test("A number of connections beyond the descriptor limit is refused, and the report says how to raise it")
    func connections() {
        let count = min(Limits.descriptorLimit, 9_999_999)
        let report = Pipeline.report(on: "server: {limits: {connections: \(count)}}")
        #expect(report.contains("p.yaml:1:32: \(count) connections need a limit of \(count + 256) open files"))
        #expect(report.contains("ulimit -n \(count + 256)"))
    }

    @Test("Every key of a channel is understood")
    func channel() throws {
        let pipeline = try Pipeline.make(
            """
            auth: {tokens: [{name: a, token: abc}]}
            sources: {m: {ticker: {type: t}}}
            filters: {f: {from: m, steps: [where: "true", sample: 10%, throttle: {every: 1s, per: event.type}]}}
            channels:
              a:
                from: [m, f]
                path: "/stocks/{subject}"
                keep: {events: 5, age: 1h, bytes: 1KiB, subjects: 7}
                replay: latest
                event: message
                end: event.type == "end"
                access: authenticated
                envelope: cloudevents
              b: {from: m, keep: 0, replay: 10, event: type, access: public}
              c: {from: m, keep: {age: 7d}, replay: all}
            """)
        let channels = pipeline.definition.channels
        #expect(channels.map(\.name) == ["a", "b", "c"])
        #expect(channels[0].from == ["m", "f"])
        #expect(channels[0].path?.text == "/stocks/{subject}")
        #expect(channels[0].keep == Keep(events: 5, bytes: 1024, age: .seconds(3600), subjects: 7))
        #expect(channels[0].replay == .latest)
        #expect(channels[0].event == .fixed("message"))
        #expect(channels[0].end?.text == #"event.type == "end""#)
        #expect(channels[0].access == .authenticated)
        #expect(channels[0].envelope == .cloudevents)
        #expect(channels[1].keep.events == 0)
        #expect(channels[1].keep.bytes == 1 << 20)
        #expect(channels[1].replay == .last(10))
        #expect(channels[2].keep == Keep(age: .seconds(604_800)))
        #expect(channels[2].replay == .all)

        let filter = try #require(pipeline.definition.filters.first)
        #expect(filter.steps.map { type(of: $0).name } == ["where", "sample", "throttle"])
        #expect((filter.steps[1] as? SampleStep)?.share == Percentage(fraction: 0.1))
        #expect((filter.steps[2] as? ThrottleStep)?.limit == 1)
    }

    @Test("A channel that keeps nothing lets its subscribers lag by 1 MiB, or by what the file says")
    func allowedLag() throws {
        let pipeline = try Pipeline.make(
            """
            sources: {m: {ticker: {type: price}}}
            channels: {a: {from: m, keep: {events: 0, age: 1h}}, b: {from: m, keep: {events: 0, bytes: 16MiB}}}
            """)
        #expect(pipeline.definition.channels.map(\.keep.bytes) == [1 << 20, 16 << 20])
    }

    @Test("With auth, what says nothing of access is for the authenticated")
    func access() throws {
        let pipeline = try Pipeline.make(
            """
            server: {listen: 0.0.0.0:8080}
            auth:
              tokens:
                - {name: board, token: "${TOKEN}", claims: {sub: board, roles: [viewer, 1], admin: false, level: 1.5}}
            sources:
              a: {jobs: {jobs: {list: {command: [ls]}}}}
              b: {jobs: {path: /b, access: public}}
            channels: {c: {from: [a, b]}, d: {from: a, access: public}}
            """, ["TOKEN": "s3cr3t"])
        let auth = try #require(pipeline.definition.auth)
        #expect(auth.tokens.map(\.token) == ["s3cr3t"])
        #expect(
            auth.tokens[0].claims.entries.map(\.value) == [
                .string("board"), .list([.string("viewer"), .int(1)]), .bool(false), .double(1.5),
            ])
        #expect(pipeline.definition.sources.map(\.access) == [.authenticated, .public])
        #expect(pipeline.definition.channels.map(\.access) == [.authenticated, .public])
    }

    @Test("Keys are text whatever they look like, and keep their order")
    func keys() throws {
        let pipeline = try Pipeline.make(
            """
            sources: {m: {ticker: {type: t, symbols: {ON: 1, 1: 2, true: 3, null: 4, ~: 5, "": 6}}}}
            channels: {c: {from: m}}
            """)
        let ticker = try #require(pipeline.definition.sources.first?.source as? TickerKind)
        #expect(ticker.symbols.entries.map(\.name) == ["ON", "1", "true", "null", "~", ""])
        #expect(ticker.symbols.entries.map(\.value) == [1, 2, 3, 4, 5, 6])
    }

    @Test("Anchors, aliases and merge keys are resolved; a key of one's own beats a merged one")
    func merging() throws {
        let pipeline = try Pipeline.make(
            """
            sources:
              a: {ticker: &base {type: t, interval: 5s}}
              b: {ticker: &more {<<: *base, interval: 6s, volatility: 1%}}
              c: {ticker: {<<: [*base, *more]}}
              d: {ticker: {interval: 7s, <<: *more}}
            channels: {c: {from: &all [a, b, c, d]}, e: {from: *all}}
            """)
        let tickers = pipeline.definition.sources.compactMap { $0.source as? TickerKind }
        #expect(tickers.map(\.interval) == [.seconds(5), .seconds(6), .seconds(5), .seconds(7)])
        #expect(tickers.map(\.volatility.fraction) == [0.005, 0.01, 0.01, 0.01])
        #expect(tickers.allSatisfy { $0.type == "t" })
        #expect(pipeline.definition.channels.map(\.from) == [["a", "b", "c", "d"], ["a", "b", "c", "d"]])
    }

    @Test("Variables are filled in within values, and numbers may come from them")
    func environment() throws {
        let pipeline = try Pipeline.make(
            """
            server: {listen: "127.0.0.1:${PORT}", loops: "${LOOPS}"}
            sources:
              m: {ticker: {type: "${A}-${B:-b}-${EMPTY:-c}-$${A}-$A", interval: "${T}s", symbols: {X: "${LOOPS}"}}}
            channels: {"c": {from: "${M:-m}"}}
            """, ["PORT": "81", "LOOPS": "2", "A": "${B}", "EMPTY": "", "T": "3"])
        let ticker = try #require(pipeline.definition.sources.first?.source as? TickerKind)
        #expect(ticker.type == "${B}-b-c-${A}-$A")
        #expect(ticker.interval == .seconds(3))
        #expect(ticker.symbols.entries.map(\.value) == [2])
        #expect(pipeline.definition.server.loops == .value(2))
        #expect(pipeline.definition.server.listen.values == [.tcp(host: "127.0.0.1", port: 81)])
    }

    @Test("The summary says what a channel keeps, also where the file left it to the default")
    func summary() throws {
        let pipeline = try Pipeline.make(
            """
            sources: {m: {ticker: {type: t}}}
            filters: {f: {from: m, steps: [where: "true"]}}
            channels: {c: {from: f, keep: {age: 1h}, path: /c}}
            """)
        #expect(
            pipeline.summary == [
                "listens on 127.0.0.1:8080", "source m: ticker", "filter f: where of m",
                "channel c: f, keeps {events: 1000, bytes: 16MiB, age: 1h}, replays none, public, also at /c",
            ])
        #expect(pipeline.channelNames == ["c"])
    }

    @Test("A file that cannot be read is told by its name")
    func unreadable() {
        for (path, words) in [("/nowhere/p.yaml", "No such file or directory"), ("/", "Is a directory")] {
            let error = #expect(throws: PipelineError.self) {
                try Pipeline.load(contentsOf: path, sources: testSources, filters: testFilters, environment: [:])
            }
            #expect(error?.description.hasPrefix("\(path): cannot be read: \(words)") == true)
        }
    }

    @Test("Two kinds of one name are an error, not a crash")
    func kindsTwice() {
        let error = #expect(throws: PipelineError.self) {
            try Pipeline(
                text: "", path: "p.yaml", sources: testSources + [TickerKind.self], filters: testFilters,
                environment: [:])
        }
        #expect(error?.description == "two kinds of source are called 'ticker': TickerKind and TickerKind")
    }
}
