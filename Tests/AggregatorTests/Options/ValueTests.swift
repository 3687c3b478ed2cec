import Testing

@testable import Aggregator

@Suite("Option values")
struct ValueTests {
    @Test(
        "Durations are a number and a unit, read exactly",
        arguments: [
            ("100ms", .milliseconds(100), "100ms"), ("15s", .seconds(15), "15s"), ("10m", .seconds(600), "10m"),
            ("1h", .seconds(3600), "1h"), ("7d", .seconds(604_800), "7d"), ("0s", .zero, "0s"),
            ("1.5s", .milliseconds(1500), "1500ms"),
            ("'90 s'", .seconds(90), "90s"), ("0.000000001s", .nanoseconds(1), "0.000001ms"),
            ("120s", .seconds(120), "2m"),
        ] as [(String, Duration, String)])
    func durations(text: String, duration: Duration, written: String) throws {
        #expect(try decode(Duration.self, text) == duration)
        #expect(duration.optionText == written)
    }

    @Test(
        "What is no duration is refused",
        arguments: [
            "5", "s", "-1s", "1 week", "1h30m", "1..5s", ".5s", "1.s", "1e3s", "99999999999999999999s", "40000d", "[]",
            "", "٣s", "0x1s",
        ])
    func notDurations(text: String) {
        #expect(mistakes(Duration.self, text).count == 1)
    }

    @Test(
        "Sizes are bytes, or a number and a unit",
        arguments: [
            ("512", 512, "512B"), ("16KiB", 16_384, "16KiB"), ("1MiB", 1_048_576, "1MiB"),
            ("2GB", 2_000_000_000, "1953125KiB"),
            ("0", 0, "0B"), ("1.5KiB", 1536, "1536B"), ("1 kB", 1000, "1000B"), ("1TiB", 1 << 40, "1TiB"),
        ])
    func sizes(text: String, bytes: Int, written: String) throws {
        #expect(try decode(ByteSize.self, text) == ByteSize(bytes: bytes))
        #expect(ByteSize(bytes: bytes).optionText == written)
    }

    @Test("What is no size is refused", arguments: ["1K", "-1", "MiB", "1 mib", "9999999TiB", "1e5", "true"])
    func notSizes(text: String) {
        #expect(mistakes(ByteSize.self, text).count == 1)
    }

    @Test("Percentages are shares of one", arguments: [("0.5%", 0.005), ("100%", 1), ("0%", 0), ("12 %", 0.12)])
    func percentages(text: String, fraction: Double) throws {
        #expect(try decode(Percentage.self, text).fraction == fraction)
    }

    @Test("Numbers are decimal and without quotes")
    func numbers() throws {
        #expect(try decode(Int.self, "-12") == -12)
        #expect(try decode(Int.self, "+3") == 3)
        #expect(try decode(Double.self, "1e3") == 1000)
        #expect(try decode(Double.self, ".5") == 0.5)
        for text in ["0x10", "1.0", "1_000", "'5'", "99999999999999999999", "true", "", "~"] {
            #expect(mistakes(Int.self, text).count == 1, "\(text)")
        }
        for text in ["nan", "inf", "0x1p3", "1,5", "1e999", "'1'"] {
            #expect(mistakes(Double.self, text).count == 1, "\(text)")
        }
        for text in ["yes", "True", "'true'", "1", ""] { #expect(mistakes(Bool.self, text).count == 1, "\(text)") }
    }

    @Test("Text is whatever is written, but not nothing")
    func text() throws {
        #expect(try decode(String.self, "5") == "5")
        #expect(try decode(String.self, "true") == "true")
        #expect(try decode(String.self, "''") == "")
        #expect(try decode(String.self, "'null'") == "null")
        #expect(mistakes(String.self, "") == ["expected text, not nothing"])
        #expect(mistakes(String.self, "null") == ["expected text, not nothing"])
        #expect(try decode(String?.self, "~") == .some(nil))
    }

    @Test("Every element of a list is looked at")
    func lists() throws {
        #expect(try decode([Int].self, "[1, 2]") == [1, 2])
        #expect(mistakes([Int].self, "[a, 1, b]").count == 2)
        #expect(mistakes([String: Int].self, "{a: b, c: 1, d: e}").count == 2)
        #expect(try decode(OneOrMore<Int>.self, "1").values == [1])
        #expect(try decode(OneOrMore<Int>.self, "[1, 2]").values == [1, 2])
        #expect(mistakes(OneOrMore<Int>.self, "[]").count == 1)
        #expect(try decode(OrderedOptions<Int>.self, "").entries.isEmpty)
        #expect(try decode(OrderedOptions<Int>.self, "{b: 1, a: 2}").entries.map(\.name) == ["b", "a"])
    }

    @Test("Plain values are JSON's")
    func plainValues() throws {
        let value = try decode(PlainValue.self, "{a: [1, 1.5, '1', true, null, x], b: {}}")
        var json: [UInt8] = []
        value.value.json(into: &json)
        #expect(String(decoding: json, as: UTF8.self) == #"{"a":[1,1.5,"1",true,null,"x"],"b":{}}"#)
        #expect(value.optionText == #"{a: [1, 1.5, "1", true, null, x], b: {}}"#)
    }

    @Test("Paths are relative to the pipeline's folder")
    func paths() throws {
        #expect(try decode(PathOption.self, "a/b").path == "/base/a/b")
        #expect(try decode(PathOption.self, "./a").path == "/base/a")
        #expect(try decode(PathOption.self, "../a").path == "/base/../a")
        #expect(try decode(PathOption.self, "/a").path == "/a")
        #expect(try decode(PathOption.self, ".").path == "/base")
        #expect(mistakes(PathOption.self, "''").count == 1)
    }

    @Test("Addresses are told from what only looks like one")
    func addresses() throws {
        #expect(ListenAddress("127.0.0.1:0") == .tcp(host: "127.0.0.1", port: 0))
        #expect(ListenAddress("[::]:80") == .tcp(host: "::", port: 80))
        #expect(ListenAddress("unix:/a") == .unix(path: "/a"))
        for text in [
            "", "80", ":80", "a:80", "1.2.3:80", "1.2.3.4:", "1.2.3.4:-1", "::1", "[1.2.3.4]:80", "127.0.0.1:+80",
        ] {
            #expect(ListenAddress(text) == nil, "\(text)")
        }
        #expect(ListenAddress("unix:/" + String(repeating: "a", count: 107)) == nil)
        for (text, isLoopback) in [("127.1.2.3:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("[::]:1", false)] {
            #expect(ListenAddress(text)?.isLoopback == isLoopback)
        }
    }

    @Test("Targets of set overlap where one lies within the other")
    func targets() throws {
        let assignments = try decode(
            Assignments.self, #"{data.x.y: "1", data.z: data, subject: '"a"', type: event.id}"#)
        #expect(
            assignments.assignments.map(\.target) == [.field(["x", "y"]), .field(["z"]), .subject, .type])
    }

    @Test("Patterns that match the same paths have the same shape")
    func patterns() throws {
        #expect(try PathPattern("/a/{x}").shape == PathPattern("/a/{y}").shape)
        #expect(try PathPattern("/a/%62").shape == PathPattern("/a/b").shape)
        #expect(try PathPattern("/a/{x}").shape != PathPattern("/a/x").shape)
        #expect(try PathPattern("/%2Fa").parts == [.literal("/a")])
        #expect(try PathPattern("/%257B").parts == [.literal("%7B")])
    }
}
