import Testing

@testable import Aggregator

@Suite("Hostile pipeline files")
struct HostileInputTests {
    private static let sample = """
        server: {listen: "127.0.0.1:${PORT:-0}", retry: {after: 1s, jitter: 0}, cors: {origins: ["https://a.b"]}}
        auth: {tokens: [{name: a, token: s3cr3t, claims: &x {sub: [1, 2.5, null]}}]}
        sources:
          m: {ticker: &t {type: t, symbols: {ON: 1}}}
          n: {ticker: {<<: [*t], interval: 2s}}
          j: {jobs: {path: /jobs, access: public, jobs: {a: {command: [ls, -l], timeout: 1m}}}}
        filters:
          f:
            from: [m, n]
            steps:
              - where: |
                  data.x > 1
                  && data.y
              - set: {data.x: 'data.y', subject: "event.type"}
        channels: {c: {from: [f, j], path: "/c/{subject}", keep: {events: 1, age: 1h}, end: event.type == "x"}}
        """

    /// Loads, and looks at the report: nothing may crash, and no secret may show.
    private func survive(_ bytes: [UInt8]) {
        do throws(PipelineError) {
            _ = try Pipeline(bytes, path: "p.yaml", sources: testSources, filters: testFilters, environment: [:])
        } catch {
            #expect(!error.description.isEmpty)
        }
    }

    @Test("Random bytes are refused", arguments: 0..<8)
    func randomBytes(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...200, using: &random)
            survive((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }

    @Test("A pipeline with bytes changed, cut out and repeated is read or refused", arguments: 0..<8)
    func mutations(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let tokens = [
            "*x", "&x ", "<<: ", "${", "}", "{", "[", "]", ": ", "- ", "\t", "\"", "'", "|", "\n", "?", "!!a ",
            "\u{2028}", "é",
        ]
        for _ in 0..<200 {
            var bytes = Array(Self.sample.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
                case 2: bytes.insert(contentsOf: Array((tokens.randomElement(using: &random) ?? "").utf8), at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            survive(bytes)
        }
    }

    @Test("Aliases that multiply are refused before they are expanded")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }
        #expect(Pipeline.report(on: text).contains("with its aliases resolved, the file has more than 100000 values"))
    }

    @Test("Aliases that deepen are refused at the same depth as brackets")
    func aliasDepth() {
        var text = "a0: &a0 [x]\n"
        for level in 1...80 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(Pipeline.report(on: text).contains("more than 64 deep"))
    }

    @Test(
        "Ten thousand levels are refused",
        arguments: ["[", "{a: ", "- ", "? ", "[{"])
    func nesting(_ opening: String) {
        let report = Pipeline.report(on: String(repeating: opening, count: 10_000))
        #expect(report.contains("more than 64 deep") || report.contains("p.yaml:1:"))
        #expect(report.count < 20_000)
    }

    @Test("64 levels are fine, 65 are not")
    func nestingLimit() {
        func text(_ depth: Int) -> String {
            "x: " + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
        }
        #expect(!Pipeline.report(on: text(64)).contains("deep"))
        #expect(Pipeline.report(on: text(65)).contains("more than 64 deep"))
    }

    @Test("A file beyond 4 MiB is refused unread")
    func size() {
        let text = String(repeating: "# aaaaaaaaaaaaaaaa\n", count: 250_000)
        #expect(Pipeline.report(on: text) == "p.yaml:1:1: the file is larger than 4 MiB\n   1 |\n     | ^")
    }

    @Test("Bytes that are no UTF-8 are told with their place")
    func notUnicode() throws {
        let error = #expect(throws: PipelineError.self) {
            try Pipeline(
                Array("a: 1\nbé: ".utf8) + [0xFF, 0x41], path: "p.yaml", sources: [], filters: [], environment: [:])
        }
        #expect(
            error?.description == """
                p.yaml:2:5: the file must be UTF-8; the byte 0xFF here is not
                   2 | bé: \u{FFFD}A
                     |     ^
                """)
    }

    @Test("A byte order mark is no mistake")
    func byteOrderMark() throws {
        let text = "\u{FEFF}sources: {m: {ticker: {type: t}}}\nchannels: {c: {from: m}}"
        #expect(try Pipeline.make(text).channelNames == ["c"])
    }

    @Test("Control characters of the file never reach the terminal")
    func controlCharacters() {
        let raw = Pipeline.report(on: "a: \u{1B}[31m")
        #expect(raw.contains("p.yaml:1:4: a control character cannot stand in YAML"))
        let escaped = Pipeline.report(on: #"channels: {"a\e[31m\x9b\u202e": {from: "b\r\n"}}"#)
        for report in [raw, escaped] {
            #expect(report.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
            #expect(!report.contains("\u{202E}"))
        }
    }

    @Test("Of very many mistakes the first ones are told, and how many more there are")
    func manyMistakes() {
        let text = "channels: {\(((0..<1000).map { "c\($0): {from: x}" }).joined(separator: ", "))}"
        let report = Pipeline.report(on: text)
        #expect(report.hasSuffix("… and 800 more"))
    }

    @Test("A chain of thousands of filters is walked without recursion")
    func longChain() {
        let filters = (1...4000).map { "f\($0): {from: f\($0 - 1), steps: [where: 'true']}" }
        let text = """
            sources: {f0: {ticker: {type: t}}}
            filters: {\(filters.joined(separator: ", "))}
            channels: {c: {from: f4000}}
            """
        #expect(Pipeline.report(on: text) == "")
    }
}

/// A repeatable source of randomness (Steele, Lea and Flood: "Fast splittable pseudorandom number generators", 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
