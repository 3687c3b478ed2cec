import Aggregator
import Testing

@testable import SourcesBuiltin

@Suite("http_ingest: rate, dedupe, set, encodings") struct LimitTests {
    @Test("a sender above the rate is told when to come again, and others are not")
    func rate() async throws {
        try await IngestProbe.run("rate: {limit: 2, every: 1m}") { probe in
            let (ann, bob) = (RouteSender(address: "192.0.2.1"), RouteSender(address: "192.0.2.2"))
            #expect(await probe.post(sender: ann).status == 202)
            #expect(await probe.post(sender: ann).status == 202)
            let refused = await probe.post(sender: ann)
            #expect(refused.status == 429 && refused.header("Retry-After") == "30")
            #expect(await probe.post(sender: bob).status == 202)
            probe.clock.advance(by: .seconds(30))
            #expect(await probe.post(sender: ann).status == 202)
            #expect(await probe.post(sender: ann).status == 429)
            #expect(probe.events.count == 4)
        }
    }

    @Test("per token it is the token's name that counts, wherever it comes from, and else the address")
    func ratePerToken() async throws {
        try await IngestProbe.run("rate: {limit: 1, every: 1m, per: token}") { probe in
            #expect(await probe.post(sender: RouteSender(name: "ann", address: "192.0.2.1")).status == 202)
            #expect(await probe.post(sender: RouteSender(name: "ann", address: "192.0.2.2")).status == 429)
            #expect(await probe.post(sender: RouteSender(address: "192.0.2.1")).status == 202)
            #expect(await probe.post(sender: RouteSender(token: "guessed", address: "192.0.2.1")).status == 429)
        }
    }

    @Test(
        "the addresses of one network of IPv6 count as one sender",
        arguments: [
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8:0:0::/64"), ("::1", "0:0:0:0::/64"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
            ("", ""),
        ])
    func networks(address: String, network: String) { #expect(RateLimit.network(of: address) == network) }

    @Test("what is remembered is bounded, and the last keys are among it")
    func bounded() {
        var keys = RecentKeys<Int>(capacity: 100)
        for number in 0..<10_000 { keys.set(RecentKeys<Int>.key("\(number)"), number) }
        #expect(keys.count <= 200)
        for number in 9_900..<10_000 { #expect(keys[RecentKeys<Int>.key("\(number)")] == number) }
        #expect(keys[RecentKeys<Int>.key("1")] == nil)
        #expect(RecentKeys<Int>.key(String(repeating: "x", count: 100_000)).count == 32)
    }

    @Test("of a batch only what is new is emitted, and a batch that is refused leaves nothing remembered")
    func dedupeBatch() async throws {
        try await IngestProbe.run("dedupe: {}\nset: {id: data.id, type: data.type}") { probe in
            let lines = ["content-type": "application/x-ndjson"]
            let line = { @Sendable (id: String, type: String) in #"{"id":"\#(id)","type":"\#(type)"}"# + "\n" }
            #expect(
                await probe.post(lines, line("a", "t") + line("a", "t") + line("b", "t")).text == #"{"accepted":3}"#)
            let bad = await probe.post(lines, line("b", "t") + line("c", "t") + line("d", "gap"))
            #expect(bad.status == 422 && bad.text.contains("Line 3"))
            // The same id, but nothing else the same: it is answered as accepted.
            let again = await probe.post(lines, line("a", "other"))
            #expect(again.status == 202 && again.text == #"{"accepted":1}"#)
            #expect(await probe.post(lines, line("c", "t") + line("b", "t")).status == 202)
            #expect(probe.events.map(\.id) == [.given("a"), .given("b"), .given("c")])
        }
    }

    @Test("headers, query and path go into the event, all seen as they came")
    func set() async throws {
        let options = """
            set:
              type: '"github." + headers["x-github-event"]'
              subject: data.repo.name
              id: headers["x-delivery"]
              time: timestamp(data.at)
              data.via: query.via
              data.repo.host: path.host
              data.kind: data.repo
            """
        try await IngestProbe.run(options) { probe in
            let headers = ["x-github-event": "push", "x-delivery": "9"]
            let body = #"{"repo":{"name":"x/y"},"at":"2026-01-02T03:04:05Z"}"#
            let answer = await probe.post(headers, query: [("via", "hook")], parameters: ["host": "h"], body)
            #expect(answer.status == 202, "\(answer.text)")
            let event = try #require(probe.events.first)
            #expect(event.type == "github.push" && event.subject == "x/y" && event.id == .given("9"))
            #expect(event.time.rfc3339 == "2026-01-02T03:04:05Z")
            #expect(
                event.text
                    == #"{"repo":{"name":"x/y","host":"h"},"at":"2026-01-02T03:04:05Z","via":"hook","kind":{"name":"x/y"}}"#
            )
            let missing = await probe.post([:], query: [("via", "hook")], parameters: ["host": "h"], body)
            #expect(missing.status == 422 && missing.text.contains("'type' cannot be set"))
        }
    }

    @Test("gzip and deflate are taken apart, also when several were put one after the other")
    func encodings() async throws {
        // printf '{"a":1}\n' | gzip -n; python3 -c 'import zlib; zlib.compress(b"[1,2]")'
        let gzip: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 84, 178, 50, 172, 229, 2, 0, 70, 163, 232, 116, 8, 0, 0, 0,
        ]
        let deflate: [UInt8] = [0x78, 0x9c, 0x8b, 0x36, 0xd4, 0x31, 0x8a, 0x05, 0x00, 0x03, 0xd5, 0x01, 0x48]
        try await IngestProbe.run("") { probe in
            let lines = "application/x-ndjson"
            #expect(await probe.post(["content-encoding": "gzip"], gzip).status == 202)
            let twice = await probe.post(["content-encoding": "GZIP", "content-type": lines], gzip + gzip)
            #expect(twice.text == #"{"accepted":2}"#)
            #expect(await probe.post(["content-encoding": "deflate"], deflate).text == #"{"accepted":2}"#)
            #expect(probe.events.map(\.text) == [#"{"a":1}"#, #"{"a":1}"#, #"{"a":1}"#, "1", "2"])
            var damaged = gzip
            damaged[20] ^= 1
            for body in [damaged, Array(gzip.dropLast()), gzip + [1], Array("{}".utf8)] {
                #expect(await probe.post(["content-encoding": "gzip"], body).status == 400)
            }
            #expect(await probe.post(["content-encoding": "br"], gzip).status == 415)
        }
    }

    @Test("a bomb is refused with 413 at the limit, not after it has gone off")
    func bomb() throws {
        let zeros = try Self.compressed(ofZeros: 64 << 20)
        #expect(zeros.count < 100_000)
        #expect {
            try Inflater.whole(zeros, coding: "gzip", limit: 1 << 20)
        } throws: { ($0 as? Refusal)?.status == 413 }
        #expect(try Inflater.whole(zeros, coding: "gzip", limit: 64 << 20).count == 64 << 20)
    }

    @Test(
        "what cannot be set, limited or remembered is a mistake of the file",
        arguments: [
            "set: {event: '1'}", "set: {data.: '1'}", "set: {type: '1'}", "set: {type: 'headers.x +'}",
            "set: {type: nothing}", "rate: {every: 1s}", "rate: {limit: 0}", "rate: {limit: 1, per: cookie}",
            "dedupe: {within: 0s}", "dedupe: {keys: 0}",
        ])
    func refused(options: String) {
        #expect(mistakes(HTTPIngest.self, "path: /in\n" + options) != nil)
    }
}
